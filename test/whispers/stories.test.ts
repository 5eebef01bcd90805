/** The stories of whispers on stand-ins. */
import { describe } from 'vitest';
import { appserviceStandIns, standIns } from '../stories/stand-ins.ts';
import { ghostWhisperStories, whisperStories } from '../stories/whispers.ts';

describe('on stand-ins', () => {
  whisperStories(standIns);
  ghostWhisperStories(appserviceStandIns);
});
