/** The light form of the torture: a dozen kills and cuts, on a broker that survives them. The heavy one is `npm run torture`. */
import { expect, test } from 'vitest';
import { GROUPS } from './torture/disturbances.ts';
import { survives } from './torture/setup.ts';

test('while people talk in all directions, it is killed and cut off at random moments: nothing is lost, doubled or out of order', async () => {
  const { sent } = await survives({ seed: 1, duration: 12_000, kills: 6, cuts: 6, faults: 6, groups: new Set(GROUPS) });
  expect(sent).toBeGreaterThan(300);
}, 150_000);
