/** Files that adapters have uploaded to their platforms, so that each is uploaded once. */
import type { MediaSource } from '../event.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** The uploads. */
export interface Uploads {
  /** What a file is known by at the platform of an adapter that uploaded it; undefined when it didn't, or that is forgotten. */
  find(adapter: string, source: MediaSource): Promise<string | undefined>;
  /** An adapter has uploaded a file. @param at milliseconds since the epoch */
  note(adapter: string, source: MediaSource, uri: string, at: number): void;
}

/** So many are remembered of each adapter, or one more. */
const MAX_UPLOADS = 5_000;

const FIND = 'SELECT uri FROM upload WHERE adapter = ? AND source = ?';
const NOTE = `INSERT INTO upload (adapter, source, uri, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (adapter, source) DO UPDATE SET uri = excluded.uri, at = excluded.at`;
const FORGET = `DELETE FROM upload WHERE adapter = ?
  AND at <= (SELECT at FROM upload WHERE adapter = ? ORDER BY at DESC LIMIT 1 OFFSET ${MAX_UPLOADS})`;

/** The uploads that a database knows. */
export function uploadsOf(database: Database, writer: Writer): Uploads {
  const keyOf = ({ adapter, uri }: MediaSource) => `${adapter}\n${uri}`;
  return {
    async find(adapter, source) {
      const [row] = await database.all<{ uri: string }>(FIND, adapter, keyOf(source));
      return row?.uri;
    },
    note(adapter, source, uri, at) {
      void writer.add({ sql: NOTE, values: [adapter, keyOf(source), uri, at] }, { sql: FORGET, values: [adapter, adapter] });
    },
  };
}
