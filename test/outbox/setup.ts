/** An outbox on a real file, and rooms that show what they are given. */
import { cpSync } from 'node:fs';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Attempt } from '../../src/adapter.ts';
import type { AdapterId, Event, EventId, Message, Place, RoomRef } from '../../src/event.ts';
import type { Destination } from '../../src/outbox/destination.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { ownMessage } from '../../src/own-message.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { literal } from '../../src/text/tree.ts';
import { closeNow, newFolder } from '../store/open.ts';
import { settle, TestClock } from '../support/clock.ts';
import { Recorder, words } from '../support/host.ts';

export const place: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: 'source' as RoomRef };

/** A message. Its id is its text. */
export function message(text: string, author = 'Alice'): Message {
  return {
    kind: 'message',
    id: text as EventId,
    at: 0,
    place,
    tag: 'Discord',
    author: { id: author, name: author },
    body: literal(text),
    attachments: [],
  };
}

/** A room on some platform. Each message is one part, unless `parts` says otherwise. */
export class Room {
  readonly id: string;
  /** What people there see, as plain words. */
  readonly sees = new Recorder<string>();
  /** Called before a message is shown: what it throws is the fault of the attempt. */
  onSend: (event: Event, attempt: Attempt) => Promise<void> | void = () => {};
  /** Whether it goes on when the time for an attempt is over. */
  isDeaf = false;
  readonly roomPerMessage: number | undefined;

  constructor(id = 'room/matrix/one', roomPerMessage?: number) {
    this.id = id;
    this.roomPerMessage = roomPerMessage;
  }

  get texts(): readonly string[] {
    return this.sees.all;
  }

  /** @param _known what was shown in it before, and in which threads */
  destination(_known: Pick<Outbox, 'history' | 'reactions' | 'threads'>): Destination {
    return {
      id: this.id,
      name: `the room ${this.id}`,
      group: this.id.split('/')[1] ?? '',
      place: { kind: 'room', adapter: 'matrix' as AdapterId, room: 'one' as RoomRef },
      roomPerMessage: this.roomPerMessage,
      deliver: async (event, attempt) => {
        const over = this.isDeaf ? new Promise<never>(() => {}) : end(attempt.signal);
        await Promise.race([this.onSend(event, attempt), over]);
        const text = event.kind === 'message' ? words(event.body) : event.kind;
        this.sees.add(text);
        attempt.done(`native ${this.sees.all.length}`);
      },
    };
  }
}

function end(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

export interface TestOutbox {
  readonly outbox: Outbox;
  readonly store: Store;
  readonly clock: TestClock;
  readonly dataDir: string;
  /** The JSON lines of the log. */
  readonly lines: string[];
  /** Takes what somebody says. */
  say(...texts: string[]): Promise<void>;
  /** Ends it, and what it leaves is on disk. */
  close(): Promise<void>;
}

/** Opens an outbox with some rooms, and lets what waits for them go out. */
export async function openOutbox(
  rooms: readonly Pick<Room, 'id' | 'destination'>[],
  options: { dataDir?: string; databaseUrl?: string; clock?: TestClock; maxAge?: number } = {},
): Promise<TestOutbox> {
  const { dataDir = newFolder(), databaseUrl, clock = new TestClock(), maxAge = 86_400_000 } = options;
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const common = { clock, random: () => 1, log };
  const store = await openStore({ ...common, dataDir, databaseUrl });
  const notice = (where: Place, text: string, seq: number) => ownMessage(where, text, seq, clock.now());
  const outbox = new Outbox({ ...common, ...store, maxAge: () => maxAge, notice });
  await outbox.open();
  for (const room of rooms) outbox.add(room.destination(outbox));
  await outbox.restore();
  for (const { id } of rooms) outbox.release(id.split('/')[1] ?? '');
  const close = async () => {
    const closed = outbox.close(100);
    for (let n = 0; n < 5; n++) await clock.advance(200);
    await closed;
    await closeNow(store, clock);
  };
  onTestFinished(close);
  const destinations = rooms.map(({ id }) => id);
  const say = async (...texts: string[]) => {
    await Promise.all(texts.map((text) => outbox.take(message(text), 'discord', destinations)));
  };
  return { outbox, store, clock, dataDir, lines, say, close };
}

/** What would be on disk if the process were killed now. */
export function killedNow(dataDir: string): string {
  const copy = newFolder();
  cpSync(dataDir, copy, { recursive: true, filter: (file) => !file.endsWith('.lock') });
  return copy;
}

/** Gives what is under way the time to get where it can. */
export async function rounds(count = 20): Promise<void> {
  for (let n = 0; n < count; n++) await settle();
}
