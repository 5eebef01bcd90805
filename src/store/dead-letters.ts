/** Dead letters, as a command sees and changes them beside a running bridge. */
import type { Event } from '../event.ts';
import type { Database, Statement, Value } from './database.ts';
import { parseEvent } from './stored-event.ts';

/** A delivery that was given up. */
export interface DeadLetter {
  /** For the command line: the number of its event, and of its destination where it died at several. */
  readonly seq: number;
  readonly destination: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly failedAt: number;
  /** Undefined when it can't be read any more. */
  readonly event: Event | undefined;
}

/** Which dead letters: all, or those of some events, or of one destination. */
export interface Which {
  readonly seqs?: readonly number[] | undefined;
  readonly destination?: string | undefined;
}

const LIST = `SELECT d.event AS seq, d.destination, d.reason, d.failed_at, e.stored_at, e.body FROM delivery d
  LEFT JOIN event e ON e.seq = d.event WHERE d.state = 'dead'`;
const PAGE = 1_000;

/** The dead letters, in the order of their events. */
export async function* deadLetters(database: Database, { seqs, destination }: Which): AsyncIterable<DeadLetter> {
  const wanted = seqs && new Set(seqs);
  let after: [number, string] = [0, ''];
  for (;;) {
    const sql = `${LIST} AND (d.event > ? OR (d.event = ? AND d.destination > ?)) ORDER BY d.event, d.destination LIMIT ${PAGE}`;
    const rows = await database.all<LetterRow>(sql, after[0], after[0], after[1]);
    for (const row of rows) {
      if ((!wanted || wanted.has(row.seq)) && (destination === undefined || destination === row.destination)) yield letterOf(row);
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = [last.seq, last.destination];
  }
}

/** The newest dead letters, the newest first, and how many there are in all. */
export async function newestDeadLetters(database: Database, limit: number): Promise<{ total: number; letters: DeadLetter[] }> {
  const [row] = await database.all<{ total: number }>("SELECT COUNT(*) AS total FROM delivery WHERE state = 'dead'");
  const rows = await database.all<LetterRow>(`${LIST} ORDER BY d.event DESC, d.destination LIMIT ?`, limit);
  return { total: row?.total ?? 0, letters: rows.map(letterOf) };
}

// What nobody can have seen is shown as it reads now.
const RETRY = `UPDATE delivery SET state = 'retried', sent_as = CASE WHEN EXISTS
  (SELECT 1 FROM shown WHERE shown.event = delivery.event AND shown.destination = delivery.destination) THEN sent_as END`;

/** Lets a dead letter be tried again: the running bridge, or the next one, puts it at the end of the line. */
export function retryLetter(letter: DeadLetter): Statement {
  return change(RETRY, letter);
}

/** Forgets a dead letter. */
export function dropLetter(letter: DeadLetter): Statement {
  return change('DELETE FROM delivery', letter);
}

function change(what: string, { seq, destination }: DeadLetter): Statement {
  const values: Value[] = [seq, destination];
  return { sql: `${what} WHERE event = ? AND destination = ? AND state = 'dead'`, values };
}

type LetterRow = {
  readonly seq: number;
  readonly destination: string;
  readonly reason: string | null;
  readonly failed_at: number | null;
  readonly stored_at: number | null;
  readonly body: string | null;
};

function letterOf({ seq, destination, reason, failed_at, stored_at, body }: LetterRow): DeadLetter {
  return { seq, destination, reason: reason ?? '', storedAt: stored_at ?? 0, failedAt: failed_at ?? 0, event: parseEvent(body) };
}
