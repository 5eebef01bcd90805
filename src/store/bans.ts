/** Who may not be heard. */
import type { Place } from '../event.ts';
import type { Database } from './database.ts';
import type { Writer } from './writer.ts';

/** A platform user who may not be heard. */
export interface Ban {
  readonly adapter: string;
  readonly userId: string;
  /** Their name at that time, for people. */
  readonly name: string;
  readonly reason: string;
  /** Who banned them. */
  readonly by: string;
  /** Where they did; undefined when that is not known. */
  readonly place?: Place;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When it ends, in milliseconds since the epoch; undefined for never. */
  readonly until: number | undefined;
  /** Whether it is what follows a kick: it ends soon and by itself, and no list shows it. */
  readonly isMute?: true;
}

/** The bans that there are. */
export interface Bans {
  /** Bans a user, or changes the ban that they have. Resolves when that is kept. */
  add(ban: Ban): Promise<void>;
  /** Ends a ban, if there is one. Resolves when that is kept. */
  lift(adapter: string, userId: string): Promise<void>;
  /** The bans that hold at a time, the newest first, without those that only mute. */
  list(now: number): Ban[];
  /** The ban of a user that holds at a time. */
  find(adapter: string, userId: string, now: number): Ban | undefined;
  /** Calls `listener` with each ban that is added, and the one in whose place it is, before {@link add} returns. */
  onAdd(listener: (ban: Ban, before: Ban | undefined) => void): void;
}

interface Row {
  readonly adapter: string;
  readonly user_id: string;
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  readonly until: number | null;
  readonly mute: number;
  readonly place: string | null;
  readonly [column: string]: string | number | null;
}

const ADD = `INSERT INTO ban (adapter, user_id, name, reason, by, at, until, mute, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (adapter, user_id) DO UPDATE SET name = excluded.name, reason = excluded.reason, by = excluded.by,
  at = excluded.at, until = excluded.until, mute = excluded.mute, place = excluded.place`;
const LIFT = 'DELETE FROM ban WHERE adapter = ? AND user_id = ?';

/** Reads the bans. They are few, and asked for at each message: they stay in memory, and hold there at once. */
export async function openBans(database: Database, writer: Writer): Promise<Bans> {
  const rows = await database.all<Row>('SELECT * FROM ban');
  const bans = new Map(rows.map((row) => [keyOf(row.adapter, row.user_id), banOf(row)]));
  const listeners: Parameters<Bans['onAdd']>[0][] = [];
  return {
    add(ban) {
      const { adapter, userId, name, reason, by, at, until, isMute = false, place } = ban;
      const before = bans.get(keyOf(adapter, userId));
      bans.set(keyOf(adapter, userId), ban);
      const from = place === undefined ? null : JSON.stringify(place);
      const values = [adapter, userId, name, reason, by, at, until ?? null, Number(isMute), from];
      const kept = writer.add({ sql: ADD, values });
      for (const listener of listeners) listener(ban, before);
      return kept;
    },
    lift(adapter, userId) {
      bans.delete(keyOf(adapter, userId));
      return writer.add({ sql: LIFT, values: [adapter, userId] });
    },
    list: (now) => [...bans.values()].filter((ban) => holds(ban, now) && !ban.isMute).sort((a, b) => b.at - a.at),
    find(adapter, userId, now) {
      const ban = bans.get(keyOf(adapter, userId));
      return ban && holds(ban, now) ? ban : undefined;
    },
    onAdd: (listener) => void listeners.push(listener),
  };
}

function holds({ until }: Ban, now: number): boolean {
  return until === undefined || until > now;
}

function keyOf(adapter: string, userId: string): string {
  return JSON.stringify([adapter, userId]);
}

function banOf({ adapter, user_id, name, reason, by, at, until, mute, place }: Row): Ban {
  const from = place === null ? {} : { place: JSON.parse(place) as Place };
  const ban = { adapter, userId: user_id, name, reason, by, at, until: until ?? undefined, ...from };
  return mute === 1 ? { ...ban, isMute: true } : ban;
}
