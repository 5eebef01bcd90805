/** Events, their deliveries, and what became of them. Positions and numbers of events are handed in: one process writes. */
import type { Event, EventId } from '../event.ts';
import type { Delivery, JoinPlan } from '../outbox/delivery.ts';
import type { Database, Statement } from './database.ts';
import { parseEvent } from './dead-letters.ts';

const TAKE = 'INSERT INTO event (seq, id, stored_at, target, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
const QUEUE = `INSERT INTO delivery (destination, event, position, queued_at, state, joined)
  SELECT ?, seq, ?, ?, 'waiting', 1 FROM event WHERE seq = ? AND id = ? ON CONFLICT DO NOTHING`;
const BEGUN = 'UPDATE delivery SET begun_at = ? WHERE destination = ? AND event = ?';
const PLAN = 'UPDATE delivery SET joined = ?, join_mode = ? WHERE destination = ? AND event = ?';
const SHOWN = 'INSERT INTO shown (event, destination, part, native_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
const ARRIVED = 'DELETE FROM delivery WHERE destination = ? AND event = ?';
/** Also for one whose row is gone already. */
const BURY = `INSERT INTO delivery (destination, event, position, queued_at, state, joined, reason, failed_at)
  VALUES (?, ?, ?, ?, 'dead', 1, ?, ?)
  ON CONFLICT (destination, event) DO UPDATE SET state = 'dead', begun_at = NULL, joined = 1, join_mode = NULL,
  reason = excluded.reason, failed_at = excluded.failed_at`;
const BURY_UP_TO = `UPDATE delivery SET state = 'dead', begun_at = NULL, reason = ?, failed_at = ?
  WHERE state = 'waiting' AND destination = ? AND position <= ?`;
const REQUEUE = `UPDATE delivery SET state = 'waiting', position = ?, queued_at = ?, reason = NULL, failed_at = NULL
  WHERE destination = ? AND event = ? AND state = 'retried'`;
const LAST = 'SELECT (SELECT MAX(seq) FROM event) AS event, (SELECT MAX(position) FROM delivery) AS position';
const KNOWN = 'SELECT 1 AS known FROM event WHERE id = ?';
const WAITING = `SELECT destination, COUNT(*) AS waiting, MAX(position) AS last FROM delivery WHERE state = 'waiting'
  GROUP BY destination`;
const PAGE = `SELECT d.event AS seq, d.position, d.queued_at, d.begun_at, d.joined, d.join_mode, e.body
  FROM delivery d LEFT JOIN event e ON e.seq = d.event
  WHERE d.state = 'waiting' AND d.destination = ? AND d.position > ? ORDER BY d.position LIMIT ?`;
const PARTS = `SELECT d.event AS seq, s.native_id FROM delivery d JOIN shown s ON s.event = d.event AND s.destination = d.destination
  WHERE d.state = 'waiting' AND d.destination = ? AND d.position > ? AND d.position <= ? ORDER BY d.position, s.part`;
const PARTS_OF = `SELECT s.native_id, e.id FROM event e JOIN shown s ON s.event = e.seq
  WHERE (e.id = ? OR e.target = ?) AND s.destination = ? ORDER BY e.seq, s.part`;
const EVENTS = 'SELECT COUNT(*) AS events FROM shown WHERE destination = ? AND native_id = ?';
const NATIVE = 'SELECT 1 AS known FROM shown WHERE destination = ? AND native_id = ? LIMIT 1';
const RETRIED = `SELECT destination, event FROM delivery WHERE state = 'retried' ORDER BY destination, position LIMIT ?`;
const NOBODY_FARES = 'DELETE FROM destination';
const FARES = `INSERT INTO destination (id, name, state, since, reason) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, since = excluded.since, reason = excluded.reason`;

/** A waiting delivery as it was kept. */
export type Kept = Omit<Delivery, 'event'> & {
  /** Undefined for one that can't be read. */
  readonly event: Event | undefined;
};

/** A part of a message at a destination. */
export interface Part {
  readonly nativeId: string;
  /** The message itself, or the edit that added the part. */
  readonly by: EventId;
}

/** How a destination fares, as other processes see it. */
export interface Faring {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly reason: string | undefined;
}

function keep(seq: number, event: Event, at: number): Statement {
  const target = event.kind === 'edit' ? event.message.id : null;
  return { sql: TAKE, values: [seq, event.id, at, target, JSON.stringify(event)] };
}

