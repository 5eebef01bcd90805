/** Rooms that were added at run time, with who consented, and what is paused. */
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** A room that was added to a channel. */
export interface StoredRoom {
  readonly adapter: string;
  readonly room: string;
  readonly channel: string;
  /** Whether the channel was not in the configuration then. */
  readonly made: boolean;
  /** The one game server that a channel hears which was made for it; all of them where this is absent. */
  readonly server?: string;
  readonly by: StoredConsent;
}

/** Who wanted it. */
interface StoredConsent {
  readonly name: string;
  /** Their id where they asked. */
  readonly id: string;
  /** Where they asked. */
  readonly via: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A channel or a room that is paused; what it is not is empty. */
export interface StoredPause {
  readonly channel: string;
  readonly adapter: string;
  readonly room: string;
  /** Who paused it. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const ROOMS = 'SELECT adapter, room, channel, made, by_name, by_id, via, at, server FROM room ORDER BY at, adapter, room';
const ADD = `INSERT INTO room (adapter, room, channel, made, by_name, by_id, via, at, server) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (adapter, room) DO UPDATE SET channel = excluded.channel, made = excluded.made, by_name = excluded.by_name,
  by_id = excluded.by_id, via = excluded.via, at = excluded.at, server = excluded.server`;
const REMOVE = 'DELETE FROM room WHERE adapter = ? AND room = ?';
const PAUSES = 'SELECT channel, adapter, room, by, at FROM pause ORDER BY at, channel, adapter, room';
const PAUSE = 'INSERT INTO pause (channel, adapter, room, by, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
const RESUME = 'DELETE FROM pause WHERE channel = ? AND adapter = ? AND room = ?';

/** Reads and writes them. What changes something resolves when that is kept, or at once while the database can't be written. */
export class RoomStore {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor({ database, writer }: { readonly database: Database; readonly writer: Writer }) {
    this.#database = database;
    this.#writer = writer;
  }

  /** The rooms, the oldest first. */
  async rooms(): Promise<StoredRoom[]> {
    type Row = Record<'adapter' | 'room' | 'channel' | 'by_name' | 'by_id' | 'via', string> &
      Record<'made' | 'at', number> & { server: string | null };
    const rows = await this.#database.all<Row>(ROOMS);
    return rows.map(({ adapter, room, channel, made, by_name: name, by_id: id, via, at, server }) => ({
      adapter,
      room,
      channel,
      made: made === 1,
      ...(server !== null && { server }),
      by: { name, id, via, at },
    }));
  }

  /** What is paused, the oldest first. */
  pauses(): Promise<StoredPause[]> {
    return this.#database.all<Record<'channel' | 'adapter' | 'room' | 'by', string> & { at: number }>(PAUSES);
  }

  add({ adapter, room, channel, made, server, by }: StoredRoom): Promise<void> {
    const values = [adapter, room, channel, Number(made), by.name, by.id, by.via, by.at, server ?? null];
    return this.#writer.addUnlessFaulty({ sql: ADD, values });
  }

  remove(adapter: string, room: string): Promise<void> {
    return this.#writer.addUnlessFaulty({ sql: REMOVE, values: [adapter, room] });
  }

  pause({ channel, adapter, room, by, at }: StoredPause): Promise<void> {
    return this.#writer.addUnlessFaulty({ sql: PAUSE, values: [channel, adapter, room, by, at] });
  }

  resume({ channel, adapter, room }: Pick<StoredPause, 'channel' | 'adapter' | 'room'>): Promise<void> {
    return this.#writer.addUnlessFaulty({ sql: RESUME, values: [channel, adapter, room] });
  }
}
