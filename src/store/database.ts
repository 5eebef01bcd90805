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
  /** The rows that a query gives. */
  all<Row extends Readonly<Record<string, Value>>>(sql: string, ...values: Value[]): Promise<Row[]>;
  /** Carries out statements in one transaction: all or none. Resolves when they would outlive a crash. */
  write(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}
