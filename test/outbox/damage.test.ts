/** Rows that make no sense, as a damaged file or another version may hold them. */
import { expect, test } from 'vitest';
import { deadLetters } from '../../src/store/dead-letters.ts';
import { prune } from '../../src/store/prune.ts';
import { killedNow, message, openOutbox, Room, rounds } from './setup.ts';

test.each(['null', '5', '"x"', '[]', '{}', '{"kind":"message"}', '{"kind":"poll","id":"x"}', '{', ''])(
  'an event that reads %j is given up, and the others go out',
  async (body) => {
    const room = new Room('room/matrix/one', 2_000);
    room.onSend = () => new Promise(() => {});
    const opened = await openOutbox([room]);
    await opened.say('a', 'b', 'c');
    await opened.store.writer.add({ sql: "UPDATE event SET body = ? WHERE id = 'b'", values: [body] });
    const after = new Room('room/matrix/one', 2_000);
    const again = await openOutbox([after], { dataDir: killedNow(opened.dataDir) });
    await rounds(50);
    await again.say('d');
    await rounds();
    expect(after.texts).toEqual(['a', 'c', 'd']);
    await again.store.writer.flushed();
    const letters = [];
    for await (const letter of deadLetters(again.store.database, {})) letters.push(letter);
    expect(letters).toMatchObject([{ event: undefined, reason: 'it could not be read' }]);
  },
);

test('a dead letter whose event is gone is not kept for ever', async () => {
  const room = new Room();
  const { store, clock } = await openOutbox([room]);
  await store.writer.add({
    sql: "INSERT INTO delivery (destination, event, position, queued_at, state, joined, reason, failed_at) VALUES (?, 1, 1, 0, 'dead', 1, 'x', ?)",
    values: [room.id, clock.now()],
  });
  await store.writer.add({
    sql: 'INSERT INTO event (seq, id, stored_at, body) VALUES (2, ?, ?, ?)',
    values: ['new', clock.now() + 50 * 86_400_000, JSON.stringify(message('new'))],
  });
  const left = () => store.database.all('SELECT event FROM delivery');
  await prune({ ...store, now: clock.now() + 86_400_000, keepDays: 30, auditDays: 365, maxBytes: 1e9 });
  expect(await left()).toHaveLength(1);
  await prune({ ...store, now: clock.now() + 31 * 86_400_000, keepDays: 30, auditDays: 365, maxBytes: 1e9 });
  expect(await left()).toEqual([]);
});

test('what waits for a destination that is no longer configured is dead, said, and forgotten in its time', async () => {
  const room = new Room('room/matrix/old');
  room.onSend = () => new Promise(() => {});
  const opened = await openOutbox([room]);
  await opened.say('a', 'b');
  const renamed = new Room('room/matrix/new');
  const again = await openOutbox([renamed], { dataDir: killedNow(opened.dataDir) });
  await again.say('c');
  await rounds();
  expect(renamed.texts).toEqual(['c']);
  expect(again.lines.join()).toMatch(/room\/matrix\/old is no longer configured: 2 messages are dead letters/);
  await prune({ ...again.store, now: again.clock.now() + 31 * 86_400_000, keepDays: 30, auditDays: 365, maxBytes: 1e9 });
  expect(await again.store.database.all('SELECT * FROM delivery')).toEqual([]);
});
