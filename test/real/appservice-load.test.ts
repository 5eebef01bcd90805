/**
 * A thousand players join and speak once each, in appservice mode on a real Synapse, with a restart of the bridge in the middle. How many
 * they are comes from `PLAYERS`; 60 by default.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { standIns } from '../stories/stand-ins.ts';
import { World } from '../stories/world.ts';
import { hasOwnSynapse } from '../support/own-synapse.ts';
import { Synapses } from '../support/synapse-appservices.ts';

const players = Number(process.env['PLAYERS'] ?? 60);
/** Each says so many lines, in order. */
const lines = Number(process.env['LINES'] ?? 1);
const time = 60_000 + players * lines * 3_000;

describe.skipIf(!hasOwnSynapse)('many players in appservice mode on Synapse', () => {
  const synapses = new Synapses();
  afterAll(() => synapses.stop());

  test.each([['without', false] as const, ['with', true] as const])(
    '%s a restart of the bridge in the middle: each line is there once, in order, by its own speaker',
    async (_, restarts) => {
      const { broker, close } = await standIns();
      const { url, account, appservice } = await synapses.next();
      const world = await World.open(async () => ({ broker, matrix: { url, account, appservice, violations: () => [] }, close }));
      try {
        const alpha = await world.game('alpha');
        const settings = { flood: { user_per_minute: 0, server_per_minute: 0 } };
        const bridge = await world.bridge(settings);
        const everybody = await Promise.all(Array.from({ length: players }, (__, n) => alpha.join(`Player ${n}`)));
        const began = performance.now();
        for (let line = 0; line < lines; line++)
          for (const [n, player] of everybody.entries()) await player.says(`line ${line} of ${n}.`);
        if (restarts) {
          await world.matrix.waitFor(`line 0 of ${Math.floor(players / 3)}.`, time);
          await bridge.stop();
          await world.bridge(settings);
        }
        await world.matrix.waitFor(`line ${lines - 1} of ${players - 1}.`, time);
        const seconds = (performance.now() - began) / 1_000;
        const standing = await world.matrix.standing();
        const expected = everybody.flatMap((__, n) =>
          Array.from({ length: lines }, (___, line) => `Player ${n} (alpha): line ${line} of ${n}.`),
        );
        expect(standing.map(({ body }) => body).sort()).toEqual(expected.sort());
        expect(new Set(standing.map(({ sender }) => sender)).size).toBe(players);
        for (const [n] of everybody.entries()) {
          const own = standing.filter(({ body }) => body.endsWith(` of ${n}.`)).map(({ body }) => body);
          expect(own).toEqual(Array.from({ length: lines }, (___, line) => `Player ${n} (alpha): line ${line} of ${n}.`));
        }
        process.stdout.write(
          `${players} players, ${lines} lines each, ${restarts ? 'a' : 'no'} restart: ${seconds.toFixed(1)} s\n`,
        );
      } finally {
        await world.close();
      }
    },
    time + 60_000,
  );
});
