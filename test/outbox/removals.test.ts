/** Removals of what is shown, of what still waits, and of edits. */
import { expect, test } from 'vitest';
import { prune } from '../../src/store/prune.ts';
import { TestClock } from '../support/clock.ts';
import { edited, LineRoom, onOneLine, open, removed, take } from './line-room.ts';
import { killedNow, message, rounds } from './setup.ts';

const DAY = 86_400_000;

test('what is taken back while it waits is never shown, nor are its edits; what was begun is shown and then taken back', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  await take(opened, message('begun'));
  await rounds();
  await take(opened, message('a'), edited('a', 'A'), message('b'), removed('begun'), removed('a'), message('c'));
  room.release();
  await rounds();
  expect(room.posts).toEqual(['(gone)', 'b', 'c']);
  await opened.store.writer.flushed();
  expect(await opened.store.database.all('SELECT * FROM delivery')).toEqual([]);
});

test('what is taken back far behind in a long line is not shown by the next process either', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  room.hold();
  const opened = await open(room, { clock });
  const names = Array.from({ length: 320 }, (_, n) => `${n}`);
  await opened.say(...names);
  await take(opened, removed('100'), removed('250'));
  const after = new LineRoom(clock);
  const again = await open(after, { clock, dataDir: killedNow(opened.dataDir) });
  await again.say('last');
  // The one that was under way may have been shown, so it is shown.
  await after.shows([...names.filter((name) => name !== '100' && name !== '250'), 'last']);
  room.release();
  await room.shows(names.filter((name) => name !== '100' && name !== '250'));
});

test('what is taken back is left out of what is joined, in order', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock, 2_000);
  room.slow = 20_000;
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), message('b'), message('c'), message('d'), removed('b'));
  await clock.advance(200_000);
  expect(room.posts).toEqual(['first', 'a', 'c', 'd']);
});

test('an edit that is taken back takes nothing with it; one that still waits is not made', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock);
  const opened = await open(room, { clock });
  await take(opened, message('a'), edited('a', 'a\nlonger', 'edit 1'), removed('edit 1'));
  await rounds();
  expect(room.posts).toEqual(['a', 'longer']);
  room.hold();
  await take(opened, message('wait'), message('b'), edited('b', 'B', 'edit 2'), removed('edit 2'));
  room.release();
  await rounds();
  expect(room.posts).toEqual(['a', 'longer', 'wait', 'b']);
});

test('what was joined is never replaced by an edit, though the others of it were forgotten since', async () => {
  const clock = new TestClock();
  const room = onOneLine(new LineRoom(clock, 2_000));
  room.slow = 20_000;
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'));
  await clock.advance(1_000);
  await take(opened, message('b'), message('c'));
  await clock.advance(100_000);
  expect(room.posts).toEqual(['first', 'a+b+c']);
  const { dataDir } = opened;
  await take(opened, message('newest'));
  await clock.advance(100_000);
  await opened.store.writer.add({ sql: "UPDATE event SET stored_at = stored_at + 1000 WHERE id = 'c'", values: [] });
  const [b] = await opened.store.database.all<{ stored_at: number }>("SELECT stored_at FROM event WHERE id = 'c'");
  await prune({ ...opened.store, now: (b?.stored_at ?? 0) + DAY, keepDays: 1, auditDays: 365, maxBytes: 1e9 });
  await opened.close();
  const again = await open(room, { clock, dataDir });
  await take(again, edited('c', 'C'));
  await clock.advance(100_000);
  expect(room.posts).toEqual(['first', 'a+b+c', 'newest', '(edited) C']);
});

test('what was joined is not taken back with all the others', async () => {
  const clock = new TestClock();
  const room = new LineRoom(clock, 2_000);
  room.slow = 20_000;
  const opened = await open(room, { clock });
  await take(opened, message('first'), message('a'), message('b'), message('c'));
  await clock.advance(100_000);
  await take(opened, removed('b'));
  await clock.advance(100_000);
  expect(room.posts).toEqual(['first', 'a', 'b', 'c']);
});
