/** Who reacted to which message, as destinations were told, as it is kept. */
import { z } from 'zod';
import type { Emoji, EventId } from '../event.ts';
import type { Database, Statement } from './database.ts';
import type { Writer } from './writer.ts';

/** A reaction that a destination was told of and that was not taken back. */
export interface KeptReaction {
  readonly emoji: Emoji;
  /** Whose it is, named after their place as events are. */
  readonly who: EventId;
  /** The event. */
  readonly id: EventId;
  /** Whether it is shown by the platform's own means, and not in words. */
  readonly isNative: boolean;
}

const AT = 'SELECT emoji, who, id, native FROM reaction WHERE destination = ? AND target = ?';
const PUT = `INSERT INTO reaction (destination, target, emoji, who, id, native) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (destination, target, emoji, who) DO UPDATE SET id = excluded.id, native = excluded.native`;
const DELETE = 'DELETE FROM reaction WHERE destination = ? AND target = ? AND emoji = ? AND who = ?';
const DELETE_ORPHANS = 'DELETE FROM reaction WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.id = reaction.target)';

/** Reads and writes reactions. */
export class ReactionStore {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  /** Those to a message that a destination was told of. */
  async at(target: EventId, destination: string): Promise<KeptReaction[]> {
    const rows = await this.#database.all<Row>(AT, destination, target);
    return rows.flatMap(({ emoji, who, id, native }) => {
      const read = parseEmoji(emoji);
      return read ? [{ emoji: read, who: who as EventId, id: id as EventId, isNative: native === 1 }] : [];
    });
  }

  put(target: EventId, destination: string, { emoji, who, id, isNative }: KeptReaction): void {
    void this.#writer.add({ sql: PUT, values: [destination, target, JSON.stringify(emoji), who, id, isNative ? 1 : 0] });
  }

  remove(target: EventId, destination: string, reactions: readonly KeptReaction[]): void {
    void this.#writer.add(
      ...reactions.map(({ emoji, who }) => ({ sql: DELETE, values: [destination, target, JSON.stringify(emoji), who] })),
    );
  }
}

/** Lets go of the reactions to messages that are not kept any more. */
export function forgetReactions(): Statement {
  return { sql: DELETE_ORPHANS, values: [] };
}

const emojiSchema = z.object({ name: z.string(), url: z.string().exactOptional() });

/** An emoji that was kept as JSON; undefined when it can't be read: a file can be damaged. */
function parseEmoji(json: string): Emoji | undefined {
  try {
    return emojiSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

type Row = {
  readonly emoji: string;
  readonly who: string;
  readonly id: string;
  readonly native: number;
};
