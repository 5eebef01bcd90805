/** A room whose messages can be edited and taken back, and what happens to them. */
import { pino } from 'pino';
import { expect } from 'vitest';
import type { Adapter, Attempt } from '../../src/adapter.ts';
import { roomId } from '../../src/channels.ts';
import type { AdapterId, Edit, EventId, Message, Removal, RoomRef } from '../../src/event.ts';
import { roomDestination } from '../../src/room-destination.ts';
import { literal } from '../../src/text/tree.ts';
import type { TestClock } from '../support/clock.ts';
import { words } from '../support/words.ts';
import { message, openOutbox, place, type TestOutbox } from './setup.ts';

const address = { adapter: 'matrix' as AdapterId, room: 'one' as RoomRef };

/** The destination that a {@link LineRoom} is. */
export const id = roomId(address);

/** A room that shows each line of a text as a part of its own, and in which a part that is in doubt is looked for. */
export class LineRoom {
  /** What stands there now. */
  readonly posts: string[];
  /** What was done there, in order. */
  readonly deeds: string[] = [];
  /** While it is set, nothing can be shown. */
  held: Promise<void> | undefined;
  release = () => {};
  /** Called when something is about to be shown or edited: what it throws is the fault of the attempt. */
  refuse: (text: string) => void = () => {};
  /** How long showing takes, in milliseconds. */
  slow = 0;
  readonly adapter: Adapter;
  readonly #clock: TestClock;

  /** @param posts what stands there from before */
  constructor(clock: TestClock, roomPerMessage?: number, posts: readonly string[] = []) {
    this.#clock = clock;
    this.posts = [...posts];
    this.adapter = {
      platform: 'Matrix',
      ...(roomPerMessage !== undefined && { roomPerMessage }),
      start: async () => {},
      stop: async () => {},
      send: async (_room, shown, attempt) => {
        this.refuse(words(shown.body));
        const lines = words(shown.body).split('\n');
        if (this.slow > 0) await new Promise<void>((resolve) => this.#clock.after(this.slow, resolve));
        await this.#add(lines.slice(attempt.shown.length), attempt);
      },
      edit: async (_room, edit, shown, attempt) => {
        this.refuse(words(edit.message.body));
        const lines = words(edit.message.body).split('\n');
        for (const [index, native] of shown.entries()) this.posts[Number(native)] = lines[index] ?? '';
        this.deeds.push(`edit: ${lines[0]}`);
        await this.#add(lines.slice(shown.length), attempt);
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

  /** Waits until this stands there. */
  async shows(posts: readonly string[]): Promise<void> {
    await expect.poll(() => this.posts).toEqual(posts);
  }

  async #add(lines: readonly string[], attempt: Attempt): Promise<void> {
    for (const line of lines) {
      const found = attempt.doubtful ? await this.#find(line, attempt) : -1;
      if (found === -1) {
        await attempt.begin();
        this.deeds.push(`show: ${line}`);
      }
      const index = found === -1 ? this.posts.push(line) - 1 : found;
      // It can be seen before anybody is told so.
      await this.held;
      attempt.done(String(index));
    }
  }

  async #find(line: string, attempt: Attempt): Promise<number> {
    for (const [index, post] of this.posts.entries()) {
      if (post === line && !(await attempt.isKnown(String(index)))) return index;
    }
    return -1;
  }
}

/** Lets a room show each message as one part: `a+b` for what has two lines. */
export function onOneLine(room: LineRoom): LineRoom {
  const { send } = room.adapter;
  room.adapter.send = (ref, shown, attempt) =>
    send(ref, { ...shown, body: literal(words(shown.body).replaceAll('\n', '+')) }, attempt);
  return room;
}

/** Opens an outbox with one such room. */
export function open(room: LineRoom, options: Parameters<typeof openOutbox>[1]): Promise<TestOutbox> {
  const log = pino({ level: 'silent' });
  return openOutbox([{ id, destination: (known) => roomDestination({ address, member: room, ...known, log }) }], options);
}

/** An edit of a message. */
export const edited = (of: string, text: string, name = `edit of ${of}`): Edit => ({
  kind: 'edit',
  id: name as EventId,
  at: 0,
  place,
  message: { ...message(of), body: literal(text) },
});

/** The removal of a message, or of an edit. */
export const removed = (target: string): Removal => ({
  kind: 'removal',
  id: `removal of ${target}` as EventId,
  at: 0,
  place,
  target: target as EventId,
});

/** Takes what happened, one after the other. */
export async function take({ outbox }: TestOutbox, ...events: (Message | Edit | Removal)[]): Promise<void> {
  for (const event of events) await outbox.take(event, 'discord', [id]);
}
