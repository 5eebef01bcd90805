import type { Absences } from './absences.ts';
import { AOWL_TYPES } from './aowl.ts';
import type { Clock } from './clock.ts';
import type { Complaints } from './complaints.ts';
import type { Emit, RejectionKind } from './events.ts';
import { MAX_PAYLOAD_BYTES, MAX_STATE_KEYS, MAX_STATE_VALUE } from './limits.ts';
import { parseAowl, parseMeta, parseOoc, parseSay, parseStatus, parseUser, type Status, type UserPacket } from './payloads.ts';
import type { KeptPeer } from './persistence.ts';
import type { Peer, Picture } from './picture.ts';
import { LOG_LEVELS, type RemoteLog } from './remote-log.ts';
import type { Result } from './result.ts';
import type { Roster } from './roster.ts';
import type { CrossChatServer } from './server.ts';
import type { Subscribers } from './subscribers.ts';
import { cut, oneLine } from './text.ts';
import { parseTopic, type Topic } from './topics.ts';
import { UserChanges } from './user-changes.ts';

/** What the receiver works on. */
export interface ReceiverParts {
  readonly ownId: string;
  readonly prefix: string;
  readonly ignore: ReadonlySet<string>;
  readonly clock: Clock;
  readonly picture: Picture;
  readonly roster: Roster;
  readonly complaints: Complaints;
  readonly remoteLog: RemoteLog;
  readonly stateSubscribers: Subscribers<string>;
  readonly oocSubscribers: Subscribers<unknown>;
  readonly emit: Emit;
  /** Our own status came back to us, or somebody changed it. */
  readonly ownStatus: (status: Status) => void;
  /** Our own meta or a state of ours came back to us. */
  readonly ownState: (key: string, text: string) => void;
  /** Who went a moment ago. */
  readonly absences: Absences;
  /** A server is online, and has been told who is here. */
  readonly back: (server: string) => void;
}

/** OOC types that everybody may send without us having subscribed to them. */
const KNOWN_OOC: ReadonlySet<string> = new Set(['shutdown', 'lua_reply']);

