/** What is kept of events and their deliveries. */
import type { Event, EventId } from '../event.ts';
import type { Delivery } from '../outbox/delivery.ts';
import { Recent } from '../recent.ts';
import type { Database } from './database.ts';
import { parseEvent } from './stored-event.ts';

const LAST = 'SELECT (SELECT MAX(seq) FROM event) AS event, (SELECT MAX(position) FROM delivery) AS position';
const KNOWN = 'SELECT 1 AS known FROM event WHERE id = ?';
const WAITING = `SELECT destination, COUNT(*) AS waiting, MAX(position) AS last, MIN(queued_at) AS oldest FROM delivery WHERE state = 'waiting'
  GROUP BY destination`;
const DELIVERIES = `SELECT d.destination, d.event AS seq, d.position, d.queued_at, d.begun_at, d.joined, d.join_mode, e.body,
  n.seq AS edit, n.body AS edit_body, CASE WHEN EXISTS (SELECT 1 FROM event r WHERE r.removes IN (e.id, e.target)) THEN 1 ELSE 0 END AS withdrawn
  FROM delivery d LEFT JOIN event e ON e.seq = d.event LEFT JOIN event n ON n.seq = COALESCE(d.sent_as, (SELECT MAX(c.seq) FROM event c
    WHERE c.target = COALESCE(e.target, e.id) AND c.seq > e.seq AND NOT EXISTS (SELECT 1 FROM event r WHERE r.removes = c.id)))`;
const PAGE = `${DELIVERIES} WHERE d.state = 'waiting' AND d.destination = ? AND d.position > ? ORDER BY d.position LIMIT ?`;
const RETRIED = `${DELIVERIES} WHERE d.state = 'retried' ORDER BY d.destination, d.position LIMIT ?`;
const PARTS = `SELECT d.event AS seq, s.native_id FROM delivery d JOIN shown s ON s.event = d.event AND s.destination = d.destination
  WHERE d.state = 'waiting' AND d.destination = ? AND d.position > ? AND d.position <= ? ORDER BY d.position, s.part`;
const PARTS_OF_RETRIED = `SELECT native_id FROM shown WHERE event = ? AND destination = ? ORDER BY part`;
// What an edit is shown by belongs to its message: an edit has nothing of its own.
const PARTS_OF = `SELECT s.native_id, s.events, e.id FROM event e JOIN shown s ON s.event = e.seq
  WHERE ((e.id = ? AND e.target IS NULL) OR e.target = ?) AND s.destination = ? ORDER BY e.seq, s.part`;
const NATIVE = 'SELECT 1 AS known FROM shown WHERE destination = ? AND native_id = ? LIMIT 1';
const EVENT_AT = `SELECT COALESCE(e.target, e.id) AS id FROM shown s JOIN event e ON e.seq = s.event
  WHERE s.destination = ? AND s.native_id = ? AND s.events = 1 LIMIT 1`;
const EVENT = 'SELECT body FROM event WHERE id = ?';

/** How many events are shared among those who read them. */
const MAX_EVENTS = 1_000;

/** A waiting delivery as it was kept. */
export type Kept = Omit<Delivery, 'event'> & {
  /** Undefined for one that can't be read. */
  readonly event: Event | undefined;
};

/** What waits for a destination. */
export type Waiting = {
  readonly destination: string;
  /** How many. */
  readonly waiting: number;
  /** The place of the last of them. */
  readonly last: number;
  /** Since when the oldest waits, in milliseconds since the epoch. */
  readonly oldest: number;
};

/** A part of a message at a destination. */
export interface Part {
  readonly nativeId: string;
  /** The message itself, or the edit that added the part. */
  readonly by: EventId;
  /** How many events it shows: more than one where messages were joined. */
  readonly events: number;
}

/** Reads what is kept of events and their deliveries. */
export class DeliveryReader {
  readonly #database: Database;
  /** By number: what is said to hundreds of rooms is in memory once. */
  readonly #events = new Recent<number, Event>(MAX_EVENTS);
  /** The end of the last page. */
  #pages: Promise<unknown> = Promise.resolve();

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

