/** Platform users who want nothing of theirs carried: the table opt_out. */
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** Who wants nothing of theirs carried. They stay in memory: they are asked for at each message. */
export interface OptOuts {
  has(adapter: string, userId: string): boolean;
  /** Notes what a user wants; it holds at once. Resolves when it is kept. */
  set(adapter: string, userId: string, isOut: boolean): Promise<void>;
}

const ADD = 'INSERT INTO opt_out (adapter, user_id, at) VALUES (?, ?, ?) ON CONFLICT (adapter, user_id) DO NOTHING';
const REMOVE = 'DELETE FROM opt_out WHERE adapter = ? AND user_id = ?';

/** Reads who wants it so. */
export async function openOptOuts(database: Database, writer: Writer, clock: Clock): Promise<OptOuts> {
  const rows = await database.all<{ adapter: string; user_id: string }>('SELECT adapter, user_id FROM opt_out');
  const out = new Set(rows.map(({ adapter, user_id }) => keyOf(adapter, user_id)));
  return {
    has: (adapter, userId) => out.has(keyOf(adapter, userId)),
    set(adapter, userId, isOut) {
      if (isOut) out.add(keyOf(adapter, userId));
      else out.delete(keyOf(adapter, userId));
      return writer.add(
        isOut ? { sql: ADD, values: [adapter, userId, clock.now()] } : { sql: REMOVE, values: [adapter, userId] },
      );
    },
  };
}

function keyOf(adapter: string, userId: string): string {
  return `${adapter}/${userId}`;
}