/** Reads packets, changes the picture, says what happened. Never throws, whatever the packet. */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #users: UserChanges;
  /** What the first status of a server means: `first` and `again` are the pictures after a first and a later connect. */
  #resync: 'first' | 'again' | undefined = 'first';

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#users = new UserChanges(parts.picture, parts.clock, parts.emit);
  }

  /** The retained picture is complete: from now on, everything is news. */
  settled(): void {
    this.#resync = undefined;
  }

  /** Begins with the picture that an earlier process had. */
  restore(peers: readonly KeptPeer[]): void {
    this.#parts.picture.restore(peers);
    this.#resync = 'again';
  }

  /** Nothing was missed since the connection broke, or since an earlier process ended. Everybody is told again, as no news. */
  regained(): void {
    const { picture, absences, emit } = this.#parts;
    for (const { server } of picture.regained()) {
      absences.back(server.id);
      emit('server', { server, change: 'online', quiet: true, users: 0 });
      for (const user of server.users.values()) emit('user', { user, change: 'add', burst: true });
    }
  }

  /** Our connection broke: the next picture is compared with this one. */
  lost(): void {
    this.#parts.picture.lost();
    if (this.#resync === undefined) this.#resync = 'again';
  }

  receive(topic: string, payload: Uint8Array | string): void {
    const { prefix, ownId, ignore } = this.#parts;
    const parsed = parseTopic(topic, prefix, ownId);
    if (!parsed.ok) {
      this.#reject(topic.slice(prefix.length).split('/', 2)[1] ?? '', 'topic', parsed.reason);
      return;
    }
    const { value } = parsed;
    const { server } = value;
    if (ignore.has(server)) return;
    if (payload.length > MAX_PAYLOAD_BYTES) {
      this.#reject(server, 'size', 'its payload is longer than 256 KiB');
      return;
    }
    const text = typeof payload === 'string' ? payload : decode(payload);
    if (server !== ownId) this.#dispatch(value, this.#parts.picture.peer(server), text);
    else if (value.kind === 'status') this.#ownStatus(text);
    else if (value.kind === 'meta') this.#parts.ownState('meta', text);
    else if (value.kind === 'state') this.#parts.ownState(value.key, text);
  }

  #ownStatus(text: string): void {
    const status = parseStatus(text);
    if (status.ok) this.#parts.ownStatus(status.value);
  }

  #dispatch(topic: Topic, peer: Peer, text: string): void {
    switch (topic.kind) {
      case 'say':
        this.#say(peer, topic.userId, text);
        break;
      case 'user':
        this.#with(peer, 'user', parseUser(text), this.#user);
        break;
      case 'status':
        this.#with(peer, 'status', parseStatus(text), this.#status);
        break;
      case 'meta':
        this.#with(peer, 'meta', parseMeta(text), this.#meta);
        break;
      case 'state':
        this.#state(peer, topic.key, text);
        break;
      case 'pm':
        this.#pm(peer, topic.fromUserId, topic.toUserId, text);
        break;
      case 'ooc':
        this.#ooc(peer.server, topic.type, text);
        break;
      case 'endpoint':
        this.#reject(topic.server, 'endpoint', `its endpoint ${JSON.stringify(oneLine(topic.name, 64))} is unknown`);
        break;
    }
  }

  #with<Value>(peer: Peer, kind: RejectionKind, parsed: Result<Value>, then: (peer: Peer, value: Value) => void): void {
    if (parsed.ok) then.call(this, peer, parsed.value);
    else this.#reject(peer.server.id, kind, parsed.reason);
  }

  #say(peer: Peer, userId: number, text: string): void {
    const said = parseSay(text);
    if (!said.ok) {
      this.#reject(peer.server.id, 'say', said.reason);
      return;
    }
    const user = this.#parts.picture.speaker(peer, userId);
    this.#parts.emit('say', { user, server: peer.server, text: said.value.text, extra: said.value.extra });
  }

  #pm(peer: Peer, fromUserId: number | undefined, toUserId: number, text: string): void {
    const said = parseSay(text);
    if (!said.ok) {
      this.#reject(peer.server.id, 'pm', said.reason);
      return;
    }
    const from = fromUserId === undefined ? undefined : this.#parts.picture.speaker(peer, fromUserId);
    this.#parts.emit('pm', { from, server: peer.server, toUserId, text: said.value.text });
  }

  #user(peer: Peer, packet: UserPacket): void {
    if (!this.#users.apply(peer, packet)) this.#reject(peer.server.id, 'crowd', 'there are too many users to list one more');
    if (packet.dialect !== undefined && packet.dialect !== peer.server.dialect) this.#parts.roster.heard(peer, packet.dialect);
  }

  #status(peer: Peer, { started }: Status): void {
    if (!peer.listed) {
      this.#reject(peer.server.id, 'crowd', 'there are too many servers to list one more');
      return;
    }
    const { server } = peer;
    const { picture, emit, roster } = this.#parts;
    const present = server.online || peer.wasOnline;
    const same = server.started === started;
    if (started === 0 ? !present : server.online && same) return;
    const change = started === 0 ? 'offline' : present && !same ? 'restart' : 'online';
    const quiet = change === 'online' && (this.#resync === 'first' || peer.wasOnline);
    const users = server.online ? server.users.size : peer.remembered.size;
    if (change === 'offline') picture.rememberUsers(peer);
    else if (server.online) picture.dropUsers(peer);
    // A server that came back during our outage may have announced its users before its status: only the remembered ones are old.
    else if (started !== peer.rememberedFor) picture.dropRemembered(peer);
    server.started = started;
    server.online = started > 0;
    peer.wasOnline = false;
    if (!server.online) picture.notePeer(peer);
    emit('server', { server, change, quiet, users: change === 'online' ? 0 : users });
    const { absences, back } = this.#parts;
    if (!server.online) {
      absences.left(server.id);
      return;
    }
    absences.back(server.id);
    roster.burst(peer);
    // While we are not announced, it is told later.
    if (peer.told) back(server.id);
  }

  #meta({ server }: Peer, meta: Record<string, unknown>): void {
    server.meta = meta;
    this.#parts.emit('meta', { server, meta });
  }

  #state({ server }: Peer, key: string, text: string): void {
    const { states } = server;
    const value = cut(text, MAX_STATE_VALUE);
    if (value === '') states.delete(key);
    else if (states.has(key) || states.size < MAX_STATE_KEYS) states.set(key, value);
    else {
      this.#reject(server.id, 'state', 'it sets too many states');
      return;
    }
    this.#parts.emit('state', { server, key, value });
    this.#parts.stateSubscribers.notify(server, key, value);
  }

  #ooc(server: CrossChatServer, type: string, text: string): void {
    if (type === 'lua') {
      this.#reject(server.id, 'lua', 'remote Lua is never executed');
      return;
    }
    const payload = parseOoc(text);
    const { oocSubscribers, remoteLog, emit } = this.#parts;
    const level = LOG_LEVELS.get(type);
    const subscribed = oocSubscribers.has(type);
    if (level !== undefined) remoteLog.add(server.id, level, payload);
    else if (AOWL_TYPES.has(type)) this.#aowl(server, type, payload);
    else if (subscribed || KNOWN_OOC.has(type)) emit('ooc', { server, type, payload });
    else this.#reject(server.id, 'ooc', `its type ${JSON.stringify(oneLine(type, 64))} is unknown`);
    if (subscribed) oocSubscribers.notify(server, type, payload);
  }

  #aowl(server: CrossChatServer, type: string, payload: unknown): void {
    const action = AOWL_TYPES.get(type);
    const parsed = parseAowl(payload);
    if (!parsed.ok) {
      this.#reject(server.id, 'aowl', parsed.reason);
      return;
    }
    if (action !== undefined) this.#parts.emit('aowl', { server, action, ...parsed.value });
  }

  #reject(peer: string, kind: RejectionKind, detail: string): void {
    const readable = oneLine(peer, 64);
    this.#parts.complaints.add(readable, kind, detail);
    this.#parts.emit('rejected', { peer: readable, kind, detail });
  }
}

function decode(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
}
