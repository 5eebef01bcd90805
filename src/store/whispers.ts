/** Who whispered with whom lately, as it is kept. */
import type { Party } from '../event.ts';
import type { Database, Statement } from './database.ts';
import { parseParty } from './stored-event.ts';
import type { Writer } from './writer.ts';

/** A platform's user, and somebody with whom they whispered. */
export interface KeptConversation {
  readonly adapter: string;
  readonly userId: string;
  /** What tells the other one from everybody else. */
  readonly who: string;
  readonly party: Party;
  /** When the user was last shown something of them, and when they last told them something: in milliseconds since the epoch, 0 for never. */
  readonly heardAt: number;
  readonly toldAt: number;
}

/** Where conversations are kept. */
export interface ConversationStore {
  /** Those that are kept, the latest last. */
  all(): Promise<KeptConversation[]>;
  /** Keeps one, along with whatever else is written without waiting in between. */
  put(conversation: KeptConversation): void;
}

/** So many are kept: the latest. */
const MAX_CONVERSATIONS = 20_000;

const ALL = `SELECT * FROM (SELECT * FROM conversation ORDER BY last_at DESC LIMIT ${MAX_CONVERSATIONS}) AS latest ORDER BY last_at`;
const PUT = `INSERT INTO conversation (adapter, user_id, who, party, heard_at, told_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (adapter, user_id, who) DO UPDATE SET party = excluded.party, heard_at = excluded.heard_at,
  told_at = excluded.told_at, last_at = excluded.last_at`;
const DELETE_OLD = 'DELETE FROM conversation WHERE last_at < ?';

/** The conversations of a store. */
export function conversationsOf(database: Database, writer: Writer): ConversationStore {
  return {
    async all() {
      const rows = await database.all<Row>(ALL);
      return rows.flatMap(({ adapter, user_id: userId, who, party: kept, heard_at: heardAt, told_at: toldAt }) => {
        const party = parseParty(kept);
        return party === undefined ? [] : [{ adapter, userId, who, party, heardAt, toldAt }];
      });
    },
    put({ adapter, userId, who, party, heardAt, toldAt }) {
      const values = [adapter, userId, who, JSON.stringify(party), heardAt, toldAt, Math.max(heardAt, toldAt)];
      void writer.add({ sql: PUT, values });
    },
  };
}

/** Lets go of conversations that ended long ago. @param before in milliseconds since the epoch */
export function forgetConversations(before: number): Statement {
  return { sql: DELETE_OLD, values: [before] };
}

type Row = {
  readonly adapter: string;
  readonly user_id: string;
  readonly who: string;
  readonly party: string;
  readonly heard_at: number;
  readonly told_at: number;
};
