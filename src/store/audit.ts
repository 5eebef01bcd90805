/** What operators and moderators did. */

import type { Deed } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Database, Statement } from './database.ts';
import type { Writer } from './writer.ts';

/** A deed as it was noted. */
export interface AuditEntry extends Deed {
  /** Its number: a later one has a higher one. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The audit log. */
export interface Audit {
  /** Notes a deed. Resolves when it is kept. */
  note(deed: Deed): Promise<void>;
  /**
   * The newest entries, the newest first.
   * @param person only those in which somebody is named who did it, or to whom it was done
   * @param before only those that are older than the one with this number: the next page after it
   */
  list(limit: number, person?: string, before?: number): Promise<AuditEntry[]>;
  /** Calls `listener` with each deed that this process notes, before {@link note} returns. */
  onNote(listener: (deed: Deed) => void): void;
}

// Its number comes from the database: commands note things beside a bridge that runs.
const NOTE = `INSERT INTO audit (seq, at, who, action, target, detail)
  SELECT COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ? FROM audit`;
const LIST = `SELECT seq, at, who, action, target, detail FROM audit
  WHERE seq < ? AND (LOWER(who) LIKE ? ESCAPE '!' OR LOWER(target) LIKE ? ESCAPE '!') ORDER BY seq DESC LIMIT ?`;

/** So many entries are kept at most. */
export const MAX_DEEDS = 100_000;
/** So many of them tell of what was refused: whoever may do nothing can't push out what was done. */
const MAX_REFUSED = 20_000;

const DELETE_OLD = 'DELETE FROM audit WHERE at < ?';
const DELETE_SURPLUS = 'DELETE FROM audit WHERE seq <= (SELECT seq FROM audit ORDER BY seq DESC LIMIT 1 OFFSET ?)';
const DELETE_REFUSED = `DELETE FROM audit WHERE action LIKE '%refused' AND seq <=
  (SELECT seq FROM audit WHERE action LIKE '%refused' ORDER BY seq DESC LIMIT 1 OFFSET ?)`;

/** Lets go of what was done long ago, and of what is too much. @param before in milliseconds since the epoch */
export function forgetDeeds(before: number): Statement[] {
  return [
    { sql: DELETE_OLD, values: [before] },
    { sql: DELETE_REFUSED, values: [MAX_REFUSED] },
    { sql: DELETE_SURPLUS, values: [MAX_DEEDS] },
  ];
}

/** The audit log of a database. */
export function auditOf(database: Database, writer: Writer, clock: Clock): Audit {
  const listeners: ((deed: Deed) => void)[] = [];
  return {
    note(deed) {
      const { who, action, target, detail } = deed;
      const kept = writer.add({ sql: NOTE, values: [clock.now(), who, action, target, detail] });
      for (const listener of listeners) listener(deed);
      return kept;
    },
    list(limit, person = '', before = Number.MAX_SAFE_INTEGER) {
      const pattern = `%${person.toLowerCase().replace(/[%_!]/g, '!$&')}%`;
      return database.all<{ seq: number; at: number; who: string; action: string; target: string; detail: string }>(
        LIST,
        before,
        pattern,
        pattern,
        limit,
      );
    },
    onNote: (listener) => void listeners.push(listener),
  };
}
