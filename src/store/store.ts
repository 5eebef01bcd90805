/** What the bridge keeps over a restart, in `<data folder>/crosschat.db`. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Memory } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { memoryOf } from './memories.ts';
import { openSqlite } from './sqlite.ts';
import { Writer } from './writer.ts';

/** What a store is opened with. */
export interface StoreOptions {
  /** The folder of the database; it is made if there is none. */
  readonly dataDir: string;
  /** A PostgreSQL database instead of the file. */
  readonly databaseUrl?: string | undefined;
  readonly clock: Clock;
  /** A number from 0 up to but without 1, like Math.random. */
  readonly random: () => number;
  readonly log: Logger;
}

/** An open store. Whoever keeps something reads from {@link database} and writes through {@link writer}. */
export interface Store {
  readonly database: Database;
  readonly writer: Writer;
  /** What one owner, an adapter, keeps under names. */
  memory(owner: string): Memory;
  /** Writes what is still to be written, in bounded time, and closes the database. */
  close(): Promise<void>;
}

/** Opens the store, and brings it up to date. */
export async function openStore({ dataDir }: StoreOptions): Promise<Store> {
  const database = await openSqlite(join(dataDir, 'crosschat.db'));
  const writer = new Writer(database);
  return {
    database,
    writer,
    memory: (owner) => memoryOf(owner, database, writer),
    async close() {
      await writer.flushed();
      await database.close();
    },
  };
}
