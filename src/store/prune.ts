/** Lets go of what is old, or too much. What still waits to be delivered is never touched. */
import { forgetDeeds } from './audit.ts';
import type { Database, Statement } from './database.ts';
import { forgetReactions } from './reactions.ts';
import { forgetThreads } from './threads.ts';
import { forgetUploads } from './uploads.ts';
import { forgetConversations } from './whispers.ts';
import type { Writer } from './writer.ts';

/** What may stay. */
export interface PruneOptions {
  readonly database: Database;
  readonly writer: Writer;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Days for which events are kept. */
  readonly keepDays: number;
  /** Days for which the audit log is kept. */
  readonly auditDays: number;
  /** How large the database may be, in bytes. */
  readonly maxBytes: number;
  /** Ends it early, between two steps. */
  readonly signal?: AbortSignal;
}

/** What went. */
export interface Pruned {
  readonly events: number;
  /** How much smaller the database became, in bytes. */
  readonly bytes: number;
}

const DAY = 86_400_000;
/** Events that are looked at in one go: some ten milliseconds' work. */
const STEP = 200;
/** When it is too large, it is made smaller by so much more, so that this is not begun anew with each message. */
const TARGET = 0.9;

const NEWEST = 'SELECT MAX(seq) AS seq FROM event';
const FIRST_KEPT = 'SELECT seq FROM event WHERE stored_at >= ? ORDER BY stored_at, seq LIMIT 1';
const NEXT = `SELECT seq, (SELECT COUNT(*) FROM delivery
    WHERE delivery.event = event.seq AND (state <> 'dead' OR failed_at >= ?)) AS needed
  FROM event WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ${STEP}`;
// A dead delivery may have been set waiting since it was looked at.
const DELETE_EVENT = `DELETE FROM event WHERE seq = ?
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event = event.seq AND state <> 'dead')`;
const DELETE_DELIVERIES = 'DELETE FROM delivery WHERE event = ? AND NOT EXISTS (SELECT 1 FROM event WHERE seq = delivery.event)';
const DELETE_SHOWN = 'DELETE FROM shown WHERE event = ? AND NOT EXISTS (SELECT 1 FROM event WHERE seq = shown.event)';

// An event that could not be written for too long has no row, and what failed of it has.
const DELETE_ORPHANS = `DELETE FROM delivery WHERE state = 'dead' AND failed_at < ?
  AND NOT EXISTS (SELECT 1 FROM event WHERE seq = delivery.event)`;

/**
 * Deletes the events that are older than they are to be kept, and the oldest while the database is too large, with all that is
 * known of them, in small steps. The newest event stays, since the next one's number follows from it.
 */
export async function prune(options: PruneOptions): Promise<Pruned> {
  const { database, now, keepDays, auditDays, maxBytes } = options;
  const before = await database.size();
  const [newest] = await database.all<{ seq: number | null }>(NEWEST);
  const end = newest?.seq ?? 0;
  const cutoff = now - keepDays * DAY;
  const [kept] = await database.all<{ seq: number }>(FIRST_KEPT, cutoff);
  let events = await deleteBefore(options, kept?.seq ?? end, cutoff, Number.POSITIVE_INFINITY);
  for (let { used } = await database.size(); used > maxBytes; { used } = await database.size()) {
    const [row] = await database.all<{ events: number }>('SELECT COUNT(*) AS events FROM event');
    const surplus = Math.ceil((row?.events ?? 0) * (1 - (TARGET * maxBytes) / used));
    const deleted = await deleteBefore(options, end, Number.MAX_SAFE_INTEGER, surplus);
    if (deleted === 0) break;
    events += deleted;
  }
  await options.writer.add(
    { sql: 'DELETE FROM ban WHERE until <= ?', values: [now] },
    { sql: DELETE_ORPHANS, values: [cutoff] },
    ...forgetUploads(cutoff),
    ...forgetThreads(cutoff),
    forgetConversations(cutoff),
    ...forgetDeeds(now - auditDays * DAY),
    forgetReactions(),
  );
  while (!options.signal?.aborted && (await database.shrink())) await new Promise(setImmediate);
  return { events, bytes: Math.max(0, before.total - (await database.size()).total) };
}

/** Deletes the events before one that nobody needs, about so many at most. @returns how many */
async function deleteBefore(
  { database, writer, signal }: PruneOptions,
  end: number,
  failedSince: number,
  most: number,
): Promise<number> {
  let position = -1;
  let count = 0;
  while (!signal?.aborted && count < most) {
    const rows = await database.all<{ seq: number; needed: number }>(NEXT, failedSince, position, end);
    const last = rows.at(-1);
    if (!last) break;
    position = last.seq;
    const old = rows.filter(({ needed }) => needed === 0);
    count += old.length;
    if (old.length > 0) await writer.add(...old.flatMap(({ seq }) => deletionOf(seq)));
    await new Promise(setImmediate);
  }
  return count;
}

function deletionOf(seq: number): Statement[] {
  return [DELETE_EVENT, DELETE_DELIVERIES, DELETE_SHOWN].map((sql) => ({ sql, values: [seq] }));
}
