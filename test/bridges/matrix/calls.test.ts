import { callStories } from './call-stories.ts';
import { openDouble } from './double.ts';

callStories(async () => (await openDouble()).site);
