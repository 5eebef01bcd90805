/** A room that can't keep up is shown several messages as one; nothing is left out, and nothing is shown twice. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import { killedNow, message, openOutbox, Room, rounds, type TestOutbox } from './setup.ts';

const names = (count: number) => Array.from({ length: count }, (_, n) => `message ${n}`);

/** Shows the first message after so many milliseconds, so that the queue knows how slow the room is. */
async function slowRoom(ms: number, count: number): Promise<{ room: Room; test: TestOutbox }> {
  const room = new Room('room/matrix/one', 2_000);
  const test = await openOutbox([room]);
  room.onSend = () => new Promise<void>((resolve) => test.clock.after(ms, resolve));
  await test.say(...names(count));
  await rounds();
  return { room, test };
}

/** What was said, whether alone or together. */
function allOf(room: Room): string[] {
  return room.texts.flatMap((text) => text.match(/message \d+/g) ?? []);
}

test('ten times what a room can take is shown in time, all of it, in order', async () => {
  const { room, test } = await slowRoom(2_000, 600);
  await test.clock.advance(120_000);
  expect(allOf(room)).toEqual(names(600));
  expect(room.texts.length).toBeLessThan(60);
  expect(room.texts[0]).toBe('message 0');
  await test.store.writer.flushed();
  expect(await test.store.database.all('SELECT * FROM delivery')).toEqual([]);
  const shown = await test.store.database.all<{ parts: number }>('SELECT COUNT(*) AS parts FROM shown');
  expect(shown).toEqual([{ parts: 600 }]);
});

test('a room that keeps up is shown one message after the other', async () => {
  const { room, test } = await slowRoom(10, 100);
  await test.clock.advance(10_000);
  expect(room.texts).toEqual(names(100));
});

test('different speakers stay apart while a room is only a little behind', async () => {
  const room = new Room('room/matrix/one', 200);
  const { outbox, clock } = await openOutbox([room]);
  room.onSend = () => new Promise<void>((resolve) => clock.after(4_000, resolve));
  const said = [
    ['0', 'Al'],
    ['1', 'Al'],
    ['2', 'Al'],
    ['3', 'Bo'],
    ['4', 'Bo'],
    ['5', 'Cy'],
    ['6', 'Al'],
  ] as const;
  for (const [text, author] of said) void outbox.take(message(text, author), 'discord', [room.id]);
  await clock.advance(60_000);
  expect(room.texts).toEqual(['0', '1\n2', '3\n4', '5', '6']);
});

test('an attempt to show several that was killed is made again as the same, and no other', async () => {
  const { room, test } = await slowRoom(20_000, 6);
  await test.clock.advance(20_000);
  await test.clock.advance(10_000);
  let joined = '';
  const after = new Room('room/matrix/one', 2_000);
  after.onSend = (event, attempt) => {
    joined ||= `${event.id} ${attempt.shown.length}`;
  };
  // More has come meanwhile, and would be joined by a fresh attempt.
  await test.say('message 6');
  const again = await openOutbox([after], { dataDir: killedNow(test.dataDir), clock: test.clock });
  await after.sees.waitFor((text) => text.includes('message 6'));
  await test.clock.advance(10_000);
  await room.sees.waitFor((text) => text.includes('message 1'));
  expect(joined).toBe('message 1 0');
  expect(after.texts[0]).toBe(room.texts[1]);
  expect(allOf(after)).toEqual(names(7).slice(1));
  await again.store.writer.flushed();
  expect(await again.store.database.all('SELECT * FROM delivery')).toEqual([]);
});

test('when several together are refused, only the one that is at fault is given up', async () => {
  const room = new Room('room/matrix/one', 200);
  const { outbox, clock, say, store } = await openOutbox([room]);
  room.onSend = async (event) => {
    await new Promise<void>((resolve) => clock.after(20_000, resolve));
    if (event.kind === 'message' && JSON.stringify(event.body).includes('message 2')) {
      throw new DeliveryError('that word is forbidden', { passing: false });
    }
  };
  await say(...names(5));
  await clock.advance(200_000);
  expect(allOf(room)).toEqual(['message 0', 'message 1', 'message 3', 'message 4']);
  const dead = await store.database.all('SELECT e.id FROM delivery d JOIN event e ON e.seq = d.event');
  expect(dead).toEqual([{ id: 'message 2' }]);
  expect(outbox.health()).toEqual([]);
});
