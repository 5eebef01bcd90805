import { changeStories } from './change-stories.ts';
import { openDouble } from './double.ts';

changeStories(async () => (await openDouble()).site);
