/** What the charts are made of. */
import { expect, test } from 'vitest';
import { eventId, type Message, type Place, type ServerId } from '../../src/event.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { History } from '../../src/operator/history.ts';
import { literal } from '../../src/text/tree.ts';
import type { Sample } from '../../web/operator/wire.ts';
import { TestClock } from '../support/clock.ts';

const place: Place = { kind: 'server', server: 'alpha' as ServerId };
const message: Message = {
  kind: 'message',
  id: eventId(place, '1'),
  at: 0,
  place,
  tag: 'alpha',
  author: { id: '7', name: 'Gordon' },
  body: literal('hi'),
  attachments: [],
};

/** A history of what Prometheus is told. */
function noted() {
  const clock = new TestClock();
  const metrics = new Metrics();
  const now = { waiting: 0, players: 0 };
  const samples: Sample[] = [];
  const read = async () => ({ ...(await metrics.totals()), ...now });
  const history = new History({ clock, read, taken: (sample) => samples.push(sample) });
  history.start();
  return { clock, metrics, now, samples, history };
}

test('a sample tells of the last minute, by the counters of /metrics', async () => {
  const { clock, metrics, now, samples } = noted();
  await clock.advance(0);
  for (let at = 0; at < 6; at++) metrics.taken(message);
  for (const ms of [20, 20, 20, 4_000]) metrics.ended('room/discord/1', message, 'shown', ms);
  metrics.ended('room/discord/1', message, 'dead', 9);
  metrics.ended('room/discord/1', message, 'expired', 9);
  Object.assign(now, { waiting: 3, players: 12 });
  await clock.advance(15_000);
  // So many in a quarter of a minute.
  expect(samples).toEqual([
    { at: clock.now(), messages: 24, lost: 8, median: expect.any(Number), slow: expect.any(Number), waiting: 3, players: 12 },
  ]);
  expect(samples[0]?.median).toBeGreaterThan(10);
  expect(samples[0]?.median).toBeLessThanOrEqual(25);
  expect(samples[0]?.slow).toBeGreaterThan(2_500);
  expect(samples[0]?.slow).toBeLessThanOrEqual(5_000);
  await clock.advance(45_000);
  expect(samples.at(-1)).toMatchObject({ messages: 6, lost: 2 });
  await clock.advance(15_000);
  expect(samples.at(-1)).toMatchObject({ messages: 0, lost: 0, median: null, slow: null });
});

test('what was counted for a room that is removed does not count backwards', async () => {
  const { clock, metrics, samples } = noted();
  await clock.advance(0);
  metrics.ended('room/discord/1', message, 'dead', 9);
  await clock.advance(15_000);
  metrics.removed('room/discord/1');
  await clock.advance(15_000);
  expect(samples.map(({ lost }) => lost >= 0)).toEqual([true, true]);
});

test('three hours are kept, and no more', async () => {
  const { clock, history } = noted();
  for (let at = 0; at < 800; at++) await clock.advance(15_000);
  expect(history.samples.length).toBe(720);
  history.stop();
  await clock.advance(60_000);
  expect(history.samples.length).toBe(720);
});
