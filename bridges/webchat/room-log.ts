/** What stands in one room: its latest entries, kept over a restart. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import type { Attachment } from '../../src/event.ts';
import type { Entry } from '../../web/chat/wire.ts';
import { Slots } from './slots.ts';

/** An entry as it is kept. */
export interface Kept extends Entry {
  /** The event that it shows. */
  readonly event: string;
  /** The files that were sent from this page with it. */
  readonly attachments?: readonly Attachment[];
}

/** An entry that is about to be added. */
export type Draft = Omit<Kept, 'id' | 'room' | 'place' | 'change'> & { readonly id?: string };

/** What numbers changes, over all rooms. */
interface Counter {
  next(): number;
}

/** Where entries are kept. */
export interface RoomLogOptions {
  readonly room: string;
  readonly memory: Memory;
  readonly counter: Counter;
  /** Called for each entry that is new or changed. It is not waited for until that is kept: pages take the same once more for what it is. */
  readonly changed: (entry: Entry) => void;
}

/** So many entries are kept. */
export const MAX_ENTRIES = 500;

/** Written by us: only what could have been left by another version is looked at. */
const kept: z.ZodType<Kept> = z.custom<Kept>(
  (row) => z.object({ id: z.string(), place: z.int(), change: z.int(), body: z.array(z.unknown()) }).safeParse(row).success,
);

/** The log of one room. */
export class RoomLog {
  readonly #options: RoomLogOptions;
  readonly #slots: Slots<Kept>;
  /** In the order of their places. */
  readonly #entries = new Map<string, Kept>();
  #place = 0;

  constructor(options: RoomLogOptions) {
    const { room, memory } = options;
    this.#options = options;
    this.#slots = new Slots({ memory, name: `log/${room}`, size: MAX_ENTRIES, schema: kept });
  }

  /** Recalls what stood there. @returns the highest number of a change */
  async load(): Promise<number> {
    const rows = (await this.#slots.load()).map(([, row]) => row).sort((one, other) => one.place - other.place);
    this.#place = rows.at(-1)?.place ?? 0;
    // An edit of an old entry may have come behind the entry that took its slot.
    for (const row of rows) if (row.place > this.#place - MAX_ENTRIES) this.#entries.set(row.id, row);
    return rows.reduce((highest, { change }) => Math.max(highest, change), 0);
  }

  get(id: string): Kept | undefined {
    return this.#entries.get(id);
  }

  /** The entry that shows an event. */
  showing(event: string): Kept | undefined {
    for (const entry of this.#entries.values()) if (entry.event === event) return entry;
    return undefined;
  }

  /** The latest entries, the oldest first. */
  latest(count: number): readonly Entry[] {
    return [...this.#entries.values()].slice(-count).map(shown);
  }

  /** Those before a place, the oldest first. */
  before(place: number, count: number): readonly Entry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.place < place)
      .slice(-count)
      .map(shown);
  }

  /** Those that changed since, in that order. */
  since(change: number): readonly Entry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.change > change)
      .sort((one, other) => one.change - other.change)
      .map(shown);
  }

  /** Adds an entry. Resolves when it is kept. */
  add(draft: Draft): Promise<Kept> {
    const change = this.#options.counter.next();
    this.#place++;
    return this.#put({ id: idFor(draft.event), ...draft, room: this.#options.room, place: this.#place, change });
  }

  /** Changes an entry. Resolves when that is kept; with nothing when there is no such entry any more. */
  async alter(id: string, how: (entry: Kept) => Kept): Promise<Kept | undefined> {
    const entry = this.#entries.get(id);
    return entry && this.#put({ ...how(entry), change: this.#options.counter.next() });
  }

  async #put(entry: Kept): Promise<Kept> {
    this.#entries.set(entry.id, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    this.#options.changed(shown(entry));
    await this.#slots.put(entry.place % MAX_ENTRIES, entry);
    return entry;
  }
}

/** The same for the same event, also after a restart. */
function idFor(event: string): string {
  return createHash('sha256').update(event).digest('base64url').slice(0, 16);
}

function shown({ event: _, attachments: __, ...entry }: Kept): Entry {
  return entry;
}
