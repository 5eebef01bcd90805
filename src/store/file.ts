/** The store's file, and the right to be the only bridge that writes to it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { openSound } from './corrupt.ts';
import type { Database } from './database.ts';
import { type Lock, tryLock } from './lock.ts';
import { pause } from './pause.ts';
import { openSqlite } from './sqlite.ts';
import { StoreError } from './store-error.ts';

/** A database, and how to let go of it. */
export interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}

/** How often a bridge that waits for another one's file looks again, in milliseconds. */
const LOOK_AGAIN = 1_000;

/**
 * Opens the file in a folder for the one bridge that may write to it.
 * @param wait while another bridge has it, wait until this is aborted; without it, that is an error at once
 * @throws {StoreError} @throws {DatabaseFault}
 */
export async function openFile(dataDir: string, clock: Clock, log: Logger, wait?: AbortSignal): Promise<Opened> {
  const path = pathIn(dataDir);
  let lock = takeLock(dataDir, log);
  while (lock === 'taken') {
    if (!wait) throw new StoreError(`Another bridge is using ${path}. Stop it first, or set another DATA_DIR for this one.`);
    await pause(clock, LOOK_AGAIN, wait);
    if (wait.aborted) throw new StoreError(`Another bridge was using ${path} until the end.`);
    lock = takeLock(dataDir, log);
  }
  const held = lock;
  try {
    const database = await openSound(path, clock, log);
    return {
      database,
      async close() {
        await database.close();
        held?.release();
      },
    };
  } catch (error) {
    held?.release();
    throw error;
  }
}

/**
 * Opens the file in a folder for a command, beside a bridge that may be running. It is not made.
 * @throws {StoreError} @throws {DatabaseFault}
 */
export async function openFileBeside(dataDir: string): Promise<Opened> {
  const path = pathIn(dataDir);
  if (!existsSync(path))
    throw new StoreError(`There is no database ${path}: no bridge has run with this DATA_DIR yet, or it could not make one.`);
  const database = await openSqlite(path);
  return { database, close: () => database.close() };
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'crosschat.db');
}

/** Undefined when no lock can be made there: then no database can be made either, which is said elsewhere. */
function takeLock(dataDir: string, log: Logger): Lock | 'taken' | undefined {
  try {
    mkdirSync(dataDir, { recursive: true });
    return tryLock(join(dataDir, 'crosschat.lock')) ?? 'taken';
  } catch (error) {
    log.debug({ err: error }, 'the data folder can not be locked');
    return undefined;
  }
}
