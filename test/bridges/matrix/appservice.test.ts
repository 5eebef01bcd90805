import { openAppserviceDouble } from './appservice-stage.ts';
import { appserviceStories } from './appservice-stories.ts';

appserviceStories(async () => (await openAppserviceDouble()).site);