  /** What waits for each destination. */
  waiting(): Promise<Waiting[]> {
    return this.#database.all<Waiting>(WAITING);
  }

  /**
   * The next ones that wait for a destination, after a place in its line. Pages are read one at a time: hundreds of destinations that
   * are released together must not keep everybody else from their turn.
   */
  page(destination: string, after: number, limit: number): Promise<Kept[]> {
    const page = this.#pages.then(() => new Promise(setImmediate)).then(() => this.#page(destination, after, limit));
    this.#pages = page.catch(() => {});
    return page;
  }

  /** What shows a message at a destination, in order: its own parts, and those that its edits added. */
  async parts(id: EventId, destination: string): Promise<Part[]> {
    const rows = await this.#database.all<{ native_id: string; events: number; id: string }>(PARTS_OF, id, id, destination);
    return rows.map((row) => ({ nativeId: row.native_id, by: row.id as EventId, events: row.events }));
  }

  /** Whether a native id at a destination is that of something we have shown. */
  async isNative(destination: string, nativeId: string): Promise<boolean> {
    return (await this.#database.all(NATIVE, destination, nativeId)).length > 0;
  }

  /** The message that a native id at a destination shows, or shows a part of; undefined also where it shows several. */
  async eventAt(destination: string, nativeId: string): Promise<EventId | undefined> {
    const [row] = await this.#database.all<{ id: string }>(EVENT_AT, destination, nativeId);
    return row?.id as EventId | undefined;
  }

  /** An event that was taken, as long as it is kept. */
  async event(id: EventId): Promise<Event | undefined> {
    const [row] = await this.#database.all<{ body: string }>(EVENT, id);
    return row && parseEvent(row.body);
  }

  /** Dead ones that the operator wants to be tried again, in order. */
  async retried(limit: number): Promise<{ destination: string; kept: Kept }[]> {
    const rows = await this.#database.all<DeliveryRow>(RETRIED, limit);
    const retried = [];
    for (const row of rows) {
      const { seq, destination } = row;
      const parts = await this.#database.all<{ native_id: string }>(PARTS_OF_RETRIED, seq, destination);
      retried.push({ destination, kept: this.#kept(row, parts) });
    }
    return retried;
  }

  async #page(destination: string, after: number, limit: number): Promise<Kept[]> {
    const rows = await this.#database.all<DeliveryRow>(PAGE, destination, after, limit);
    const last = rows.at(-1);
    if (!last) return [];
    const parts = await this.#database.all<{ seq: number; native_id: string }>(PARTS, destination, after, last.position);
    return rows.map((row) =>
      this.#kept(
        row,
        parts.filter(({ seq }) => seq === row.seq),
      ),
    );
  }

  #kept(row: DeliveryRow, parts: readonly { readonly native_id: string }[]): Kept {
    const { seq, position, queued_at: queuedAt, begun_at, joined, join_mode, withdrawn, edit, edit_body } = row;
    const revision = edit === null ? undefined : this.#event({ seq: edit, body: edit_body });
    return {
      seq,
      position,
      queuedAt,
      event: this.#event(row),
      revision: edit !== null && revision?.kind === 'edit' ? { seq: edit, edit: revision } : undefined,
      shown: parts.map(({ native_id }) => native_id),
      begunAt: begun_at ?? undefined,
      plan: joined > 1 ? { count: joined, mode: join_mode === 'digest' ? 'digest' : 'speaker' } : undefined,
      withdrawn: withdrawn === 1,
    };
  }

  #event({ seq, body }: Pick<DeliveryRow, 'seq' | 'body'>): Event | undefined {
    const event = this.#events.get(seq) ?? parseEvent(body);
    if (event) this.#events.set(seq, event);
    return event;
  }
}

type DeliveryRow = {
  readonly destination: string;
  readonly seq: number;
  readonly position: number;
  readonly queued_at: number;
  readonly begun_at: number | null;
  readonly joined: number;
  readonly join_mode: string | null;
  readonly body: string | null;
  readonly edit: number | null;
  readonly edit_body: string | null;
  readonly withdrawn: number;
};
