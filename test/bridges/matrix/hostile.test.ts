import { openDouble } from './double.ts';
import { hostileStories } from './hostile-stories.ts';

hostileStories(async () => (await openDouble()).site);
