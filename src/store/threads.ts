/** Which thread of one room is which of another, as it is kept. */
import type { EventId } from '../event.ts';
import type { Database, Statement } from './database.ts';
import type { Writer } from './writer.ts';

/** A thread as a destination knows it. */
export interface KeptThread {
  /** The same at all destinations. */
  readonly id: EventId;
  readonly nativeId: string;
  /** What people call it there; empty for what was only made there to show it. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
}

/** So many are kept: those that were used last. A thread at three destinations counts as three. */
const MAX_KEPT = 20_000;

const COLUMNS = 'id, native_id, name, used_at';
const AT = `SELECT ${COLUMNS} FROM thread WHERE id = ? AND destination = ?`;
const NATIVE = `SELECT ${COLUMNS} FROM thread WHERE destination = ? AND native_id = ? ORDER BY used_at DESC LIMIT 1`;
const NAME = "SELECT name FROM thread WHERE id = ? AND name <> '' ORDER BY used_at DESC LIMIT 1";
const PUT = `INSERT INTO thread (id, destination, native_id, name, used_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id, destination) DO UPDATE SET native_id = excluded.native_id, name = excluded.name, used_at = excluded.used_at`;
const DELETE_OLD = 'DELETE FROM thread WHERE used_at < ?';
const DELETE_SURPLUS = `DELETE FROM thread WHERE used_at < (SELECT used_at FROM thread ORDER BY used_at DESC LIMIT 1 OFFSET ${MAX_KEPT})`;

/** Reads and writes threads. */
export class ThreadStore {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  /** How a destination knows a thread. */
  async at(id: EventId, destination: string): Promise<KeptThread | undefined> {
    const [row] = await this.#database.all<Row>(AT, id, destination);
    return row && threadOf(row);
  }

  /** The thread that a destination knows by a native id. */
  async byNative(destination: string, nativeId: string): Promise<KeptThread | undefined> {
    const [row] = await this.#database.all<Row>(NATIVE, destination, nativeId);
    return row && threadOf(row);
  }

  /** What people call a thread, wherever it is theirs. */
  async nameOf(id: EventId): Promise<string | undefined> {
    const [row] = await this.#database.all<{ name: string }>(NAME, id);
    return row?.name;
  }

  put(destination: string, { id, nativeId, name, usedAt }: KeptThread): void {
    void this.#writer.add({ sql: PUT, values: [id, destination, nativeId, name, usedAt] });
  }
}

/** Lets go of threads that were not used for long, and of the oldest where there are too many. @param before in milliseconds since the epoch */
export function forgetThreads(before: number): Statement[] {
  return [
    { sql: DELETE_OLD, values: [before] },
    { sql: DELETE_SURPLUS, values: [] },
  ];
}

type Row = {
  readonly id: string;
  readonly native_id: string;
  readonly name: string;
  readonly used_at: number;
};

function threadOf({ id, native_id: nativeId, name, used_at: usedAt }: Row): KeptThread {
  return { id: id as EventId, nativeId, name, usedAt };
}
