import { openAppserviceDouble } from '../bridges/matrix/appservice-stage.ts';
import { appserviceConformance } from './matrix/conformance/appservice.ts';

appserviceConformance('The double', async () => (await openAppserviceDouble()).site);
