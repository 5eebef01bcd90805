/** What is written of events and their deliveries. Positions and numbers of events are handed in: one process writes. */
import type { Event } from '../event.ts';
import type { Delivery, JoinPlan, Revision } from '../outbox/delivery.ts';
import type { Statement } from './database.ts';
import type { Part } from './delivery-reader.ts';

const TAKE = 'INSERT INTO event (seq, id, stored_at, target, removes, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
const QUEUE = `INSERT INTO delivery (destination, event, position, queued_at, state, joined)
  SELECT ?, seq, ?, ?, 'waiting', 1 FROM event WHERE seq = ? AND id = ? ON CONFLICT DO NOTHING`;
const BEGUN = 'UPDATE delivery SET begun_at = ?, sent_as = ? WHERE destination = ? AND event = ?';
const SENT_AS = 'UPDATE delivery SET sent_as = ? WHERE destination = ? AND event = ?';
const PLAN = 'UPDATE delivery SET joined = ?, join_mode = ? WHERE destination = ? AND event = ?';
const SHOWN =
  'INSERT INTO shown (event, destination, part, native_id, events, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
const NOT_SHOWN = 'DELETE FROM shown WHERE destination = ? AND event = ?';
const ARRIVED = 'DELETE FROM delivery WHERE destination = ? AND event = ?';
const ARRIVED_WITH = `DELETE FROM delivery WHERE destination = ? AND state = 'waiting'
  AND event IN (SELECT seq FROM event WHERE target = ? AND seq <= ?)`;
/** Also for one whose row is gone already. */
const BURY = `INSERT INTO delivery (destination, event, position, queued_at, state, joined, reason, failed_at)
  VALUES (?, ?, ?, ?, 'dead', 1, ?, ?)
  ON CONFLICT (destination, event) DO UPDATE SET state = 'dead', begun_at = NULL, joined = 1, join_mode = NULL,
  reason = excluded.reason, failed_at = excluded.failed_at`;
const BURY_UP_TO = `UPDATE delivery SET state = 'dead', begun_at = NULL, reason = ?, failed_at = ?
  WHERE state = 'waiting' AND destination = ? AND position <= ?`;
const REQUEUE = `UPDATE delivery SET state = 'waiting', position = ?, queued_at = ?, reason = NULL, failed_at = NULL
  WHERE destination = ? AND event = ? AND state = 'retried'`;
const NOBODY_FARES = 'DELETE FROM destination';
const FARES_NO_MORE = 'DELETE FROM destination WHERE id = ?';
const FARES = `INSERT INTO destination (id, name, state, since, reason) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, since = excluded.since, reason = excluded.reason`;

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
  const removes = event.kind === 'removal' ? event.target : null;
  return { sql: TAKE, values: [seq, event.id, at, target, removes, JSON.stringify(event)] };
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
  /** Since when the next part may be shown; undefined when it is not. @param sentAs like that of {@link sentAs} */
  begun: (
    destination: string,
    { seq, begunAt, sentAs }: Pick<Delivery, 'seq' | 'begunAt'> & { readonly sentAs: number | undefined },
  ): Statement => ({
    sql: BEGUN,
    values: [begunAt ?? null, sentAs ?? null, destination, seq],
  }),
  /** The number of the edit as which something of it may be shown, 0 for none; undefined when nothing is. */
  sentAs: (destination: string, seq: number, edit: number | undefined): Statement => ({
    sql: SENT_AS,
    values: [edit ?? null, destination, seq],
  }),
  /** With which others it is shown as one message; undefined for none. */
  plan: (destination: string, seq: number, plan: JoinPlan | undefined): Statement => ({
    sql: PLAN,
    values: [plan?.count ?? 1, plan?.mode ?? null, destination, seq],
  }),
  /** A part of it is shown since then, together with others if that part shows several events. */
  shown: (
    destination: string,
    seq: number,
    part: number,
    { nativeId, events, at }: Omit<Part, 'by'> & { readonly at: number },
  ): Statement => ({ sql: SHOWN, values: [seq, destination, part, nativeId, events, at] }),
  /** Nobody can tell what of it is shown: it counts as not shown. */
  notShown: (destination: string, seq: number): Statement => ({ sql: NOT_SHOWN, values: [destination, seq] }),
  arrived: (destination: string, seq: number): Statement => ({ sql: ARRIVED, values: [destination, seq] }),
  /** A message arrived as it reads after an edit: that, and those before it, need not be made any more. */
  arrivedWith: (destination: string, { seq, edit }: Revision): Statement => ({
    sql: ARRIVED_WITH,
    values: [destination, edit.message.id, seq],
  }),
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
  /** A destination is not there any more. */
  faresNoMore: (id: string): Statement => ({ sql: FARES_NO_MORE, values: [id] }),
  /** How destinations fared before is no longer so. */
  nobodyFares: (): Statement => ({ sql: NOBODY_FARES, values: [] }),
  fares: ({ id, name, state, since, reason }: Faring): Statement => ({
    sql: FARES,
    values: [id, name, state, since, reason ?? null],
  }),
};
