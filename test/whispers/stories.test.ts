/** The stories of whispers on stand-ins. */
import { describe } from 'vitest';
import { standIns } from '../stories/stand-ins.ts';
import { whisperStories } from '../stories/whispers.ts';

describe('on stand-ins', () => {
  whisperStories(standIns);
});
