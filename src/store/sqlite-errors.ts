/** What SQLite's errors mean for us. https://www.sqlite.org/rescode.html */
import { DatabaseFault, StatementError } from './database.ts';

/** Primary result codes that are about the statement: ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE. */
const STATEMENT_CODES = new Set([1, 18, 19, 20, 21, 25]);
/** CORRUPT and NOTADB. */
const CORRUPT_CODES = new Set([11, 26]);

/** By primary result code: what is wrong with the file, and what to do. */
const REASONS: Readonly<Record<number, string>> = {
  5: 'another program has locked it. End that program',
  8: 'the file or its disk is read-only. Make it writable',
  10: 'the disk reports an error. Look at the disk',
  11: 'it is damaged',
  13: 'the disk is full. Make room on it',
  14: 'the folder or the file is missing or not accessible. Make it readable and writable, or set DATA_DIR',
  26: 'it is damaged, or no database',
};

/** By the system's error code, for the folder: what is wrong, and what to do. */
const FOLDER_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'its folder is not accessible. Make it readable and writable, or set DATA_DIR',
  EPERM: 'its folder is not accessible. Make it readable and writable, or set DATA_DIR',
  EROFS: 'the disk is read-only. Make it writable, or set DATA_DIR',
  ENOSPC: 'the disk is full. Make room on it, or set DATA_DIR',
  ENOTDIR: 'what should be its folder is a file. Set DATA_DIR',
  EEXIST: 'what should be its folder is a file. Set DATA_DIR',
};

/** The file is damaged. */
export class DamagedError extends DatabaseFault {
  /** What was found: a sentence without its full stop. */
  readonly finding: string;

  constructor(finding: string, cause?: unknown) {
    super(`${finding}. Restart the bridge: it sets the file aside and begins a new one`, { cause });
    this.finding = finding;
  }
}

/**
 * The error to throw instead of one of libsql or of the file system.
 * @param verb what could not be done: read, written, opened
 */
export function sqliteError(error: unknown, path: string, verb: string): Error {
  if (error instanceof DatabaseFault || error instanceof StatementError) return error;
  if (!(error instanceof Error)) return new StatementError(String(error));
  const { code = '', rawCode } = error as Error & { code?: string; rawCode?: number };
  // When it can't open a file, libsql gives the number in the message only.
  const number = rawCode ?? Number(/Unable to open connection.*: (\d+)"/.exec(error.message)?.[1] ?? Number.NaN);
  const primary = number & 0xff;
  const reason = Number.isNaN(number) ? FOLDER_REASONS[code] : REASONS[primary];
  const known = !Number.isNaN(number) || reason !== undefined || 'syscall' in error;
  if (!known || STATEMENT_CODES.has(primary)) return new StatementError(error.message, { cause: error });
  const text = `The database ${path} can't be ${verb}: ${reason ?? error.message} (${code || `SQLite code ${number}`})`;
  return CORRUPT_CODES.has(primary) ? new DamagedError(text, error) : new DatabaseFault(text, { cause: error });
}
