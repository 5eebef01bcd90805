/** Files that adapters have uploaded to their platforms, so that each is uploaded once. */
import type { UploadedFile } from '../adapter.ts';
import type { MediaSource } from '../event.ts';
import type { Database, Statement } from './database.ts';
import type { Writer } from './writer.ts';

/** The uploads. */
export interface Uploads {
  /** A file as the platform of an adapter knows it that uploaded it; undefined when it didn't, or that is forgotten. */
  find(adapter: string, source: MediaSource): Promise<UploadedFile | undefined>;
  /** An adapter has uploaded a file. @param at milliseconds since the epoch */
  note(adapter: string, source: MediaSource, file: UploadedFile, at: number): void;
}

/** So many are kept of each adapter: those that were made last. */
const MAX_UPLOADS = 5_000;

const FIND = 'SELECT uri, type, size, width, height FROM upload WHERE adapter = ? AND source = ?';
const NOTE = `INSERT INTO upload (adapter, source, uri, type, size, width, height, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (adapter, source) DO UPDATE SET uri = excluded.uri, type = excluded.type, size = excluded.size, width = excluded.width,
    height = excluded.height, at = excluded.at`;
const DELETE_OLD = 'DELETE FROM upload WHERE at < ?';
const DELETE_SURPLUS = `DELETE FROM upload WHERE (adapter, source) IN (SELECT adapter, source FROM
  (SELECT adapter, source, ROW_NUMBER() OVER (PARTITION BY adapter ORDER BY at DESC) AS place FROM upload) AS ranked
  WHERE place > ${MAX_UPLOADS})`;

type Row = {
  readonly uri: string;
  readonly type: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
};

/** The uploads that a database knows. */
export function uploadsOf(database: Database, writer: Writer): Uploads {
  const keyOf = ({ adapter, uri }: MediaSource) => `${adapter}\n${uri}`;
  return {
    async find(adapter, source) {
      const [row] = await database.all<Row>(FIND, adapter, keyOf(source));
      if (row === undefined) return undefined;
      const { width, height, ...file } = row;
      return width === null || height === null ? file : { ...file, width, height };
    },
    note(adapter, source, { uri, type, size, width = null, height = null }, at) {
      void writer.add({ sql: NOTE, values: [adapter, keyOf(source), uri, type, size, width, height, at] });
    },
  };
}

/** Lets go of files that were uploaded long ago, and of the oldest where they are too many. @param before in milliseconds since the epoch */
export function forgetUploads(before: number): Statement[] {
  return [
    { sql: DELETE_OLD, values: [before] },
    { sql: DELETE_SURPLUS, values: [] },
  ];
}
