/** The stories that reach Matrix, where the bridge is an appservice there. */
import { describe } from 'vitest';
import { ghostStories, matrixStories } from './stories/matrix.ts';
import { appserviceStandIns } from './stories/stand-ins.ts';

describe('as an appservice, on stand-ins', () => {
  matrixStories(appserviceStandIns);
  ghostStories(appserviceStandIns);
});
