/** Small things that adapters keep over a restart: a sync token, the last message of a room. */
import type { Memory } from '../adapter.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

const GET = 'SELECT value FROM memory WHERE owner = ? AND name = ?';
const SET = `INSERT INTO memory (owner, name, value) VALUES (?, ?, ?)
  ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value`;

/**
 * The memory of one owner. `set` resolves when the value is kept. While the database can't be written it resolves at once: the value
 * is written later, in the order of the calls, so a token never gets ahead of what it stands for.
 */
export function memoryOf(owner: string, database: Database, writer: Writer): Memory {
  // Names are few. What was set in this run is known here, whether or not it is on disk yet.
  const known = new Map<string, string>();
  return {
    async get(name) {
      const value = known.get(name);
      if (value !== undefined) return value;
      const [row] = await database.all<{ value: string }>(GET, owner, name);
      return known.get(name) ?? row?.value;
    },
    async set(name, value) {
      known.set(name, value);
      await writer.addUnlessFaulty({ sql: SET, values: [owner, name, value] });
    },
  };
}
