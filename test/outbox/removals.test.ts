/** Removals of what is shown, of what still waits, and of edits. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Adapter } from '../../src/adapter.ts';
import { roomId } from '../../src/channels.ts';
import type { AdapterId, Edit, EventId, Message, Removal, RoomRef } from '../../src/event.ts';
import { roomDestination } from '../../src/room-destination.ts';
import { prune } from '../../src/store/prune.ts';
import { literal } from '../../src/text/tree.ts';
import { TestClock } from '../support/clock.ts';
import { words } from '../support/words.ts';
import { killedNow, message, openOutbox, place, rounds, type TestOutbox } from './setup.ts';

const address = { adapter: 'matrix' as AdapterId, room: 'one' as RoomRef };
const id = roomId(address);
const DAY = 86_400_000;

/** A room that shows each line of a text as a part of its own. */
class LineRoom {
  /** What stands there now. */
  readonly posts: string[] = [];
  /** While it is set, nothing can be shown. */
  held: Promise<void> | undefined;
  release = () => {};
  /** How long showing takes, in milliseconds. */
  slow = 0;
  readonly #clock: TestClock;
  readonly adapter: Adapter;

  constructor(clock: TestClock, roomPerMessage?: number) {
    this.#clock = clock;
    this.adapter = {
      platform: 'Matrix',
      ...(roomPerMessage !== undefined && { roomPerMessage }),
      start: async () => {},
      stop: async () => {},
      send: async (_room, shown, attempt) => {
        if (this.slow > 0) await new Promise<void>((resolve) => this.#clock.after(this.slow, resolve));
        await this.held;
        this.#add(words(shown.body).split('\n'), attempt);
      },
      edit: async (_room, edit, shown, attempt) => {
        const lines = words(edit.message.body).split('\n');
        for (const [index, native] of shown.entries()) this.posts[Number(native)] = lines[index] ?? '';
        this.#add(lines.slice(shown.length), attempt);
      },
      remove: async (_room, shown) => {
        for (const native of shown) this.posts[Number(native)] = '(gone)';
      },
      async *check() {},
    };
  }

  hold(): void {
    this.held = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  #add(lines: readonly string[], attempt: { done(id: string): void }): void {
    for (const line of lines) attempt.done(String(this.posts.push(line) - 1));
  }
}

function open(room: LineRoom, options: Parameters<typeof openOutbox>[1]): Promise<TestOutbox> {
  const log = pino({ level: 'silent' });
  return openOutbox(
    [{ id, destination: (known) => roomDestination({ address, adapter: room.adapter, ...known, log }) }],
    options,
  );
}

const edited = (of: string, text: string, name = `edit of ${of}`): Edit => ({
  kind: 'edit',
  id: name as EventId,
  at: 0,
  place,
  message: { ...message(of), body: literal(text) },
});

const removed = (target: string): Removal => ({
  kind: 'removal',
  id: `removal of ${target}` as EventId,
  at: 0,
  place,
  target: target as EventId,
});

async function take({ outbox }: TestOutbox, ...events: (Message | Edit | Removal)[]): Promise<void> {
  for (const event of events) await outbox.take(event, 'discord', [id]);
}

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
  const names = Array.from({ length: 600 }, (_, n) => `${n}`);
  await opened.say(...names);
  await take(opened, removed('100'), removed('500'));
  const after = new LineRoom(clock);
  const again = await open(after, { clock, dataDir: killedNow(opened.dataDir) });
  await again.say('last');
  await rounds(50);
  // The one that was under way may have been shown, so it is shown.
  expect(after.posts).toEqual([...names.filter((name) => name !== '100' && name !== '500'), 'last']);
  room.release();
  await rounds(50);
  expect(room.posts).toEqual(names.filter((name) => name !== '100' && name !== '500'));
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
  const room = new LineRoom(clock, 2_000);
  room.slow = 20_000;
  const opened = await open(room, { clock });
  const whole = room.adapter.send;
  room.adapter.send = (ref, shown, attempt) =>
    whole(ref, { ...shown, body: literal(words(shown.body).replaceAll('\n', '+')) }, attempt);
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
  await prune({ ...opened.store, now: (b?.stored_at ?? 0) + DAY, keepDays: 1, maxBytes: 1e9 });
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
