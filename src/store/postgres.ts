/** PostgreSQL, by the `postgres` library: for two bridges of which one stands by. https://github.com/porsager/postgres */
import type { PendingQuery, Row } from 'postgres';
import type { Clock } from '../clock.ts';
import { type Database, type Statement, StatementError, type Value } from './database.ts';
import type { Opened } from './file.ts';
import { migrate } from './migrate.ts';
import { pause } from './pause.ts';
import { locationOf, postgresError } from './postgres-errors.ts';
import { type Connections, connectionsTo, inTime, OwnershipLost, Session, whileAnswered } from './postgres-session.ts';
import { StoreError } from './store-error.ts';

/** What a PostgreSQL database is opened with. */
export interface PostgresOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Names this run of this bridge among all that use the database. */
  readonly instance: string;
  /** Without the lock, for a command. */
  readonly beside: boolean;
  /** While another bridge has it: wait until this is aborted. Without it, that is an error at once. */
  readonly wait: AbortSignal | undefined;
  /** Called once when another bridge has taken over: nothing can be written any more. */
  readonly onLost: () => void;
}

/** How often the connection that has the lock is tried, and how often a taken lock is, in milliseconds. */
const BEAT = 5_000;
const LOOK_AGAIN = 1_000;

/**
 * Opens a database and brings it up to date.
 * @throws {StoreError} @throws {DatabaseFault}
 */
export async function openPostgres(options: PostgresOptions): Promise<Opened> {
  const database = new PostgresDatabase(options);
  try {
    await database.open();
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, close: () => database.close() };
}

