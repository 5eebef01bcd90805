/** What a store holds, for the operator. */
import type { Database } from './database.ts';
import { schemaOf } from './migrate.ts';

/** What a store holds. */
export interface StoreInfo {
  readonly location: string;
  /** In bytes: what is in use, and what the database takes. */
  readonly size: { readonly used: number; readonly total: number };
  readonly schema: number;
  readonly events: number;
  readonly waiting: number;
  readonly dead: number;
  readonly speakers: number;
  readonly bans: number;
  /** Since when the oldest waiting delivery waits, in milliseconds since the epoch. */
  readonly oldestWaiting: number | null;
  readonly destinations: readonly DestinationInfo[];
}

/** How one destination fares, or fared when the bridge last ran. */
interface DestinationInfo {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly since: number | null;
  readonly reason: string | null;
  readonly waiting: number;
  readonly dead: number;
}

const COUNTS = `SELECT (SELECT COUNT(*) FROM event) AS events,
  (SELECT COUNT(*) FROM delivery WHERE state <> 'dead') AS waiting,
  (SELECT COUNT(*) FROM delivery WHERE state = 'dead') AS dead,
  (SELECT COUNT(*) FROM speaker) AS speakers,
  (SELECT COUNT(*) FROM ban WHERE mute = 0) AS bans,
  (SELECT MIN(queued_at) FROM delivery WHERE state <> 'dead') AS oldest`;
const DESTINATIONS = 'SELECT id, name, state, since, reason FROM destination ORDER BY id';
const QUEUES = `SELECT destination, SUM(CASE WHEN state = 'dead' THEN 0 ELSE 1 END) AS waiting,
  SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END) AS dead FROM delivery GROUP BY destination ORDER BY destination`;

/** Looks at a database. */
export async function storeInfo(database: Database): Promise<StoreInfo> {
  type Counts = Record<'events' | 'waiting' | 'dead' | 'speakers' | 'bans', number> & { oldest: number | null };
  const [counts] = await database.all<Counts>(COUNTS);
  const { oldest = null, events = 0, waiting = 0, dead = 0, speakers = 0, bans = 0 } = counts ?? {};
  const known = await database.all<{ id: string; name: string; state: string; since: number; reason: string | null }>(
    DESTINATIONS,
  );
  const queues = await database.all<{ destination: string; waiting: number; dead: number }>(QUEUES);
  const of = (id: string) => queues.find(({ destination }) => destination === id);
  const destinations: DestinationInfo[] = known.map((destination) => ({
    ...destination,
    waiting: of(destination.id)?.waiting ?? 0,
    dead: of(destination.id)?.dead ?? 0,
  }));
  for (const { destination: id, ...queue } of queues) {
    if (!known.some((destination) => destination.id === id))
      destinations.push({ id, name: id, state: 'unknown', since: null, reason: null, ...queue });
  }
  const schema = await schemaOf(database);
  const size = await database.size();
  return {
    location: database.location,
    size,
    schema,
    events,
    waiting,
    dead,
    speakers,
    bans,
    oldestWaiting: oldest,
    destinations,
  };
}
