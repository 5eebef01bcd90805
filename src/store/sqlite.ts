/** SQLite by libsql: one file, in WAL mode. https://github.com/tursodatabase/libsql-js */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import type { Database, Statement, Value } from './database.ts';
import { migrate } from './migrate.ts';

/** Opens a file, which is made if there is none, and brings it up to date. */
export async function openSqlite(path: string): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new SqliteDatabase(path);
  await migrate(database);
  return database;
}

class SqliteDatabase implements Database {
  readonly #database: Libsql.Database;
  /** By their SQL, of which there is a fixed number. */
  readonly #prepared = new Map<string, Libsql.Statement<[readonly Value[]]>>();

  constructor(path: string) {
    this.#database = new Libsql(path);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  }

  async all<Row extends Readonly<Record<string, Value>>>(sql: string, ...values: Value[]): Promise<Row[]> {
    // As one array: a single null would not be taken for a value.
    return this.#prepare(sql).all(values) as Row[];
  }

  async write(statements: readonly Statement[]): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { sql, values } of statements) this.#prepare(sql).run(values);
      this.#database.exec('COMMIT');
    } catch (error) {
      // After some faults, SQLite has rolled back by itself.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #prepare(sql: string): Libsql.Statement<[readonly Value[]]> {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.#database.prepare<[readonly Value[]]>(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}
