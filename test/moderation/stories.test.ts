/** The stories of moderators on stand-ins. On Synapse, they are in `test/real/stories.test.ts`. */
import { describe } from 'vitest';
import { moderationStories } from '../stories/moderation.ts';
import { standIns } from '../stories/stand-ins.ts';

describe('on stand-ins', () => moderationStories(standIns));
