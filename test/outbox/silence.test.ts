/** Adapters that don't do what they are told, and platforms that are gone for days. */
import { expect, test } from 'vitest';
import { type Attempt, DeliveryError } from '../../src/adapter.ts';
import { message, openOutbox, Room, rounds } from './setup.ts';

const HOUR = 3_600_000;

test('an adapter that ignores that its time is over does not block its room; what it did is in doubt, so it is a dead letter', async () => {
  const room = new Room();
  room.isDeaf = true;
  const attempts: Attempt[] = [];
  let answer = () => {};
  room.onSend = (_event, attempt) => {
    attempts.push(attempt);
    if (attempts.length > 1) return;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const { say, clock, store, lines } = await openOutbox([room]);
  await say('a', 'b');
  await rounds();
  await clock.advance(39_000);
  expect(room.texts).toEqual([]);
  await clock.advance(1_000);
  expect(room.texts).toEqual(['b']);
  expect(attempts).toHaveLength(2);
  expect(lines.join()).toMatch(/"lost":"Alice \(Discord\): a".*did not answer.*may have been shown/);
  // It wakes up, and shows it after all: that counts no more, and no further part may follow.
  await expect(attempts[0]?.begin()).rejects.toThrow('no answer in time');
  answer();
  await rounds();
  await store.writer.flushed();
  expect(await store.database.all('SELECT s.native_id, e.id FROM shown s JOIN event e ON e.seq = s.event')).toEqual([
    { native_id: 'native 1', id: 'b' },
  ]);
  expect(await store.database.all('SELECT state FROM delivery')).toEqual([{ state: 'dead' }]);
});

test('messages that were joined are given up together by it, and not said again one by one', async () => {
  const room = new Room('room/matrix/one', 2_000);
  room.isDeaf = true;
  const { say, clock } = await openOutbox([room]);
  let deaf = false;
  room.onSend = () => (deaf ? new Promise(() => {}) : new Promise((resolve) => clock.after(20_000, resolve)));
  await say('first', 'a', 'b', 'c');
  await clock.advance(19_000);
  deaf = true;
  await clock.advance(41_000);
  deaf = false;
  await say('last');
  await clock.advance(60_000);
  expect(room.texts).toEqual(['first', 'last']);
});

test('a time-out is a passing fault, whatever the adapter makes of it', async () => {
  const room = new Room();
  room.isDeaf = true;
  let attempts = 0;
  room.onSend = (_event, { signal }) => {
    if (++attempts > 8) return;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('This operation was aborted')));
    });
  };
  const { say, clock } = await openOutbox([room]);
  await say('a');
  await rounds();
  await clock.advance(900_000);
  expect(room.texts).toEqual(['a']);
});

test('where nothing can be shown for days, only what is fresh waits', async () => {
  const room = new Room();
  room.onSend = () => {
    throw new DeliveryError('the platform is down', { passing: true });
  };
  const { say, clock, store } = await openOutbox([room], { maxAge: 3 * HOUR });
  for (let n = 0; n < 30; n++) {
    await say(`${n}`);
    await clock.advance(HOUR);
  }
  await store.writer.flushed();
  const waiting = await store.database.all("SELECT event FROM delivery WHERE state = 'waiting'");
  expect(waiting.length).toBeLessThan(9);
  room.onSend = () => {};
  await clock.advance(120_000);
  expect(room.texts.at(-1)).toBe('29');
});

test('where the adapter never started, only what is fresh waits', async () => {
  const room = new Room('room/matrix/one');
  const { outbox, clock, store } = await openOutbox([], { maxAge: 3 * HOUR });
  outbox.add(room.destination(outbox));
  for (let n = 0; n < 30; n++) {
    await outbox.take(message(`${n}`), 'discord', [room.id]);
    await clock.advance(HOUR);
  }
  await store.writer.flushed();
  expect(room.texts).toEqual([]);
  const waiting = await store.database.all("SELECT event FROM delivery WHERE state = 'waiting'");
  expect(waiting.length).toBeLessThan(9);
});
