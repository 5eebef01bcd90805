/** Whose whispers somebody does not want. */
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** Somebody who is blocked by a platform's user. */
interface Blocked {
  /** What tells them from everybody else. */
  readonly who: string;
  /** Their name at that time, for people. */
  readonly name: string;
}

/** The blocks that there are. */
export interface Blocks {
  /** Resolves when it is kept; it holds at once. */
  add(adapter: string, userId: string, blocked: Blocked): Promise<void>;
  /** Ends a block, if there is one. Resolves when that is kept. */
  lift(adapter: string, userId: string, who: string): Promise<void>;
  /** Whom a user blocks, the oldest first. */
  list(adapter: string, userId: string): readonly Blocked[];
  isBlocked(adapter: string, userId: string, who: string): boolean;
}

const ALL = 'SELECT adapter, user_id, who, name FROM block ORDER BY at';
const ADD = `INSERT INTO block (adapter, user_id, who, name, at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (adapter, user_id, who) DO UPDATE SET name = excluded.name`;
const LIFT = 'DELETE FROM block WHERE adapter = ? AND user_id = ? AND who = ?';

/** Reads the blocks. Each was asked for by a person, and all are looked at with each whisper: they stay in memory. */
export async function openBlocks(database: Database, writer: Writer, now: () => number): Promise<Blocks> {
  const users = new Map<string, Map<string, Blocked>>();
  const put = (key: string, blocked: Blocked) => {
    const of = users.get(key) ?? new Map<string, Blocked>();
    users.set(key, of.set(blocked.who, blocked));
  };
  type Row = { readonly adapter: string; readonly user_id: string; readonly who: string; readonly name: string };
  for (const { adapter, user_id, who, name } of await database.all<Row>(ALL)) put(keyOf(adapter, user_id), { who, name });
  return {
    add(adapter, userId, blocked) {
      put(keyOf(adapter, userId), blocked);
      return writer.add({ sql: ADD, values: [adapter, userId, blocked.who, blocked.name, now()] });
    },
    lift(adapter, userId, who) {
      users.get(keyOf(adapter, userId))?.delete(who);
      return writer.add({ sql: LIFT, values: [adapter, userId, who] });
    },
    list: (adapter, userId) => [...(users.get(keyOf(adapter, userId))?.values() ?? [])],
    isBlocked: (adapter, userId, who) => users.get(keyOf(adapter, userId))?.has(who) ?? false,
  };
}

function keyOf(adapter: string, userId: string): string {
  return JSON.stringify([adapter, userId]);
}
