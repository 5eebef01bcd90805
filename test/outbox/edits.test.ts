/** Edits of what still waits: it is shown once, as it reads after them. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import type { EventId } from '../../src/event.ts';
import { deadLetters, retryLetter } from '../../src/store/dead-letters.ts';
import { TestClock } from '../support/clock.ts';
import { edited, id, LineRoom, onOneLine, open, removed, take } from './line-room.ts';
import { killedNow, message, openOutbox, Room, rounds } from './setup.ts';

const rows = async ({ store }: Awaited<ReturnType<typeof open>>) => {
  await store.writer.flushed();
  return store.database.all('SELECT * FROM delivery');
};

test('what is edited while it waits is shown once, as it reads after the last edit', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  await take(opened, message('begun'), message('a'), message('b'));
  await take(opened, edited('a', 'A', '1'), edited('b', 'B'), edited('a', 'AA', '2'), message('c'), edited('begun', 'BEGUN'));
  room.release();
  await room.shows(['BEGUN', 'AA', 'B', 'c']);
  expect(room.deeds).toEqual(['show: begun', 'show: AA', 'show: B', 'show: c', 'edit: BEGUN']);
  expect(await rows(opened)).toEqual([]);
  // Later edits find it.
  await take(opened, edited('a', 'AAA\nlonger', '3'));
  await room.shows(['BEGUN', 'AAA', 'B', 'c', 'longer']);
});

test('of several edits of what is shown, only the last goes out', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  const opened = await open(room, { clock });
  await take(opened, message('a'), message('b'));
  await room.shows(['a', 'b']);
  room.hold();
  await take(opened, message('c'));
  await rounds();
  await take(opened, edited('a', 'A', '1'), message('d'), edited('a', 'AA', '2'), edited('b', 'B'), removed('b'), message('e'));
  room.release();
  await room.shows(['AA', '(gone)', 'c', 'd', 'e']);
  expect(room.deeds).toEqual(['show: a', 'show: b', 'show: c', 'edit: AA', 'show: d', 'show: e']);
  expect(await rows(opened)).toEqual([]);
});

test('what is edited and then taken back is never shown, and an edit that is taken back is not what it reads', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), message('b'), message('c'));
  await take(opened, edited('a', 'A'), edited('b', 'B', '1'), edited('b', 'BB', '2'), edited('c', 'C', '3'));
  await take(opened, removed('a'), removed('2'), removed('3'));
  room.release();
  await room.shows(['first', 'B', 'c']);
  expect(room.deeds.join()).not.toMatch(/a|A|BB|C/);
  expect(await rows(opened)).toEqual([]);
});

test('what fails to be shown is tried again as it reads then, and not at all once it is taken back', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.refuse = () => {
    throw new DeliveryError('the room is down', { passing: true });
  };
  const opened = await open(room, { clock });
  await take(opened, message('a'));
  await clock.advance(10_000);
  await take(opened, edited('a', 'A', '1'), message('b'));
  await clock.advance(100_000);
  await take(opened, edited('a', 'AA', '2'));
  room.refuse = () => {};
  await clock.advance(100_000);
  await room.shows(['AA', 'b']);
  room.refuse = () => {
    throw new DeliveryError('the room is down', { passing: true });
  };
  await take(opened, message('c'));
  await clock.advance(10_000);
  await take(opened, removed('c'), message('d'));
  room.refuse = () => {};
  await clock.advance(100_000);
  await room.shows(['AA', 'b', 'd']);
  expect(room.deeds).toEqual(['show: AA', 'show: b', 'show: d']);
});

test('an edit that comes while the files of a message are made ready is in time; one that comes after the beginning is not', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.slow = 5_000;
  const opened = await open(room, { clock });
  await take(opened, message('a'));
  await clock.advance(1_000);
  await take(opened, edited('a', 'A'));
  room.hold();
  await clock.advance(10_000);
  await room.shows(['A']);
  await take(opened, edited('a', 'AA', '2'));
  room.release();
  await room.shows(['AA']);
  expect(room.deeds).toEqual(['show: A', 'edit: AA']);
});

test('what was begun as it read after an edit is looked for as such by the next process, whatever came since', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), edited('a', 'A\nand more', '1'));
  await rounds();
  room.release();
  room.hold();
  await room.shows(['first', 'A']);
  await take(opened, edited('a', 'AA', '2'), message('b'));
  const after = new LineRoom(clock, undefined, room.posts);
  const again = await open(after, { clock, dataDir: killedNow(opened.dataDir) });
  await after.shows(['first', 'AA', '', 'b']);
  expect(after.deeds).toEqual(['show: and more', 'edit: AA', 'show: b']);
  expect(await rows(again)).toEqual([]);
  room.release();
});

test('what certainly failed after its beginning reads as after the latest edit, also in the next process', async () => {
  const clock = new TestClock();
  const room = new Room(id);
  let beginnings = 0;
  room.onSend = async (_event, attempt) => {
    await attempt.begin();
    if (beginnings++ > 0) return;
    attempt.failed();
    throw new DeliveryError('no connection', { passing: true });
  };
  const opened = await openOutbox([room], { clock });
  await take(opened, message('a'), edited('a', 'A'));
  await rounds();
  expect(beginnings).toBe(1);
  await take(opened, edited('a', 'AA', '2'));
  const after = new Room(id);
  await openOutbox([after], { clock, dataDir: killedNow(opened.dataDir) });
  await after.sees.waitFor((text) => text === 'AA');
  await clock.advance(10_000);
  await room.sees.waitFor((text) => text === 'AA');
  await rounds();
  expect([room.texts, after.texts]).toEqual([['AA'], ['AA']]);
});

test('far behind in a long line, and in the next process, what is edited is shown once', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  const names = Array.from({ length: 320 }, (_, n) => `${n}`);
  await opened.say(...names);
  await take(opened, edited('100', '100 A'), edited('250', '250 A', 'e1'), edited('250', '250 B', 'e2'), removed('e2'));
  const after = new LineRoom(clock);
  const again = await open(after, { clock, dataDir: killedNow(opened.dataDir) });
  await again.say('last');
  const seen = names.map((name) => (name === '100' || name === '250' ? `${name} A` : name));
  await after.shows([...seen, 'last']);
  room.release();
  await room.shows(seen);
  expect([room.deeds, after.deeds].flat().filter((deed) => deed.startsWith('edit'))).toEqual([]);
  expect([await rows(opened), await rows(again)]).toEqual([[], []]);
});

test('rooms that have shown it already get the edit, and those where it waits get the message', async () => {
  const clock = new TestClock();
  const rooms = [new Room('room/matrix/quick'), new Room('room/matrix/slow')] as const;
  const [quick, slow] = rooms;
  let release = () => {};
  slow.onSend = () =>
    new Promise<void>((resolve) => {
      release = resolve;
    });
  const { outbox } = await openOutbox(rooms, { clock });
  for (const event of [message('first'), message('a'), edited('a', 'A')]) {
    await outbox.take(event, 'discord', [quick.id, slow.id]);
  }
  await quick.sees.waitFor((text) => text === 'edit');
  slow.onSend = () => {};
  release();
  await slow.sees.waitFor((text) => text === 'A');
  await outbox.take(message('end'), 'discord', [quick.id, slow.id]);
  await slow.sees.waitFor((text) => text === 'end');
  expect([quick.texts, slow.texts]).toEqual([
    ['first', 'a', 'edit', 'end'],
    ['first', 'A', 'end'],
  ]);
});

test('what is joined reads as after its edits, and what was joined before an edit is joined in the same way again', async () => {
  const clock = new TestClock();
  const room = onOneLine(new LineRoom(clock, 2_000));
  room.slow = 20_000;
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), message('b'), edited('b', 'B'));
  await clock.advance(21_000);
  await room.shows(['first']);
  await take(opened, edited('b', 'BB', '2'), edited('a', 'A'));
  const after = onOneLine(new LineRoom(clock, 2_000));
  const again = await open(after, { clock, dataDir: killedNow(opened.dataDir) });
  await clock.advance(100_000);
  await room.shows(['first', 'a+B', '(edited) BB', '(edited) A']);
  await after.shows(['a+B', '(edited) BB', '(edited) A']);
  expect([await rows(opened), await rows(again)]).toEqual([[], []]);
});

test('where it is refused as it reads now, it is shown as it was said, and the edit is a dead letter', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  room.refuse = (text) => {
    if (text === 'BAD') throw new DeliveryError('that word is forbidden', { passing: false });
  };
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), edited('a', 'BAD'), message('b'));
  room.release();
  await room.shows(['first', 'a', 'b']);
  await opened.store.writer.flushed();
  const letters = [];
  for await (const letter of deadLetters(opened.store.database, {})) letters.push(letter);
  expect(letters).toMatchObject([{ event: { kind: 'edit' as const } }]);
});

test('a dead letter that is tried again reads as after the edits that came since', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.refuse = () => {
    throw new DeliveryError('no permission', { passing: false });
  };
  const opened = await open(room, { clock });
  await take(opened, message('a'));
  await rounds();
  room.refuse = () => {};
  await take(opened, edited('a', 'A'));
  await opened.store.writer.flushed();
  for await (const letter of deadLetters(opened.store.database, {})) void opened.store.writer.add(retryLetter(letter));
  await opened.store.writer.flushed();
  await clock.advance(2_000);
  await room.shows(['A']);
});

test('while nothing can be written as well', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  await take(opened, message('first'));
  await rounds();
  const [row] = await opened.store.database.all<{ page_count: number }>('PRAGMA page_count');
  await opened.store.database.all(`PRAGMA max_page_count = ${row?.page_count ?? 1}`);
  const long = 'x'.repeat(20_000);
  for (const event of [message(long), edited(long, 'A', '1'), edited(long, `${long} B`, '2'), message('c')]) {
    void opened.outbox.take(event, 'discord', [id]);
    await rounds();
  }
  expect(opened.store.writer.fault).toBeDefined();
  room.release();
  await room.shows(['first', `${long} B`, 'c']);
  expect(room.deeds.filter((deed) => deed.startsWith('edit'))).toEqual([]);
  await opened.store.database.all('PRAGMA max_page_count = 1073741823');
  await clock.advance(60_000);
  expect(await rows(opened)).toEqual([]);
  expect(opened.outbox.kept()).toBeUndefined();
  expect(await opened.outbox.history.event('2' as EventId)).toBeDefined();
});
