import { openDouble } from './double.ts';
import { reactionStories } from './reaction-stories.ts';

reactionStories(async () => (await openDouble()).site);
