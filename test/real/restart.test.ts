/** A broker that ends in order publishes everybody's Last Will first: the others have then forgotten who speaks, and must be told. */
import { expect, test } from 'vitest';
import { hasMosquitto } from '../torture/broker.ts';
import { survives } from '../torture/setup.ts';

test.skipIf(!hasMosquitto)(
  'after restarts of the broker in the middle of talk, the game servers still know who speaks',
  async () => {
    const { sent } = await survives({
      seed: 6,
      duration: 12_000,
      kills: 0,
      cuts: 5,
      faults: 0,
      groups: new Set(['broker']),
      named: 'broker restarted',
      broker: 'mosquitto',
    });
    expect(sent).toBeGreaterThan(300);
  },
  90_000,
);
