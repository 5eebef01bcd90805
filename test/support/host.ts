/** What an adapter sees of the core, in a test: everything it hands over is recorded, and a test can wait for it. */
import { pino } from 'pino';
import type { AdapterHost, Commands, Deed, DirectMessage, Memory } from '../../src/adapter.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { noCommands } from '../../src/command.ts';
import { CrossChat } from '../../src/crosschat/index.ts';
import type { AdapterId, Author, Edit, Message, Reaction, ReactionRemoval, Removal, RoomRef } from '../../src/event.ts';
import type { Media } from '../../src/media/media.ts';
import { testMedia } from './media.ts';
import { patience } from './patience.ts';
import { words } from './words.ts';

export { words } from './words.ts';

/** What happened so far, oldest first, and what is still to happen. */
export class Recorder<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<(item: T) => void>();

  add(item: T): void {
    this.all.push(item);
    for (const look of [...this.#waiting]) look(item);
  }

  /** The first item, past or future, that fits. Rejects after `timeout` ms, naming what came instead. */
  waitFor(fits: (item: T) => boolean, timeout = 5_000): Promise<T> {
    const past = this.all.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const look = (item: T) => {
        if (!fits(item)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(item);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`Nothing that fits within ${timeout} ms, only: ${JSON.stringify(this.all.slice(-20))}`));
      }, timeout * patience);
      this.#waiting.add(look);
    });
  }
}

export interface TestHost extends AdapterHost {
  readonly messages: Recorder<Message>;
  readonly edits: Recorder<Edit>;
  readonly removals: Recorder<Removal>;
  readonly reactions: Recorder<Reaction | ReactionRemoval>;
  readonly directs: Recorder<DirectMessage>;
  readonly profiles: Recorder<Author>;
  readonly departures: Recorder<Author['id']>;
  /** Who typed, as `room user`, or has stopped, with a `-` before it. */
  readonly signs: Recorder<string>;
  /** Each line that was logged, as the JSON text that would stand in the log. */
  readonly lines: Recorder<string>;
  /** What was noted in the audit log. */
  readonly deeds: Recorder<Deed>;
  /** How often {@link AdapterHost.shutdown} was called. */
  readonly shutdowns: Recorder<true>;
  /** The first message, past or future, that fits: by a predicate, or by its words without any markup. */
  waitForMessage(fits: string | ((message: Message) => boolean), timeout?: number): Promise<Message>;
}

export interface TestHostOptions {
  readonly id?: string;
  readonly rooms?: readonly string[];
  /** By default a room is in no channel. */
  readonly channelsOf?: (room: RoomRef) => readonly string[];
  readonly clock?: Clock;
  readonly random?: () => number;
  /** To be handed from one host to the next for a "restart". */
  readonly memory?: Memory;
  /** By default there are no files. */
  readonly media?: Media;
  /** By default nothing is to be left behind. */
  readonly folder?: string;
  /** Nobody is barred by default. */
  readonly whyBarred?: (userId: string) => string | undefined;
  /** Nothing is served by default. */
  readonly webUrl?: () => string;
  /** None by default. */
  readonly commands?: Commands;
  /** By default, nobody is linked. */
  readonly linkedUser?: AdapterHost['linkedUser'];
  /** By default, nothing comes of it. */
  readonly addRoom?: AdapterHost['addRoom'];
  /** Whether the audit log can't be written. */
  readonly hasFullDisk?: boolean;
  /** All is well by default. */
  readonly health?: () => readonly string[];
  /** By default one that is never started. */
  readonly chat?: CrossChat;
  /** Called before a message is recorded; what it returns is awaited, what it throws reaches the adapter. */
  readonly onMessage?: (message: Message) => Promise<void> | void;
}

export function testHost(options: TestHostOptions = {}): TestHost {
  const messages = new Recorder<Message>();
  const edits = new Recorder<Edit>();
  const removals = new Recorder<Removal>();
  const reactions = new Recorder<Reaction | ReactionRemoval>();
  const directs = new Recorder<DirectMessage>();
  const profiles = new Recorder<Author>();
  const departures = new Recorder<Author['id']>();
  const signs = new Recorder<string>();
  const lines = new Recorder<string>();
  const deeds = new Recorder<Deed>();
  const shutdowns = new Recorder<true>();
  return {
    messages,
    edits,
    removals,
    reactions,
    directs,
    profiles,
    departures,
    signs,
    lines,
    deeds,
    shutdowns,
    id: (options.id ?? 'test') as AdapterId,
    rooms: (options.rooms ?? []) as RoomRef[],
    channelsOf: options.channelsOf ?? (() => []),
    log: pino({ level: 'trace', base: null }, { write: (line: string) => lines.add(line) }),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    memory: options.memory ?? testMemory(),
    folder: options.folder,
    media: (options.media ?? testMedia()).readerFor((options.id ?? 'test') as AdapterId),
    chat: options.chat ?? new CrossChat({ serverId: 'bridge', urls: ['mqtt://127.0.0.1:1'], allowAnonymous: true }),
    async message(message) {
      await options.onMessage?.(message);
      messages.add(message);
    },
    async edit(edit) {
      edits.add(edit);
    },
    async remove(removal) {
      removals.add(removal);
    },
    async react(reaction) {
      reactions.add(reaction);
    },
    async direct(message) {
      directs.add(message);
    },
    typing: (room, { id }, isTyping) => signs.add(`${isTyping ? '' : '-'}${room} ${id}`),
    profile: (author) => profiles.add(author),
    left: (userId) => departures.add(userId),
    addRoom: options.addRoom ?? (async () => {}),
    hears: () => true,
    speakers: () => [],
    linkedUser: options.linkedUser ?? (() => undefined),
    whyBarred: options.whyBarred ?? (() => undefined),
    get webUrl() {
      return options.webUrl?.();
    },
    commands: options.commands ?? noCommands,
    health: options.health ?? (() => []),
    async noted(deed) {
      deeds.add(deed);
      return options.hasFullDisk !== true;
    },
    shutdown: () => shutdowns.add(true),
    waitForMessage: (fits, timeout) =>
      messages.waitFor(typeof fits === 'string' ? (message) => words(message.body) === fits : fits, timeout),
  };
}

/** A memory that lasts as long as the test holds it. */
export function testMemory(): Memory {
  const values = new Map<string, string>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set(key, value) {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}
