/** Deliveries that meet faults: they wait, in order, and none is lost in silence. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import { message, openOutbox, Room, rounds } from './setup.ts';

/** Fails the first `times` attempts. */
function failing(times: number, error: () => Error): () => void {
  let left = times;
  return () => {
    if (left-- > 0) throw error();
  };
}

const passing = (options: { retryAfter?: number } = {}) =>
  new DeliveryError('the platform is down', { passing: true, ...options });

test('deliveries arrive in order, one at a time', async () => {
  const room = new Room();
  let inFlight = 0;
  let most = 0;
  room.onSend = async () => {
    most = Math.max(most, ++inFlight);
    await rounds(2);
    inFlight--;
  };
  const { say } = await openOutbox([room]);
  await say('a', 'b', 'c');
  await room.sees.waitFor((text) => text === 'c');
  expect(room.texts).toEqual(['a', 'b', 'c']);
  expect(most).toBe(1);
});

test('a passing fault holds back those behind it, is retried ever more slowly, and is said once', async () => {
  const room = new Room();
  room.onSend = failing(3, passing);
  const { say, clock, lines } = await openOutbox([room]);
  await say('a', 'b');
  const attempts: number[] = [];
  const start = clock.now();
  const fail = room.onSend;
  room.onSend = (event, attempt) => {
    attempts.push(clock.now() - start);
    return fail(event, attempt);
  };
  await clock.advance(10_000);
  expect(attempts).toEqual([500, 1_500, 3_500, 3_500]);
  expect(room.texts).toEqual(['a', 'b']);
  expect(lines.filter((line) => line.includes('the platform is down') && line.includes('"level":40'))).toHaveLength(1);
  expect(lines.join()).toContain('takes messages again');
});

test('the wait that a platform asks for is kept, whoever else is back', async () => {
  const room = new Room();
  room.onSend = failing(1, () => passing({ retryAfter: 7_000 }));
  const { say, clock, outbox } = await openOutbox([room]);
  await say('a');
  await rounds();
  outbox.retry('matrix');
  await clock.advance(6_999);
  expect(room.texts).toEqual([]);
  await clock.advance(1);
  expect(room.texts).toEqual(['a']);
});

test('when one room of a platform is back, the others are tried at once', async () => {
  const rooms = [new Room('room/matrix/one'), new Room('room/matrix/two'), new Room('room/discord/three')];
  let isDown = true;
  for (const room of rooms) {
    room.onSend = () => {
      if (isDown) throw passing();
    };
  }
  const { outbox, clock } = await openOutbox(rooms);
  const [one, two, three] = rooms as [Room, Room, Room];
  void outbox.take(message('two'), 'discord', [two.id]);
  void outbox.take(message('three'), 'discord', [three.id]);
  await clock.advance(40_000);
  void outbox.take(message('one'), 'discord', [one.id]);
  await rounds();
  isDown = false;
  await clock.advance(500);
  expect([one.texts, two.texts, three.texts]).toEqual([['one'], ['two'], []]);
});

test('a refused delivery is a dead letter, said with its text, and does not hold up the next', async () => {
  const room = new Room();
  room.onSend = (event) => {
    if (event.id === 'a') throw new DeliveryError('the channel was deleted', { passing: false });
  };
  const { say, lines, store } = await openOutbox([room]);
  await say('a', 'b');
  await room.sees.waitFor((text) => text === 'b');
  expect(lines.join()).toMatch(/"lost":"Alice \(Discord\): a".*the channel was deleted/);
  await store.writer.flushed();
  expect(await store.database.all('SELECT state, reason FROM delivery')).toEqual([
    { state: 'dead', reason: 'the channel was deleted' },
  ]);
});

test('a delivery that only meets faults nobody can explain does not block the room for ever', async () => {
  const room = new Room();
  room.onSend = (event) => {
    if (event.id === 'a') throw new TypeError('a bug');
  };
  const { say, clock, lines } = await openOutbox([room]);
  await say('a', 'b');
  await clock.advance(60_000);
  expect(room.texts).toEqual(['b']);
  expect(lines.join()).toMatch(/"lost":"Alice \(Discord\): a".*a bug/);
});

test('an attempt that takes too long is aborted and tried again', async () => {
  const room = new Room();
  let attempts = 0;
  room.onSend = (_, { signal }) => {
    if (++attempts > 1) return;
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const { say, clock } = await openOutbox([room]);
  await say('a');
  await rounds();
  await clock.advance(30_000);
  expect(room.texts).toEqual([]);
  await clock.advance(1_000);
  expect(room.texts).toEqual(['a']);
});

test('the operator is told once that a room is behind, also from another process, and again only after it has caught up', async () => {
  const room = new Room();
  let release = () => {};
  const hold = () => {
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    room.onSend = () => held;
  };
  const { say, lines, store, outbox } = await openOutbox([room]);
  const told = () => lines.filter((line) => line.includes('more slowly than they come')).length;
  for (const round of [1, 2]) {
    hold();
    await say(...Array.from({ length: 450 }, (_, n) => `${round} ${n}`));
    await rounds();
    expect(told()).toBe(round);
    expect(outbox.health().join()).toMatch(/the room room\/matrix\/one is slow since .* 450 wait/);
    await store.writer.flushed();
    expect(await store.database.all('SELECT id, state FROM destination')).toEqual([{ id: room.id, state: 'slow' }]);
    release();
    await room.sees.waitFor((text) => text === `${round} 449`);
    await rounds();
    expect(outbox.health()).toEqual([]);
  }
  expect(room.texts).toHaveLength(900);
  expect(room.texts.map((text) => Number(text.split(' ')[1])).slice(450)).toEqual(Array.from({ length: 450 }, (_, n) => n));
});
