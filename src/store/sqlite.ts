/** SQLite by libsql: one file, in WAL mode. https://github.com/tursodatabase/libsql-js */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { type Database, DatabaseFault, type Statement, type Value } from './database.ts';
import { migrate, schemaOf } from './migrate.ts';
import { DamagedError, sqliteError } from './sqlite-errors.ts';

/** Pages that are given back to the disk in one go: a few milliseconds' work. */
const SHRINK_PAGES = 64;

/**
 * Opens a file, which is made if there is none, and brings it up to date. Where none can be made, the database is empty and can't be
 * written for the time being: each write tries to make it.
 * @throws {DatabaseFault} when there is a file that can't be used; whatever {@link migrate} throws
 */
export async function openSqlite(path: string): Promise<Database> {
  const database = new SqliteDatabase(path);
  await database.open();
  return database;
}

/** A file beside the database that says: it was found damaged while it was used. */
export function damageMark(path: string): string {
  return `${path}.damaged`;
}

class SqliteDatabase implements Database {
  readonly location: string;
  /** Undefined while the file can't be made. */
  #connection: Libsql.Database | undefined;
  /** Whether a file that is there may be another one's work: it was not made by this object. */
  #foreign = true;
  /** Whether the last write met a fault. */
  #suspect = false;
  /** Whether the file was there, up to date, at some time. */
  #known = false;
  /** By their SQL, of which there is a fixed number. */
  readonly #prepared = new Map<string, Libsql.Statement<[readonly Value[]]>>();

  constructor(path: string) {
    this.location = path;
  }

  async open(): Promise<void> {
    const there = existsSync(this.location);
    try {
      await this.#begin();
    } catch (error) {
      if (!(error instanceof DatabaseFault) || (there && !(await this.#isEmpty()))) throw error;
    }
  }

  async all<Row extends Readonly<Record<string, Value>>>(sql: string, ...values: Value[]): Promise<Row[]> {
    if (!this.#connection && !this.#known) return [];
    try {
      return this.#prepare(sql).all(values) as Row[];
    } catch (error) {
      throw this.#fault(error, 'read');
    }
  }

  async write(statements: readonly Statement[]): Promise<void> {
    if (!this.#connection && !this.#known) await this.#beginLate();
    if (this.#suspect) this.#reconnect();
    try {
      this.#connected().exec('BEGIN IMMEDIATE');
      for (const { sql, values } of statements) this.#prepare(sql).run(values);
      this.#connected().exec('COMMIT');
    } catch (error) {
      // After some faults, SQLite has rolled back by itself.
      if (this.#connection?.inTransaction) this.#connection.exec('ROLLBACK');
      const known = this.#fault(error, 'written');
      this.#suspect = known instanceof DatabaseFault;
      throw known;
    }
  }

  async size(): Promise<{ used: number; total: number }> {
    const pageSize = await this.#pragma('page_size');
    const pages = await this.#pragma('page_count');
    return { used: (pages - (await this.#pragma('freelist_count'))) * pageSize, total: pages * pageSize };
  }

  async shrink(): Promise<boolean> {
    const before = await this.#pragma('freelist_count');
    if (before === 0) return false;
    try {
      this.#connected().exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
    } catch (error) {
      throw this.#fault(error, 'written');
    }
    const after = await this.#pragma('freelist_count');
    return after > 0 && after < before;
  }

  async close(): Promise<void> {
    this.#disconnect();
  }

  async #pragma(name: string): Promise<number> {
    const [row] = await this.all<Record<string, number>>(`PRAGMA ${name}`);
    return row?.[name] ?? 0;
  }

  #fault(error: unknown, verb: string): Error {
    const fault = sqliteError(error, this.location, verb);
    if (fault instanceof DamagedError) {
      try {
        writeFileSync(damageMark(this.location), '');
      } catch {
        // The disk is in no good state either.
      }
    }
    return fault;
  }

  /** Connects, and brings the schema up to date. Until that is done, there is no connection. */
  async #begin(): Promise<void> {
    const there = existsSync(this.location);
    try {
      this.#connection = this.#connect();
      await migrate(this);
      this.#known = true;
    } catch (error) {
      if (!there && existsSync(this.location)) this.#foreign = false;
      this.#disconnect();
      throw error;
    }
  }

  /** The file could not be made when the bridge started: by now it may be possible. */
  async #beginLate(): Promise<void> {
    // The numbers of its rows would have been given anew meanwhile.
    if (this.#foreign && existsSync(this.location) && !(await this.#isEmpty()))
      throw new DatabaseFault(`The database ${this.location} appeared after the start. Restart the bridge to let it be used`);
    await this.#begin();
  }

  async #isEmpty(): Promise<boolean> {
    try {
      this.#connection = this.#connect();
      return (await schemaOf(this)) === 0;
    } catch {
      return false;
    } finally {
      this.#disconnect();
    }
  }

  #connected(): Libsql.Database {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  /** A connection to a disk that was read-only stays so, even when the disk no longer is. The old one is kept until there is a new one. */
  #reconnect(): void {
    if (!existsSync(this.location))
      throw new DatabaseFault(`The database ${this.location} is gone. Restart the bridge to begin a new one`);
    const connection = this.#connect();
    this.#disconnect();
    this.#connection = connection;
  }

  #connect(): Libsql.Database {
    try {
      mkdirSync(dirname(this.location), { recursive: true });
      const fresh = !hasContent(this.location);
      const connection = new Libsql(this.location);
      // Pages that fall free can be given back to the disk. To say so of a file that is there already would write to it.
      if (fresh) connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
      connection.exec('PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      connection.exec('PRAGMA journal_size_limit = 16777216');
      return connection;
    } catch (error) {
      const fault = this.#fault(error, 'opened');
      if (fault instanceof DamagedError || !existsSync(this.location) || hasContent(`${this.location}-wal`)) throw fault;
      // On a disk that can't be written, SQLite reads a file in WAL mode only when told that nobody writes it.
      return this.#connectForReading(fault);
    }
  }

  #connectForReading(fault: Error): Libsql.Database {
    try {
      return new Libsql(`${pathToFileURL(this.location).href}?immutable=1`);
    } catch {
      throw fault;
    }
  }

  #disconnect(): void {
    this.#prepared.clear();
    this.#connection?.close();
    this.#connection = undefined;
    this.#suspect = false;
  }

  #prepare(sql: string): Libsql.Statement<[readonly Value[]]> {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.#connected().prepare<[readonly Value[]]>(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
