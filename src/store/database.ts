/** What the repositories need of a database. SQL is written once, for SQLite and PostgreSQL alike, with `?` for each value. */

/** What a column can hold. Numbers are whole and safe; times are milliseconds since the epoch. */
export type Value = string | number | null;

/** One statement of a transaction. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** An open database. */
export interface Database {
  /** Where it is, for people; holds no secret. */
  readonly location: string;
  /** The rows that a query gives. */
  all<Row extends Readonly<Record<string, Value>>>(sql: string, ...values: Value[]): Promise<Row[]>;
  /**
   * Carries out statements in one transaction: all or none. Resolves when they would outlive a crash. To try again after a
   * {@link DatabaseFault}, hand in the same array: should it have been written after all, it is not written twice.
   * @throws {StatementError} @throws {DatabaseFault}
   */
  write(statements: readonly Statement[]): Promise<void>;
  /** How much it holds, and how much it takes, in bytes. */
  size(): Promise<{ readonly used: number; readonly total: number }>;
  /** Gives a little of the space that is not used back to the disk. @returns whether there is more */
  shrink(): Promise<boolean>;
  close(): Promise<void>;
}

/** A statement can't be carried out, now or ever: a fault of the bridge. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}

/** The database can't be written or read just now. The message is a sentence for the operator, without its last full stop. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
}