class PostgresDatabase implements Database {
  readonly location: string;
  readonly #options: PostgresOptions;
  readonly #readers: Connections;
  readonly #numbered = new Map<string, string>();
  #session: Session | undefined;
  #connecting: Promise<Session> | undefined;
  #writing = false;
  /** How many transactions there were. Each notes its number, so that one whose end is unknown can be told from the one before it. */
  #count = 0;
  /** The transaction that may or may not have been committed. */
  #doubtful: readonly Statement[] | undefined;
  #lost = false;
  #cancelBeat = () => {};
  #closed = false;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.location = locationOf(options.url);
    this.#readers = connectionsTo(options.url, 2);
  }

  async open(): Promise<void> {
    try {
      this.#session = await this.#firstSession();
    } catch (error) {
      throw postgresError(error, this.location);
    }
    await migrate(this);
    if (!this.#options.beside) this.#beat();
  }

  async all<R extends Readonly<Record<string, Value>>>(sql: string, ...values: Value[]): Promise<R[]> {
    try {
      return [...(await inTime(this.#query(this.#readers, sql, values)))] as unknown as R[];
    } catch (error) {
      throw postgresError(error, this.location);
    }
  }

  async write(statements: readonly Statement[]): Promise<void> {
    this.#writing = true;
    try {
      const session = await this.#ready();
      if (this.#doubtful === statements && (await this.#wasCommitted(session))) return;
      this.#doubtful = undefined;
      await this.#transaction(session, statements);
    } catch (error) {
      const known = postgresError(error, this.location);
      if (!(known instanceof StatementError)) await this.#session?.end();
      throw known;
    } finally {
      this.#writing = false;
    }
  }

  async size(): Promise<{ used: number; total: number }> {
    // What was deleted is used again, but not given back: only what rows take says how much is in use.
    const [row] = await this.all<{ used: number | null; total: number | null }>(`SELECT
      (SELECT SUM(pg_column_size(event.*)) FROM event) AS used,
      (SELECT SUM(pg_total_relation_size(oid)) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace) AS total`);
    return { used: row?.used ?? 0, total: row?.total ?? 0 };
  }

  /** PostgreSQL does that by itself. */
  async shrink(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelBeat();
    await this.#session?.end();
    await this.#readers.end({ timeout: 0 }).catch(() => {});
  }

  async #firstSession(): Promise<Session> {
    const { url, clock, beside, wait, instance } = this.#options;
    const session = new Session(url);
    try {
      while (!beside && !(await session.lock())) {
        if (!wait)
          throw new StoreError(`Another bridge is using ${this.location}. Stop it first, or set STANDBY=true for this one.`);
        await pause(clock, LOOK_AGAIN, wait);
        if (wait.aborted) throw new StoreError(`Another bridge was using ${this.location} until the end.`);
      }
      if (!beside) await session.claim(instance);
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** The session to write on. After a fault it is a new one, if nobody else has written meanwhile. */
  async #ready(): Promise<Session> {
    if (this.#session?.alive) return this.#session;
    this.#connecting ??= this.#nextSession().finally(() => {
      this.#connecting = undefined;
    });
    this.#session = await this.#connecting;
    return this.#session;
  }

  async #nextSession(): Promise<Session> {
    if (this.#lost || this.#closed) throw this.#lostError();
    const { url, beside, instance, onLost } = this.#options;
    const session = new Session(url);
    try {
      const locked = beside || (await session.lock());
      if (!beside && (await session.owner())?.instance !== instance) {
        this.#lost = true;
        onLost();
        throw this.#lostError();
      }
      // Our own old connection still has it, for the server has not noticed yet that it is gone.
      if (!locked) throw new Error('the old connection still has the lock');
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  async #wasCommitted(session: Session): Promise<boolean> {
    if (this.#options.beside) return false;
    const committed = (await session.owner())?.number === this.#count;
    if (committed) this.#doubtful = undefined;
    return committed;
  }

  async #transaction(session: Session, statements: readonly Statement[]): Promise<void> {
    const { beside } = this.#options;
    this.#count++;
    try {
      await whileAnswered((answered) =>
        session.sql.begin(async (transaction) => {
          const run = ({ sql, values }: Statement) => this.#query(transaction, sql, values).then(answered);
          // All at once: the answers are waited for together.
          const answers = statements.map(run);
          if (!beside) answers.push(run({ sql: 'UPDATE owner SET number = ? WHERE id = 1', values: [this.#count] }));
          await Promise.all(answers).catch((error: unknown) => this.#endIfDead(session, error));
        }),
      );
    } catch (error) {
      if (!(postgresError(error, this.location) instanceof StatementError)) this.#doubtful = statements;
      throw error;
    }
  }

  /**
   * Lets a refused statement be rolled back. After anything else, the library would try that on a connection that is gone, and take
   * the process with it (https://github.com/porsager/postgres/issues/1208): it is not told, and hears only that the connection ends.
   */
  async #endIfDead(session: Session, error: unknown): Promise<never> {
    if (postgresError(error, this.location) instanceof StatementError) throw error;
    void session.end();
    return new Promise<never>(() => {});
  }

  #query(on: Pick<Connections, 'unsafe'>, sql: string, values: readonly Value[]): PendingQuery<Row[]> {
    let numbered = this.#numbered.get(sql);
    if (numbered === undefined) {
      let count = 0;
      numbered = sql.replace(/\?/g, () => `$${++count}`);
      this.#numbered.set(sql, numbered);
    }
    // PostgreSQL's texts hold no NUL.
    const given = values.map((value) => (typeof value === 'string' ? value.replaceAll('\0', '') : value));
    return on.unsafe(numbered, given, { prepare: values.length > 0 });
  }

  /** Finds out in time that the connection is gone, and whether somebody else took over: also when there is nothing to write. */
  #beat(): void {
    this.#cancelBeat = this.#options.clock.after(BEAT, async () => {
      try {
        // A write finds out by itself.
        if (!this.#writing) await inTime((await this.#ready()).sql.unsafe('SELECT 1'));
      } catch {
        if (!this.#writing) await this.#session?.end();
      }
      if (!this.#lost && !this.#closed) this.#beat();
    });
  }

  #lostError(): OwnershipLost {
    return new OwnershipLost(`Another bridge has taken over ${this.location}: this one can't write to it any more`);
  }
}
