import { openDouble } from './double.ts';
import { threadStories } from './thread-stories.ts';

threadStories(async () => (await openDouble()).site);
