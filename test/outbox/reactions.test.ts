/** Reactions and answers on their way to a room: behind what they are about, once, and within bounds. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Adapter, DeliveryError } from '../../src/adapter.ts';
import { roomId } from '../../src/channels.ts';
import {
  type AdapterId,
  type Event,
  type EventId,
  eventId,
  type Message,
  type Reaction,
  type ReactionRemoval,
  type RoomRef,
} from '../../src/event.ts';
import { roomDestination } from '../../src/room-destination.ts';
import { prune } from '../../src/store/prune.ts';
import { literal } from '../../src/text/tree.ts';
import { TestClock } from '../support/clock.ts';
import { words } from '../support/words.ts';
import { killedNow, openOutbox, place, rounds, type TestOutbox } from './setup.ts';

const address = { adapter: 'matrix' as AdapterId, room: 'one' as RoomRef };
const id = roomId(address);
const here = { kind: 'room', ...address } as const;

/** A room in which posts have reactions. */
class ReactionRoom {
  /** What stands there now, by native id: its text, what it answers, and the reactions of the bridge. */
  readonly posts = new Map<string, { text: string; answers?: string; readonly reactions: Set<string> }>();
  isDown = false;
  /** How long showing takes, in milliseconds. */
  slow = 0;
  readonly adapter: Adapter;
  /** How often it was asked to react. */
  asked = 0;

  constructor(clock: TestClock, { posts, ...more }: Partial<Adapter> & { posts?: ReactionRoom['posts'] } = {}) {
    for (const [native, post] of posts ?? []) this.posts.set(native, post);
    this.adapter = {
      platform: 'Matrix',
      roomPerMessage: 2_000,
      reactions: 'native',
      start: async () => {},
      stop: async () => {},
      send: async (_room, shown, attempt) => {
        if (this.slow > 0) await new Promise<void>((resolve) => clock.after(this.slow, resolve));
        this.#checkUp();
        const native = `native ${this.posts.size}`;
        const answers = shown.replyTo && (shown.replyTo.here?.nativeId ?? 'in words');
        this.posts.set(native, { text: words(shown.body), ...(answers && { answers }), reactions: new Set() });
        attempt.done(native);
      },
      remove: async (_room, shown) => {
        for (const native of shown) this.posts.delete(native);
      },
      react: async (_room, { message, emoji, isOn }) => {
        this.#checkUp();
        this.asked++;
        if (emoji.name === 'unknown') return false;
        if (isOn) this.posts.get(message)?.reactions.add(emoji.name);
        else this.posts.get(message)?.reactions.delete(emoji.name);
        return true;
      },
      async *check() {},
      ...more,
    };
  }

  /** Each post as one line. */
  get lines(): string[] {
    return [...this.posts.values()].map(({ text, answers, reactions }) =>
      [answers === undefined ? text : `${text} (to ${answers})`, ...reactions].join(' '),
    );
  }

  #checkUp(): void {
    if (this.isDown) throw new DeliveryError('the room is down', { passing: true });
  }
}

function open(room: ReactionRoom, options: Parameters<typeof openOutbox>[1]): Promise<TestOutbox> {
  const log = pino({ level: 'silent' });
  const destination = (known: Parameters<Parameters<typeof openOutbox>[0][0]['destination']>[0]) =>
    roomDestination({ address, member: room, ...known, log });
  return openOutbox([{ id, destination }], options);
}

const idOf = (native: string) => eventId(place, native);
const said = (text: string, replyTo?: string): Message => ({
  kind: 'message',
  id: idOf(text),
  at: 0,
  place,
  tag: 'Discord',
  author: { id: 'alice', name: 'Alice' },
  body: literal(text),
  attachments: [],
  ...(replyTo !== undefined && { replyTo: { author: 'Alice', text: replyTo, target: idOf(replyTo) } }),
});

let count = 0;
const reacted = (target: string, emoji: string, who = 'bob', name = `reaction ${++count}`): Reaction => ({
  kind: 'reaction',
  id: idOf(name),
  at: 0,
  place,
  tag: 'Discord',
  author: { id: who, name: who },
  emoji: { name: emoji },
  target: idOf(target),
});
const unreacted = (target: string, emoji: string, userId = 'bob'): ReactionRemoval => ({
  kind: 'reaction-removal',
  id: idOf(`end ${++count}`),
  at: 0,
  place,
  target: idOf(target),
  emoji: { name: emoji },
  userId,
});

async function take({ outbox }: TestOutbox, ...events: readonly Event[]): Promise<void> {
  await Promise.all(events.map((event) => outbox.take(event, 'discord', [id])));
  await rounds();
}

test('a reaction waits behind what it is to, and one that was taken back meanwhile is never shown', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock);
  room.isDown = true;
  const opened = await open(room, { clock });
  const gone = reacted('a', 'gone');
  await take(opened, said('a'), reacted('a', '1'), gone, reacted('a', '2'), reacted('never said', '3'));
  await take(opened, { kind: 'removal', id: idOf('removal'), at: 0, place, target: gone.id });
  await take(opened, unreacted('a', '2'));
  room.isDown = false;
  await clock.advance(100_000);
  expect(room.lines).toEqual(['a 1']);
  expect(room.asked).toBe(3);
  await opened.store.writer.flushed();
  expect(await opened.store.database.all('SELECT * FROM delivery')).toEqual([]);
});

