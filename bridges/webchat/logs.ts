/** The logs of all rooms, and what a page that comes back has missed of them. */
import { randomBytes } from 'node:crypto';
import { DeliveryError, type Memory } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import type { Entry } from '../../web/chat/wire.ts';
import { eventText } from './audience.ts';
import { RoomLog } from './room-log.ts';

/** So many entries of each room a page is told first: there is a button for more. */
const FIRST = 100;
/** So far a start leaps ahead with the numbers of changes: those that a killed process gave, and did not keep, come never again. */
const LEAP = 1_000;

/** All logs of one web chat. */
export class Logs {
  readonly #memory: Memory;
  readonly #changed: (text: string) => void;
  readonly #logs = new Map<RoomRef, RoomLog>();
  /** Names this history: a page that knows another one begins anew. */
  #history = '';
  #change = 0;

  /** @param changed called with the event for the pages, for each entry that is new or changed */
  constructor(memory: Memory, changed: (text: string) => void) {
    this.#memory = memory;
    this.#changed = changed;
  }

  /** Recalls what stood in some rooms. */
  async load(rooms: readonly RoomRef[]): Promise<void> {
    this.#history = (await this.#memory.get('history')) ?? '';
    if (this.#history === '') {
      this.#history = randomBytes(6).toString('base64url');
      await this.#memory.set('history', this.#history);
    }
    await Promise.all(rooms.map((room) => this.open(room)));
  }

  /** There is another room, with what stood there before. */
  async open(room: RoomRef): Promise<void> {
    const counter = { next: () => ++this.#change };
    const changed = (entry: Entry) => this.#changed(this.#textOf(entry));
    const log = new RoomLog({ room, memory: this.#memory, counter, changed });
    const last = await log.load();
    this.#change = Math.max(this.#change, last + LEAP);
    this.#logs.set(room, log);
  }

  close(room: RoomRef): void {
    this.#logs.delete(room);
  }

  get rooms(): readonly RoomRef[] {
    return [...this.#logs.keys()];
  }

  get all(): readonly RoomLog[] {
    return [...this.#logs.values()];
  }

  /** The log of a room that somebody asked for; undefined when there is no such room. */
  get(room: string): RoomLog | undefined {
    return this.#logs.get(room as RoomRef);
  }

  /** The log of a room of ours. @throws {DeliveryError} */
  of(room: RoomRef): RoomLog {
    const log = this.#logs.get(room);
    if (!log) throw new DeliveryError(`the web chat has no room ${room}`, { passing: true });
    return log;
  }

  /** What a page has missed, as events. @param last the event that it heard last @returns whether what it knows is of another history */
  missed(last: string): { readonly fresh: boolean; readonly texts: readonly string[] } {
    const [, history, change] = /^([\w-]{1,20})\.(\d{1,15})$/.exec(last) ?? [];
    const fresh = history !== this.#history || Number(change) > this.#change;
    const entries = this.all.flatMap((log) => (fresh ? log.latest(FIRST) : log.since(Number(change))));
    // In the order of the changes: a page that breaks off here goes on where it stopped.
    return { fresh, texts: entries.sort((one, other) => one.change - other.change).map((entry) => this.#textOf(entry)) };
  }

  #textOf(entry: Entry): string {
    return eventText('entry', entry, `${this.#history}.${entry.change}`);
  }
}
