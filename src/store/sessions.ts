/** What each virtual server keeps of its MQTT session: the tables session, packet_received, packet_sent, peer and peer_user. */
import type { Change, Dialect, Kept, KeptPacket, KeptUser, Persistence } from '../crosschat/index.ts';
import type { Database, Statement, Value } from './database.ts';
import type { Writer } from './writer.ts';

/** What the session of one virtual server is kept in. */
export interface SessionOptions {
  readonly database: Database;
  readonly writer: Writer;
  /** The id of the virtual server. */
  readonly server: string;
  /**
   * Resolves when all that was taken so far may be acknowledged; undefined when it may be now. By default, when it is written.
   * While the database can't be written, whoever knows that all of it was delivered can say so earlier.
   */
  readonly kept?: () => Promise<void> | undefined;
}

/** The kept session of one virtual server. */
export function sessionOf({ database, writer, server, kept = () => writer.flushed() }: SessionOptions): Persistence {
  return {
    load: () => load(database, server),
    note(change) {
      void writer.add(...statementsOf(server, change));
    },
    kept,
  };
}

async function load(database: Database, server: string): Promise<Kept | undefined> {
  const [session] = await database.all<SessionRow>('SELECT * FROM session WHERE server = ?', server);
  if (session === undefined) return undefined;
  const received = await database.all<{ packet_id: number }>('SELECT packet_id FROM packet_received WHERE server = ?', server);
  const sent = await database.all<SentRow>('SELECT * FROM packet_sent WHERE server = ? ORDER BY seq', server);
  const peers = await database.all<PeerRow>('SELECT * FROM peer WHERE server = ?', server);
  const users = await database.all<UserRow>('SELECT * FROM peer_user WHERE server = ? ORDER BY id', server);
  const byPeer = groupByPeer(users);
  const usersOf = (peer: string): KeptUser[] => (byPeer.get(peer) ?? []).map(toUser);
  return {
    scope: session.scope,
    started: session.started,
    instance: session.instance,
    lastUserId: session.last_user,
    received: received.map(({ packet_id }) => packet_id),
    sent: sent.map(toPacket),
    peers: peers.map(({ id, online, started, dialect, told }) => {
      return { id, online: online === 1, started, dialect: dialect ?? undefined, told: told === 1, users: usersOf(id) };
    }),
    ownUsers: usersOf(server),
  };
}

interface SessionRow extends Readonly<Record<string, Value>> {
  readonly scope: string;
  readonly started: number;
  readonly instance: string;
  readonly last_user: number;
}

interface SentRow extends Readonly<Record<string, Value>> {
  readonly seq: number;
  readonly packet_id: number | null;
  readonly released: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: number;
}

interface PeerRow extends Readonly<Record<string, Value>> {
  readonly id: string;
  readonly online: number;
  readonly started: number;
  readonly dialect: Dialect | null;
  readonly told: number;
}

interface UserRow extends Readonly<Record<string, Value>> {
  readonly peer: string;
  readonly id: number;
  readonly name: string;
  readonly first_seen: number;
  readonly extra: string;
}

function toPacket({ seq, packet_id, released, topic, payload, retain }: SentRow): KeptPacket {
  return { seq, topic, payload, retain: retain === 1, packetId: packet_id ?? undefined, released: released === 1 };
}

function toUser({ id, name, first_seen, extra }: UserRow): KeptUser {
  return { id, name, firstSeen: first_seen, extra: JSON.parse(extra) as Record<string, unknown> };
}

function groupByPeer(users: readonly UserRow[]): Map<string, UserRow[]> {
  const groups = new Map<string, UserRow[]>();
  for (const user of users) {
    const group = groups.get(user.peer);
    if (group === undefined) groups.set(user.peer, [user]);
    else group.push(user);
  }
  return groups;
}