/** Statements for a writer. */
export const deliveries = {
  /** An event, and that it is on its way to these destinations. */
  take(seq: number, event: Event, at: number, destinations: readonly string[]): Statement[] {
    return [
      keep(seq, event, at),
      ...destinations.map((destination) => ({ sql: QUEUE, values: [destination, seq, at, seq, event.id] })),
    ];
  },
  /** An event for one destination, at a place in its line that was another's. */
  takeAt(position: number, seq: number, event: Event, at: number, destination: string): Statement[] {
    return [keep(seq, event, at), { sql: QUEUE, values: [destination, position, at, seq, event.id] }];
  },
  /** Since when the next part may be shown; undefined when it is not. */
  begun: (destination: string, seq: number, at: number | undefined): Statement => ({
    sql: BEGUN,
    values: [at ?? null, destination, seq],
  }),
  /** With which others it is shown as one message; undefined for none. */
  plan: (destination: string, seq: number, plan: JoinPlan | undefined): Statement => ({
    sql: PLAN,
    values: [plan?.count ?? 1, plan?.mode ?? null, destination, seq],
  }),
  shown: (destination: string, seq: number, part: number, nativeId: string): Statement => ({
    sql: SHOWN,
    values: [seq, destination, part, nativeId],
  }),
  arrived: (destination: string, seq: number): Statement => ({ sql: ARRIVED, values: [destination, seq] }),
  /** It was given up. */
  bury: (
    destination: string,
    { seq, position, queuedAt }: Pick<Delivery, 'seq' | 'position' | 'queuedAt'>,
    reason: string,
    at: number,
  ): Statement => ({
    sql: BURY,
    values: [destination, seq, position, queuedAt, reason, at],
  }),
  /** All that wait for a destination, up to a place in its line, were given up. */
  buryUpTo: (destination: string, position: number, reason: string, at: number): Statement => ({
    sql: BURY_UP_TO,
    values: [reason, at, destination, position],
  }),
  /** A retried one goes to the end of the line. */
  requeue: (destination: string, { seq, position, queuedAt }: Pick<Delivery, 'seq' | 'position' | 'queuedAt'>): Statement => ({
    sql: REQUEUE,
    values: [position, queuedAt, destination, seq],
  }),
  /** How destinations fared before is no longer so. */
  nobodyFares: (): Statement => ({ sql: NOBODY_FARES, values: [] }),
  fares: ({ id, name, state, since, reason }: Faring): Statement => ({
    sql: FARES,
    values: [id, name, state, since, reason ?? null],
  }),
};

/** What is kept of events and their deliveries. */
export class DeliveryReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The highest number that was given to an event or a place in a line; 0 for none. */
  async last(): Promise<number> {
    const [row] = await this.#database.all<{ event: number | null; position: number | null }>(LAST);
    return Math.max(row?.event ?? 0, row?.position ?? 0);
  }

  async isKnown(id: EventId): Promise<boolean> {
    return (await this.#database.all(KNOWN, id)).length > 0;
  }

  /** How many wait for each destination, and the place of the last of them. */
  waiting(): Promise<{ destination: string; waiting: number; last: number }[]> {
    return this.#database.all(WAITING);
  }

  /** The next ones that wait for a destination, after a place in its line. */
  async page(destination: string, after: number, limit: number): Promise<Kept[]> {
    const rows = await this.#database.all<PageRow>(PAGE, destination, after, limit);
    const last = rows.at(-1);
    if (!last) return [];
    const parts = await this.#database.all<{ seq: number; native_id: string }>(PARTS, destination, after, last.position);
    return rows.map(({ seq, position, queued_at: queuedAt, begun_at, joined, join_mode, body }) => ({
      seq,
      position,
      queuedAt,
      event: parseEvent(body),
      shown: parts.filter((part) => part.seq === seq).map((part) => part.native_id),
      begunAt: begun_at ?? undefined,
      plan: joined > 1 ? { count: joined, mode: join_mode === 'digest' ? 'digest' : 'speaker' } : undefined,
    }));
  }

  /** What shows a message at a destination, in order: its own parts, and those that its edits added. */
  async parts(id: EventId, destination: string): Promise<Part[]> {
    const rows = await this.#database.all<{ native_id: string; id: string }>(PARTS_OF, id, id, destination);
    return rows.map((row) => ({ nativeId: row.native_id, by: row.id as EventId }));
  }

  /** How many events a native id at a destination shows. */
  async events(destination: string, nativeId: string): Promise<number> {
    const [row] = await this.#database.all<{ events: number }>(EVENTS, destination, nativeId);
    return row?.events ?? 0;
  }

  /** Whether a native id at a destination is that of something we have shown. */
  async isNative(destination: string, nativeId: string): Promise<boolean> {
    return (await this.#database.all(NATIVE, destination, nativeId)).length > 0;
  }

  /** Dead ones that the operator wants to be tried again, in order. */
  retried(limit: number): Promise<{ destination: string; event: number }[]> {
    return this.#database.all(RETRIED, limit);
  }
}

type PageRow = {
  readonly seq: number;
  readonly position: number;
  readonly queued_at: number;
  readonly begun_at: number | null;
  readonly joined: number;
  readonly join_mode: string | null;
  readonly body: string | null;
};
