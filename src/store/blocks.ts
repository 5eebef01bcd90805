/** Whose whispers somebody does not want. */
import type { STEAM } from '../event.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** Somebody who is blocked. */
interface Blocked {
  /** What tells them from everybody else. */
  readonly who: string;
  /** Their name at that time, for people. */
  readonly name: string;
}

/** The blocks that there are: of users of adapters and, as users of {@link STEAM}, of players. */
export interface Blocks {
  /** Resolves when it is kept; it holds at once. */
  add(adapter: string, userId: string, blocked: Blocked): Promise<void>;
  /** Ends a block, if there is one. Resolves when that is kept. */
  lift(adapter: string, userId: string, who: string): Promise<void>;
  /** Whom a user blocks, the oldest first. */
  list(adapter: string, userId: string): readonly Blocked[];
  isBlocked(adapter: string, userId: string, who: string): boolean;
  /** How many blocks the users of an adapter have in all. */
  count(adapter: string): number;
}

const ALL = 'SELECT adapter, user_id, who, name FROM block ORDER BY at';
const ADD = `INSERT INTO block (adapter, user_id, who, name, at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (adapter, user_id, who) DO UPDATE SET name = excluded.name`;
const LIFT = 'DELETE FROM block WHERE adapter = ? AND user_id = ? AND who = ?';

/** Reads the blocks. Each was asked for by a person, and all are looked at with each whisper: they stay in memory. */
export async function openBlocks(database: Database, writer: Writer, now: () => number): Promise<Blocks> {
  const users = new Map<string, Map<string, Blocked>>();
  const counts = new Map<string, number>();
  const change = (adapter: string, by: number) => counts.set(adapter, (counts.get(adapter) ?? 0) + by);
  const put = (adapter: string, userId: string, blocked: Blocked) => {
    const key = keyOf(adapter, userId);
    const of = users.get(key) ?? new Map<string, Blocked>();
    if (!of.has(blocked.who)) change(adapter, 1);
    users.set(key, of.set(blocked.who, blocked));
  };
  type Row = { readonly adapter: string; readonly user_id: string; readonly who: string; readonly name: string };
  for (const { adapter, user_id, who, name } of await database.all<Row>(ALL)) put(adapter, user_id, { who, name });
  return {
    add(adapter, userId, blocked) {
      put(adapter, userId, blocked);
      return writer.add({ sql: ADD, values: [adapter, userId, blocked.who, blocked.name, now()] });
    },
    lift(adapter, userId, who) {
      const of = users.get(keyOf(adapter, userId));
      if (of?.delete(who)) change(adapter, -1);
      if (of?.size === 0) users.delete(keyOf(adapter, userId));
      return writer.add({ sql: LIFT, values: [adapter, userId, who] });
    },
    list: (adapter, userId) => [...(users.get(keyOf(adapter, userId))?.values() ?? [])],
    isBlocked: (adapter, userId, who) => users.get(keyOf(adapter, userId))?.has(who) ?? false,
    count: (adapter) => counts.get(adapter) ?? 0,
  };
}

function keyOf(adapter: string, userId: string): string {
  return JSON.stringify([adapter, userId]);
}