const SESSION = `INSERT INTO session (server, scope, started, instance, last_user) VALUES (?, ?, ?, ?, 0)
  ON CONFLICT (server) DO UPDATE SET scope = excluded.scope, started = excluded.started, instance = excluded.instance`;
const LAST_USER = `INSERT INTO session (server, scope, started, instance, last_user) VALUES (?, '', 0, '', ?)
  ON CONFLICT (server) DO UPDATE SET last_user = excluded.last_user`;
const RECEIVED = 'INSERT INTO packet_received (server, packet_id) VALUES (?, ?) ON CONFLICT DO NOTHING';
const COMPLETED = 'DELETE FROM packet_received WHERE server = ? AND packet_id = ?';
const NOTHING_RECEIVED = 'DELETE FROM packet_received WHERE server = ?';
const SENT = `INSERT INTO packet_sent (server, seq, packet_id, released, topic, payload, retain) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const SENT_AS = 'UPDATE packet_sent SET packet_id = ?, released = 0 WHERE server = ? AND seq = ?';
const RELEASED = 'UPDATE packet_sent SET released = 1 WHERE server = ? AND seq = ?';
const DONE = 'DELETE FROM packet_sent WHERE server = ? AND seq = ?';
const NOTHING_SENT = 'DELETE FROM packet_sent WHERE server = ?';
const PEER = `INSERT INTO peer (server, id, online, started, dialect, told) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (server, id) DO UPDATE SET online = excluded.online, started = excluded.started, dialect = excluded.dialect,
    told = excluded.told`;
const PEER_GONE = 'DELETE FROM peer WHERE server = ? AND id = ?';
const NO_PEERS = 'DELETE FROM peer WHERE server = ?';
const USER = `INSERT INTO peer_user (server, peer, id, name, first_seen, extra) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (server, peer, id) DO UPDATE SET name = excluded.name, first_seen = excluded.first_seen, extra = excluded.extra`;
const USER_GONE = 'DELETE FROM peer_user WHERE server = ? AND peer = ? AND id = ?';
const USERS_GONE = 'DELETE FROM peer_user WHERE server = ? AND peer = ?';
const NO_USERS = 'DELETE FROM peer_user WHERE server = ? AND peer <> ?';

function statementsOf(server: string, change: Change): Statement[] {
  const one = (sql: string, ...values: Value[]): Statement[] => [{ sql, values }];
  switch (change.kind) {
    case 'session':
      return one(SESSION, server, change.scope, change.started, change.instance);
    case 'lastUserId':
      return one(LAST_USER, server, change.id);
    case 'received':
      return one(RECEIVED, server, change.packetId);
    case 'completed':
      return one(COMPLETED, server, change.packetId);
    case 'nothingReceived':
      return one(NOTHING_RECEIVED, server);
    case 'sent': {
      const { seq, packetId = null, released, topic, payload, retain } = change.packet;
      return one(SENT, server, seq, packetId, Number(released), topic, payload, Number(retain));
    }
    case 'sentAs':
      return one(SENT_AS, change.packetId ?? null, server, change.seq);
    case 'released':
      return one(RELEASED, server, change.seq);
    case 'done':
      return one(DONE, server, change.seq);
    case 'nothingSent':
      return one(NOTHING_SENT, server);
    case 'peer': {
      const { id, online, started, dialect = null, told } = change;
      return one(PEER, server, id, Number(online), started, dialect, Number(told));
    }
    case 'peerGone':
      return [...one(PEER_GONE, server, change.id), ...one(USERS_GONE, server, change.id)];
    case 'allGone':
      return [...one(NO_PEERS, server), ...one(NO_USERS, server, server)];
    case 'user': {
      const { id, name, firstSeen, extra } = change.user;
      return one(USER, server, change.peer, id, name, firstSeen, JSON.stringify(extra));
    }
    case 'userGone':
      return one(USER_GONE, server, change.peer, change.id);
    case 'usersGone':
      return one(USERS_GONE, server, change.peer);
  }
}
