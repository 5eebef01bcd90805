/** The right to be the one process that writes to a file: a lock that the system takes away from a process that ends, however it ends. */
import Libsql from 'libsql';
import { sqliteError } from './sqlite-errors.ts';

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock at a path, unless another process, or somebody else in this one, has it.
 * @returns undefined when it is taken
 * @throws {DatabaseFault} when no lock can be made there
 */
export function tryLock(path: string): Lock | undefined {
  let connection: Libsql.Database | undefined;
  try {
    // An empty database of its own: SQLite knows how to lock a file on every system. Nothing is ever written to it.
    connection = new Libsql(path);
    // Only exec: a connection with a prepared statement would not end by close.
    connection.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    const held = connection;
    return { release: () => void held.close() };
  } catch (error) {
    connection?.close();
    if ((error as { rawCode?: number }).rawCode === 5) return undefined;
    throw sqliteError(error, path, 'locked');
  }
}
