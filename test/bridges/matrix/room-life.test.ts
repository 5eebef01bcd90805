/** What becomes of rooms, on the stand-in homeserver. */
import { openDouble } from './double.ts';
import { roomStories } from './room-stories.ts';

roomStories(async () => (await openDouble()).site);
