/** The heavy form of the torture, on a Mosquitto of its own that is restarted and cut off. */
import { expect, test } from 'vitest';
import { hasMosquitto } from '../torture/broker.ts';
import { GROUPS } from '../torture/disturbances.ts';
import { survives } from '../torture/setup.ts';

if (hasMosquitto) {
  test('killed 50 times and cut off 20 times: nothing is lost, doubled or out of order', async () => {
    const { sent } = await survives({
      seed: 3,
      duration: 150_000,
      kills: 50,
      cuts: 20,
      faults: 40,
      groups: new Set(GROUPS),
      broker: 'mosquitto',
      pace: 500,
      patience: 60_000,
    });
    expect(sent).toBeGreaterThan(2_000);
  }, 900_000);
} else {
  test.skip('the heavy torture needs a Mosquitto');
}
