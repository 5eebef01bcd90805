/** What operators and moderators did. */
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** Something that somebody did. */
interface Deed {
  /** Who: an operator at the command line, a moderator by name and platform. */
  readonly who: string;
  /** What, in a word or two: `ban`, `dead-letters drop`. */
  readonly action: string;
  /** To whom or what. */
  readonly target: string;
  /** Anything else that matters. */
  readonly detail: string;
}

/** A deed as it was noted. */
interface AuditEntry extends Deed {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The audit log. */
export interface Audit {
  /** Notes a deed. Resolves when it is kept. */
  note(deed: Deed): Promise<void>;
  /** The newest entries, the newest first. */
  list(limit: number): Promise<AuditEntry[]>;
}

// Its number comes from the database: commands note things beside a bridge that runs.
const NOTE = `INSERT INTO audit (seq, at, who, action, target, detail)
  SELECT COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ? FROM audit`;
const LIST = 'SELECT at, who, action, target, detail FROM audit ORDER BY seq DESC LIMIT ?';

/** The audit log of a database. */
export function auditOf(database: Database, writer: Writer, clock: Clock): Audit {
  return {
    note: ({ who, action, target, detail }) => writer.add({ sql: NOTE, values: [clock.now(), who, action, target, detail] }),
    list: (limit) => database.all<{ at: number; who: string; action: string; target: string; detail: string }>(LIST, limit),
  };
}
