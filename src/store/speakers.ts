/** The speakers of each virtual server: the table speaker. */
import type { AdapterId, RoomRef } from '../event.ts';
import type { Speaker, SpeakerStore } from '../speakers.ts';
import type { Database, Value } from './database.ts';
import type { Writer } from './writer.ts';

interface Row extends Readonly<Record<string, Value>> {
  readonly adapter: string;
  readonly user_id: string;
  readonly id: number;
  readonly name: string;
  readonly extra: string;
  readonly first_seen: number;
  readonly spoke_at: number;
  readonly present: number;
  readonly room: string | null;
}

const PRESENT = 'SELECT * FROM speaker WHERE server = ? AND present = 1 ORDER BY spoke_at';
const FIND = 'SELECT * FROM speaker WHERE server = ? AND adapter = ? AND user_id = ?';
const WITH_ID = 'SELECT * FROM speaker WHERE server = ? AND id = ?';
const PUT = `INSERT INTO speaker (server, adapter, user_id, id, name, extra, first_seen, spoke_at, present, room)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (server, adapter, user_id) DO UPDATE SET id = excluded.id, name = excluded.name, extra = excluded.extra,
    first_seen = excluded.first_seen, spoke_at = excluded.spoke_at, present = excluded.present, room = excluded.room`;

/** The speakers of the virtual server with this id. */
export function speakersOf(server: string, database: Database, writer: Writer): SpeakerStore {
  return {
    async present() {
      return (await database.all<Row>(PRESENT, server)).map(toSpeaker);
    },
    async find(adapter, userId) {
      const [row] = await database.all<Row>(FIND, server, adapter, userId);
      return row && toSpeaker(row);
    },
    async withId(id) {
      const [row] = await database.all<Row>(WITH_ID, server, id);
      return row && toSpeaker(row);
    },
    put({ adapter, userId, id, name, extra, firstSeen, spokeAt, present, room }) {
      const values = [
        server,
        adapter,
        userId,
        id,
        name,
        JSON.stringify(extra),
        firstSeen,
        spokeAt,
        Number(present),
        room ?? null,
      ];
      void writer.add({ sql: PUT, values });
    },
  };
}

function toSpeaker(row: Row): Speaker {
  return {
    adapter: row.adapter as AdapterId,
    userId: row.user_id,
    id: row.id,
    name: row.name,
    extra: JSON.parse(row.extra) as Record<string, unknown>,
    firstSeen: row.first_seen,
    spokeAt: row.spoke_at,
    present: row.present === 1,
    room: row.room === null ? undefined : (row.room as RoomRef),
  };
}
