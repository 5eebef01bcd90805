/** What a killed process leaves, the next one goes on with. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import type { Edit, EventId, Removal } from '../../src/event.ts';
import { killedNow, message, openOutbox, place, Room, rounds } from './setup.ts';

const never = () => new Promise<void>(() => {});

test('what was taken and not shown is shown after the restart, in order', async () => {
  const before = new Room();
  before.onSend = (event) => (event.id === 'c' ? never() : undefined);
  const { say, dataDir } = await openOutbox([before]);
  await say('a', 'b', 'c', 'd', 'e');
  await before.sees.waitFor((text) => text === 'b');
  await rounds();
  const after = new Room();
  const { say: sayAgain } = await openOutbox([after], { dataDir: killedNow(dataDir) });
  await sayAgain('f');
  await after.sees.waitFor((text) => text === 'f');
  expect(after.texts).toEqual(['c', 'd', 'e', 'f']);
});

test('after an ordinary end, nothing is doubled and nothing is missing', async () => {
  const before = new Room();
  let shown = 0;
  before.onSend = () => (++shown > 2 ? never() : undefined);
  const first = await openOutbox([before]);
  await first.say('a', 'b', 'c', 'd');
  await before.sees.waitFor((text) => text === 'b');
  await first.close();
  const after = new Room();
  await openOutbox([after], { dataDir: first.dataDir });
  await after.sees.waitFor((text) => text === 'd');
  expect(after.texts).toEqual(['c', 'd']);
});

test('a message that was killed between its parts goes on with the part that is in doubt', async () => {
  const before = new Room();
  before.onSend = async (_, attempt) => {
    await attempt.begin();
    attempt.done('part 1');
    await attempt.begin();
    await never();
  };
  const { say, dataDir, clock } = await openOutbox([before]);
  await say('long');
  await rounds();
  const after = new Room();
  const seen: unknown[] = [];
  after.onSend = async (_, attempt) => {
    seen.push({ shown: [...attempt.shown], doubtful: attempt.doubtful, begunAt: attempt.begunAt });
    seen.push(await attempt.isKnown('part 1'), await attempt.isKnown('part 2'));
  };
  const begunAt = clock.now();
  await openOutbox([after], { dataDir: killedNow(dataDir) });
  await after.sees.waitFor((text) => text === 'long');
  expect(seen).toEqual([{ shown: ['part 1'], doubtful: true, begunAt }, true, false]);
});

test('a part that certainly failed is not in doubt', async () => {
  const before = new Room();
  before.onSend = async (_, attempt) => {
    await attempt.begin();
    attempt.failed();
    throw new DeliveryError('no', { passing: true });
  };
  const { say, dataDir } = await openOutbox([before]);
  await say('a');
  await rounds();
  const after = new Room();
  let doubtful: boolean | undefined;
  after.onSend = (_, attempt) => {
    doubtful = attempt.doubtful;
  };
  await openOutbox([after], { dataDir: killedNow(dataDir) });
  await after.sees.waitFor((text) => text === 'a');
  expect(doubtful).toBe(false);
});

test('what is handed over again is not taken again: at once, later, and after a restart', async () => {
  const room = new Room();
  const { say, dataDir, close } = await openOutbox([room]);
  await Promise.all([say('a', 'b'), say('a', 'b')]);
  await say('a', 'c');
  await room.sees.waitFor((text) => text === 'c');
  await close();
  const after = new Room();
  const { say: sayAgain } = await openOutbox([after], { dataDir });
  await sayAgain('a', 'b', 'c', 'd');
  await after.sees.waitFor((text) => text === 'd');
  expect([room.texts, after.texts]).toEqual([['a', 'b', 'c'], ['d']]);
});

test('numbers are never given twice, even to events that were never kept', async () => {
  const room = new Room();
  const first = await openOutbox([room]);
  const numbers: number[] = [];
  const note = (seq: number) => {
    numbers.push(seq);
    return message(`number ${seq}`);
  };
  await first.outbox.takeNew(note, [room.id]);
  const image = killedNow(first.dataDir);
  await first.outbox.takeNew(note, [room.id]);
  await first.clock.advance(1_000);
  const second = await openOutbox([new Room()], { dataDir: image, clock: first.clock });
  await second.outbox.takeNew(note, [room.id]);
  expect(new Set(numbers).size).toBe(3);
});

test('what waits for a room that is no longer configured is a dead letter', async () => {
  const before = new Room('room/matrix/gone');
  before.onSend = never;
  const { say, dataDir } = await openOutbox([before]);
  await say('a', 'b');
  const { store, lines } = await openOutbox([new Room()], { dataDir: killedNow(dataDir) });
  await store.writer.flushed();
  const dead = { state: 'dead', reason: 'it is no longer configured' };
  expect(await store.database.all('SELECT state, reason FROM delivery')).toEqual([dead, dead]);
  expect(lines.join()).toContain('room/matrix/gone is no longer configured: 2 messages are dead letters');
});

test('a delivery that can no longer be read holds up nobody', async () => {
  const before = new Room();
  before.onSend = never;
  const { say, dataDir, store } = await openOutbox([before]);
  await say('a', 'b', 'c');
  await store.writer.add({ sql: 'UPDATE event SET body = ? WHERE id = ?', values: ['{"kind":', 'b'] });
  const after = new Room();
  const { lines } = await openOutbox([after], { dataDir: killedNow(dataDir) });
  await after.sees.waitFor((text) => text === 'c');
  expect(after.texts).toEqual(['a', 'c']);
  expect(lines.join()).toContain("can't be read");
});

test('what shows a message is known after a restart, with the parts that edits added, and not those of an edit under way', async () => {
  const room = new Room();
  const { outbox, say, dataDir } = await openOutbox([room]);
  await say('a');
  const edit: Edit = { kind: 'edit', id: 'edit' as EventId, at: 0, place, message: message('a') };
  const removal: Removal = { kind: 'removal', id: 'removal' as EventId, at: 0, place, target: 'a' as EventId };
  await outbox.take(edit, 'discord', [room.id]);
  await outbox.take(removal, 'discord', [room.id]);
  await room.sees.waitFor((text) => text === 'removal');
  const known = { own: ['native 1', 'native 2'], shared: [] };
  expect(await outbox.history.parts(edit.message.id, room.id)).toEqual(known);
  await rounds();
  const { outbox: later } = await openOutbox([new Room()], { dataDir: killedNow(dataDir) });
  expect(await later.history.parts(edit.message.id, room.id)).toEqual(known);
  expect(await later.history.parts(edit.message.id, room.id, edit.id)).toEqual({ own: ['native 1'], shared: [] });
});
