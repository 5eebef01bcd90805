/** A long line takes no more memory than a short one, and no time to begin with. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { deliveries } from '../../src/store/deliveries.ts';
import { settle } from '../support/clock.ts';
import { killedNow, message, openOutbox, Room } from './setup.ts';

/** What is really in use, in bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

test('a hundred thousand that wait are there at once, and go out in order with little in memory', async () => {
  const total = 100_000;
  // The benchmark waits for all of them.
  const enough = 20_000;
  const room = new Room();
  room.onSend = () => new Promise(() => {});
  const { store, dataDir, clock } = await openOutbox([room]);
  for (let n = 0; n < total; n++) {
    void store.writer.add(...deliveries.take(clock.now() * 1_000 + n, message(`${n}`), clock.now(), [room.id]));
  }
  await store.writer.flushed();

  const copy = killedNow(dataDir);
  const after = new Room();
  let next = 0;
  let most = 0;
  after.destination = () => ({
    id: after.id,
    name: 'the room',
    group: 'matrix',
    async deliver(event, attempt) {
      if (event.id !== String(next++)) throw new Error(`${event.id} is out of order`);
      attempt.done(event.id);
      if (next % 5_000 === 0) most = Math.max(most, heapUsed());
      if (next === enough) after.sees.add('enough');
    },
  });
  const heap = heapUsed();
  const started = performance.now();
  const opened = await openOutbox([after], { dataDir: copy, clock });
  expect(opened.outbox.health().join()).toContain('100000 wait');
  const took = performance.now() - started;
  expect(took).toBeLessThan(2_000);
  await after.sees.waitFor((text) => text === 'enough', 60_000);
  expect(most - heap).toBeLessThan(32 * 2 ** 20);
  process.stdout.write(
    `start with ${total}: ${Math.round(took)} ms; ${enough} gone after ${Math.round((performance.now() - started) / 1_000)} s, at most ${Math.round((most - heap) / 2 ** 20)} MiB more\n`,
  );
}, 120_000);

test('two hundred rooms with a backlog keep nobody else from their turn, and read the same message once', async () => {
  const make = () => Array.from({ length: 200 }, (_, n) => new Room(`room/matrix/${n}`));
  const rooms = make();
  for (const room of rooms) room.onSend = () => new Promise(() => {});
  const opened = await openOutbox(rooms);
  const names = Array.from({ length: 20 }, (_, n) => `${n}`);
  await opened.say(...names);
  const after = make();
  const seen = new Set<unknown>();
  for (const room of after) room.onSend = (event) => void seen.add(event);
  await openOutbox(after, { dataDir: killedNow(opened.dataDir) });
  let turns = 0;
  let isDone = false;
  const others = async () => {
    for (; !isDone; turns++) await settle();
  };
  const counting = others();
  await Promise.all(after.map((room) => room.sees.waitFor((text) => text === '19')));
  isDone = true;
  await counting;
  for (const room of after) expect(room.texts).toEqual(names);
  expect(turns).toBeGreaterThan(150);
  expect(seen.size).toBe(20);
});
