/** What the bridge keeps over a restart, in `<data folder>/crosschat.db` or in a PostgreSQL database. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Memory } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import { type Accounts, openAccounts } from './accounts.ts';
import { type Audit, auditOf } from './audit.ts';
import { type Bans, openBans } from './bans.ts';
import { type Database, DatabaseFault } from './database.ts';
import { type Opened, openFile, openFileBeside } from './file.ts';
import { memoryOf } from './memories.ts';
import { NewerSchemaError } from './migrate.ts';
import { type OptOuts, openOptOuts } from './opt-outs.ts';
import { openPostgres } from './postgres.ts';
import type { PruneOptions } from './prune.ts';
import { startPruning } from './pruning.ts';
import { openSqlite } from './sqlite.ts';
import { StoreError } from './store-error.ts';
import { Writer } from './writer.ts';

export { StoreError } from './store-error.ts';

/** What a store is opened with. */
export interface StoreOptions {
  /** The folder of the database, which is made if there is none; undefined for a store that lasts as long as the process. */
  readonly dataDir: string | undefined;
  /** A PostgreSQL database instead of the file. */
  readonly databaseUrl?: string | undefined;
  readonly clock: Clock;
  /** A number from 0 up to but without 1, like Math.random. */
  readonly random: () => number;
  readonly log: Logger;
  /**
   * A look from beside, for a command: it works while a bridge runs on the same database, and neither makes nor repairs one.
   * Otherwise nobody else may have it open like that.
   */
  readonly beside?: boolean;
  /** What may stay: the rest is deleted at once and every hour. Without it, and from {@link beside}, all of it stays. */
  readonly store?: Pick<PruneOptions, 'keepDays' | 'auditDays' | 'maxBytes'>;
  /** While another bridge has it: wait until this is aborted. Without it, that is an error at once. */
  readonly wait?: AbortSignal;
  /** Called once when another bridge has taken over a PostgreSQL database: nothing can be written any more. */
  readonly onLost?: () => void;
}

/** An open store. Whoever keeps something reads from {@link database} and writes through {@link writer}. */
export interface Store {
  readonly database: Database;
  readonly writer: Writer;
  /** What one owner, an adapter, keeps under names. */
  memory(owner: string): Memory;
  readonly bans: Bans;
  /** Which platform accounts and which players are one person. */
  readonly accounts: Accounts;
  /** Who wants nothing of theirs carried. */
  readonly optOuts: OptOuts;
  readonly audit: Audit;
  /** Writes what is still to be written, in bounded time, and closes the database. */
  close(): Promise<void>;
}

/** How long the end waits for what is still to be written, in milliseconds. */
const CLOSE_TIME = 2_000;

/**
 * Opens the store, and brings it up to date. Where its file can't be made, the store is empty and keeps in memory what is written,
 * until it can.
 * @throws {StoreError} when it can't be used: it is another process's, a newer version's, or not accessible
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { store: limits, beside, clock, random, log } = options;
  const { database, close } = await open(options);
  const writer = new Writer({ database, clock, random, log });
  const [bans, accounts, optOuts] = await Promise.all([
    openBans(database, writer),
    openAccounts(database, writer),
    openOptOuts(database, writer, clock),
  ]).catch(async (error: unknown) => {
    await close();
    throw explained(error);
  });
  const endPruning = limits && !beside ? startPruning({ database, writer, clock, log, ...limits }) : undefined;
  return {
    database,
    writer,
    memory: (owner) => memoryOf(owner, database, writer),
    bans,
    accounts,
    optOuts,
    audit: auditOf(database, writer, clock),
    async close() {
      await Promise.all([endPruning?.(), writer.close(CLOSE_TIME)]);
      await close();
    },
  };
}

async function open({
  dataDir,
  databaseUrl: url,
  clock,
  log,
  beside = false,
  wait,
  onLost = () => {},
}: StoreOptions): Promise<Opened> {
  if (dataDir === undefined) {
    const database = await openSqlite(':memory:');
    return { database, close: () => database.close() };
  }
  try {
    if (url) return await openPostgres({ url, clock, instance: randomUUID(), beside, wait, onLost });
    return await (beside ? openFileBeside(dataDir) : openFile(dataDir, clock, log, wait));
  } catch (error) {
    throw explained(error);
  }
}

/** What is wrong with a database, for the operator. */
function explained(error: unknown): unknown {
  if (error instanceof DatabaseFault) return new StoreError(`${error.message}.`, { cause: error });
  if (error instanceof NewerSchemaError) return new StoreError(error.message, { cause: error });
  return error;
}
