/** The codes by which people show that a player is them: the table link_code. */
import type { AdapterId, Author, RoomRef } from '../event.ts';
import type { Database, Value } from './database.ts';
import type { Writer } from './writer.ts';

/** A code, and the platform account that it was given to. */
export interface LinkCode {
  readonly code: string;
  readonly adapter: AdapterId;
  readonly userId: Author['id'];
  readonly name: string;
  readonly avatar: string | undefined;
  /** The room that it was asked for in. */
  readonly room: RoomRef;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Where codes are kept over a restart. */
export interface LinkCodeStore {
  all(): Promise<LinkCode[]>;
  put(code: LinkCode): void;
  remove(code: string): void;
}

const ALL = 'SELECT * FROM link_code ORDER BY expires_at';
const PUT = 'INSERT INTO link_code (code, adapter, user_id, name, avatar, room, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)';
const REMOVE = 'DELETE FROM link_code WHERE code = ?';

interface Row extends Readonly<Record<string, Value>> {
  readonly code: string;
  readonly adapter: string;
  readonly user_id: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly room: string;
  readonly expires_at: number;
}

/** The codes in a database. What can't be written now is written later, along with whatever else is added at that moment. */
export function linkCodesOf(database: Database, writer: Writer): LinkCodeStore {
  return {
    async all() {
      return (await database.all<Row>(ALL)).map(({ adapter, user_id, room, avatar, expires_at, ...row }) => ({
        code: row.code,
        name: row.name,
        adapter: adapter as AdapterId,
        userId: user_id,
        room: room as RoomRef,
        avatar: avatar ?? undefined,
        expiresAt: expires_at,
      }));
    },
    put({ code, adapter, userId, name, avatar, room, expiresAt }) {
      void writer.add({ sql: PUT, values: [code, adapter, userId, name, avatar ?? null, room, expiresAt] });
    },
    remove(code) {
      void writer.add({ sql: REMOVE, values: [code] });
    },
  };
}
