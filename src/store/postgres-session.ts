/** The one connection on which a bridge writes to PostgreSQL. It holds the lock as well: without the lock, nothing is written. */
import postgres from 'postgres';
import { DatabaseFault } from './database.ts';

/** A set of connections. */
export type Connections = ReturnType<typeof connectionsTo>;

/** How long, in milliseconds, an answer may take. */
const PATIENCE = 10_000;

/** Makes connections, lazily. */
export function connectionsTo(url: string, max: number, onclose: () => void = () => {}) {
  return postgres(url, {
    max,
    onclose,
    onnotice: () => {},
    connect_timeout: 5,
    keep_alive: 10,
    // A lock lasts as long as its connection.
    max_lifetime: null,
    fetch_types: false,
    connection: { application_name: 'crosschat-bridge', statement_timeout: PATIENCE },
    // Whole numbers of 64 bits, and sums of them: ours are safe.
    types: { bigint: { to: 20, from: [20, 1700], parse: Number, serialize: String } },
  });
}

/** The lock of this database and schema: `cros` in ASCII, and a hash of the schema. */
const LOCK = 'SELECT pg_try_advisory_lock(1668444019, hashtext(current_schema())) AS locked';
const OWNER = 'SELECT instance, number FROM owner WHERE id = 1';

/** Somebody else writes to this database now. */
export class OwnershipLost extends DatabaseFault {}

/** A connection that has the lock. */
export class Session {
  readonly sql: Connections;
  #alive = true;

  constructor(url: string) {
    this.sql = connectionsTo(url, 1, () => {
      this.#alive = false;
    });
  }

  /** Whether the connection, and the lock with it, is still there, as far as is known. A dead session is of no use any more. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Takes the lock. @returns whether it was free */
  async lock(): Promise<boolean> {
    const [row] = await inTime(this.sql.unsafe<{ locked: boolean }[]>(LOCK));
    return row?.locked === true;
  }

  /** Notes who has the lock. */
  async claim(instance: string): Promise<void> {
    await inTime(
      this.sql.unsafe(
        'CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY, instance TEXT NOT NULL, number BIGINT NOT NULL)',
      ),
    );
    await inTime(
      this.sql.unsafe(
        'INSERT INTO owner VALUES (1, $1, 0) ON CONFLICT (id) DO UPDATE SET instance = excluded.instance, number = 0',
        [instance],
      ),
    );
  }

  /** Who took the lock last, and the number of their last transaction. */
  async owner(): Promise<{ instance: string; number: number } | undefined> {
    const [row] = await inTime(this.sql.unsafe<{ instance: string; number: number }[]>(OWNER));
    return row;
  }

  /** Ends it at once. Never throws. */
  async end(): Promise<void> {
    this.#alive = false;
    await this.sql.end({ timeout: 0 }).catch(() => {});
  }
}

/** Rejects when an answer takes too long: a connection can be dead without saying so. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  return whileAnswered(() => answer);
}

/** Like {@link inTime}, of many answers, each of which may take as long. @param ask calls what it is given with each answer */
export async function whileAnswered<T>(ask: (answered: () => void) => Promise<T>): Promise<T> {
  let fail: (error: Error) => void = () => {};
  const late = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const timer = setTimeout(() => fail(new Error('no answer in time')), PATIENCE + 1_000);
  try {
    return await Promise.race([ask(() => timer.refresh()), late]);
  } finally {
    clearTimeout(timer);
  }
}
