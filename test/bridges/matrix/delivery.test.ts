import { deliveryStories } from './delivery-stories.ts';
import { openDouble } from './double.ts';

deliveryStories(async () => (await openDouble()).site);
