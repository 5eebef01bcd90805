import { openDouble } from './double.ts';
import { sanctionStories } from './sanction-stories.ts';

sanctionStories(async () => (await openDouble()).site);
