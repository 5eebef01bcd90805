/** The way of a message through the bridge, as far as it is kept. */
import type { Event, EventId } from '../event.ts';
import type { Database } from './database.ts';
import { parseEvent } from './stored-event.ts';

/** An event, and what became of it. Times are milliseconds since the epoch. */
export interface Traced {
  readonly seq: number;
  readonly id: string;
  /** When the bridge took it. */
  readonly takenAt: number;
  /** Undefined when it can't be read any more. */
  readonly event: Event | undefined;
  readonly ways: readonly Way[];
}

/** What became of an event at one destination. One that it only passed through, as the game servers, leaves no way. */
export interface Way {
  readonly destination: string;
  /** What people call it; its id where that is not known any more. */
  readonly name: string;
  /**
   * `begun` while it may be seen and nobody confirmed it; `retried` when it is a dead letter that the operator wants to be tried again.
   */
  readonly state: 'shown' | 'waiting' | 'begun' | 'dead' | 'retried';
  /** Since when. */
  readonly since: number;
  /** Why it is dead. */
  readonly reason: string | undefined;
  /** How many deliveries go before it. */
  readonly ahead: number;
  readonly shown: readonly { readonly nativeId: string; readonly at: number; readonly events: number }[];
}

/** So many events are found at most: a part of a message can show many, which were joined. */
const MAX_FOUND = 50;

const ROW = 'SELECT seq, id, stored_at, target, removes, body FROM event';
const BY_SEQ = `${ROW} WHERE seq = ?`;
const BY_ID = `${ROW} WHERE id = ?`;
const BY_SHOWN = `${ROW} WHERE seq IN (SELECT event FROM shown WHERE native_id = ?) ORDER BY seq LIMIT ${MAX_FOUND}`;
const BY_END = `${ROW} WHERE id LIKE ? ESCAPE '!' ORDER BY seq LIMIT ${MAX_FOUND}`;
const ABOUT = `${ROW} WHERE target = ? OR removes = ? OR id IN (SELECT id FROM reaction WHERE target = ?) ORDER BY seq LIMIT ${MAX_FOUND}`;
const DELIVERIES = `SELECT d.destination, d.state, d.queued_at, d.begun_at, d.failed_at, d.reason,
  (SELECT COUNT(*) FROM delivery o WHERE o.destination = d.destination AND o.state = 'waiting' AND o.position < d.position) AS ahead
  FROM delivery d WHERE d.event = ?`;
const SHOWN = 'SELECT destination, native_id, at, events FROM shown WHERE event = ? ORDER BY destination, part';
const NAMES = 'SELECT id, name FROM destination';

/**
 * Finds what an id stands for: events themselves, and what changed them later, in the order in which they were taken.
 * @param id the number or the id of an event as in the log, or the id by which a platform knows it: where it was said, or where it is shown
 */
export async function trace(database: Database, id: string): Promise<Traced[]> {
  const found = new Map<number, EventRow>();
  const add = (rows: readonly EventRow[]) => {
    for (const row of rows) found.set(row.seq, row);
  };
  if (/^\d{1,16}$/.test(id)) add(await database.all<EventRow>(BY_SEQ, Number(id)));
  add(await database.all<EventRow>(BY_ID, id));
  if (found.size === 0) add(await database.all<EventRow>(BY_SHOWN, id));
  if (found.size === 0) add(await database.all<EventRow>(BY_END, `%/${id.replace(/[!%_]/g, '!$&')}`));
  for (const row of [...found.values()]) {
    const message = row.target ?? row.removes ?? row.id;
    if (message !== row.id) add(await database.all<EventRow>(BY_ID, message));
    add(await database.all<EventRow>(ABOUT, message, message, message));
  }
  const names = new Map((await database.all<{ id: string; name: string }>(NAMES)).map((row) => [row.id, row.name]));
  const traced: Traced[] = [];
  for (const row of [...found.values()].sort((a, b) => a.seq - b.seq)) {
    const ways = await waysOf(database, row.seq, (destination) => names.get(destination) ?? destination);
    traced.push({ seq: row.seq, id: row.id as EventId, takenAt: row.stored_at, event: parseEvent(row.body), ways });
  }
  return traced;
}

async function waysOf(database: Database, seq: number, nameOf: (destination: string) => string): Promise<Way[]> {
  const deliveries = await database.all<DeliveryRow>(DELIVERIES, seq);
  const shown = await database.all<ShownRow>(SHOWN, seq);
  const destinations = new Set([...shown, ...deliveries].map(({ destination }) => destination));
  return [...destinations].sort().map((destination) => {
    const delivery = deliveries.find((one) => one.destination === destination);
    const parts = shown.filter((one) => one.destination === destination);
    return {
      destination,
      name: nameOf(destination),
      ...(delivery ? stateOf(delivery) : { state: 'shown', since: parts.at(-1)?.at ?? 0, reason: undefined, ahead: 0 }),
      shown: parts.map(({ native_id: nativeId, at, events }) => ({ nativeId, at, events })),
    };
  });
}

function stateOf(row: DeliveryRow): Pick<Way, 'state' | 'since' | 'reason' | 'ahead'> {
  const { state, queued_at, begun_at, failed_at, reason, ahead } = row;
  if (state === 'dead' || state === 'retried')
    return { state, since: failed_at ?? queued_at, reason: reason ?? undefined, ahead: 0 };
  if (begun_at !== null) return { state: 'begun', since: begun_at, reason: undefined, ahead };
  return { state: 'waiting', since: queued_at, reason: undefined, ahead };
}

type EventRow = {
  readonly seq: number;
  readonly id: string;
  readonly stored_at: number;
  readonly target: string | null;
  readonly removes: string | null;
  readonly body: string;
};

type DeliveryRow = {
  readonly destination: string;
  readonly state: string;
  readonly queued_at: number;
  readonly begun_at: number | null;
  readonly failed_at: number | null;
  readonly reason: string | null;
  readonly ahead: number;
};

type ShownRow = { readonly destination: string; readonly native_id: string; readonly at: number; readonly events: number };