test('many who share one are one request, and one more when the last of them takes theirs back', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock);
  const opened = await open(room, { clock });
  const people = Array.from({ length: 50 }, (_, n) => `person ${n}`);
  await take(opened, said('a'), ...people.map((who) => reacted('a', '👍', who)), ...people.map((who) => reacted('a', '👍️', who)));
  expect(room.lines).toEqual(['a 👍']);
  expect(room.asked).toBe(1);
  await take(opened, ...people.slice(1).map((who) => unreacted('a', '👍', who)));
  expect(room.lines).toEqual(['a 👍']);
  await take(opened, unreacted('a', '👍', 'somebody else'), unreacted('a', '👍️', 'person 0'));
  expect(room.lines).toEqual(['a']);
  expect(room.asked).toBe(2);
});

test('after a kill at any moment, the next process makes it right', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock);
  const opened = await open(room, { clock });
  await take(opened, said('a'), reacted('a', '👍', 'bob'), reacted('a', 'unknown', 'bob'));
  await take(opened, reacted('a', '👍', 'carol'));
  const before = killedNow(opened.dataDir);
  await opened.store.writer.flushed();
  // Nothing of it was kept, or all was.
  for (const dataDir of [before, killedNow(opened.dataDir)]) {
    const next = new ReactionRoom(clock, { posts: new Map([...room.posts].map(([native, post]) => [native, { ...post }])) });
    const again = await open(next, { clock, dataDir });
    await rounds(50);
    expect(next.lines.filter((line) => line.startsWith('a'))).toEqual(['a 👍']);
    await take(again, unreacted('a', '👍', 'bob'));
    expect(next.lines[0]).toBe('a 👍');
    await take(again, unreacted('a', '👍', 'carol'), unreacted('a', 'unknown', 'bob'));
    expect(next.lines).toEqual(['a']);
    await again.close();
    for (const { reactions } of room.posts.values()) reactions.add('👍');
  }
});

test('twenty different ones stand at one message, and a thousand people are counted', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock);
  const opened = await open(room, { clock });
  await take(opened, said('a'), ...Array.from({ length: 30 }, (_, n) => reacted('a', `${n}`, `person ${n}`)));
  expect([...room.posts.values()].map(({ reactions }) => reactions.size)).toEqual([20]);
  await take(opened, ...Array.from({ length: 1_010 }, (_, n) => reacted('a', '0', `other ${n}`)));
  await opened.store.writer.flushed();
  expect(await opened.store.database.all('SELECT COUNT(*) AS kept FROM reaction')).toEqual([{ kept: 1_000 }]);
  expect(room.asked).toBe(20);
  await prune({ ...opened.store, now: clock.now() + 2 * 86_400_000, keepDays: 1, auditDays: 365, maxBytes: 1e9 });
  // The newest event stays, and with it nothing of this message.
  expect(await opened.store.database.all('SELECT COUNT(*) AS kept FROM reaction')).toEqual([{ kept: 0 }]);
});

test('of messages that had to be joined, one is answered and reacted to in words', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock);
  room.slow = 20_000;
  const opened = await open(room, { clock });
  await take(opened, said('first'), said('a'), said('b'), said('c'));
  await clock.advance(100_000);
  expect(room.lines).toEqual(['first', 'a\nb\nc']);
  room.slow = 0;
  for (const event of [said('to a', 'a'), said('to first', 'first'), reacted('b', '👍')]) await take(opened, event);
  expect(room.lines.slice(2)).toEqual(['to a (to in words)', 'to first (to native 0)', 'reacted with 👍 to “b”']);
  await take(opened, unreacted('b', '👍'));
  expect(room.lines).toHaveLength(4);
});

test('what is answered in one of several parts, or by the copy of a copy, is the same message everywhere', async () => {
  const clock = new TestClock();
  const room = new ReactionRoom(clock, {
    send: async (_room, shown, attempt) => {
      for (const [index, line] of words(shown.body).split('\n').entries()) {
        const answers = index === 0 ? shown.replyTo?.here?.nativeId : undefined;
        const native = `native ${room.posts.size}`;
        room.posts.set(native, { text: line, ...(answers && { answers }), reactions: new Set() });
        attempt.done(native);
      }
    },
  });
  const opened = await open(room, { clock });
  await take(opened, said('one\ntwo'));
  expect(await opened.outbox.history.eventAt(id, 'native 1')).toBe(idOf('one\ntwo'));
  await take(opened, said('three', 'one\ntwo'), reacted('one\ntwo', '👍'));
  expect(room.lines).toEqual(['one 👍', 'two', 'three (to native 0)']);
  // What was said in this room itself stands there under its own id, with who said it.
  const own = { ...said('own'), id: eventId(here, 'own'), place: here };
  await opened.outbox.take(own, 'matrix', []);
  const answer = { ...said('back'), replyTo: { author: 'x', text: 'own', target: own.id as EventId } };
  await take(opened, answer);
  expect(room.lines.at(-1)).toBe('back (to own)');
  const store = killedNow(opened.dataDir);
  const again = await open(room, { clock, dataDir: store });
  expect(await again.outbox.history.eventAt(id, 'native 1')).toBe(idOf('one\ntwo'));
});
