import type { Clock } from './clock.ts';
import { NotConnectedError, PublishError } from './errors.ts';
import { MAX_DEPARTED, MAX_NAME } from './limits.ts';
import { burstAt, userAdded, userRemoved, userUpdated } from './outgoing.ts';
import type { KeptUser, Note } from './persistence.ts';
import type { Peer, Picture } from './picture.ts';
import type { Dialect } from './server.ts';
import { cut } from './text.ts';
import { CrossChatUser } from './user.ts';

/** Publishes on `m/<own id>/<server id>/<rest>`. */
export type SendTo = (serverId: string, rest: string, payload: string) => Promise<void>;

/** An id that a user of ours had before, and may have again. */
export interface KnownUser {
  readonly id: number;
  /** Unix seconds. */
  readonly firstSeen: number;
}

/** How a roster is made. */
export interface RosterOptions {
  readonly picture: Picture;
  readonly sendTo: SendTo;
  readonly clock: Clock;
  readonly note: Note;
  /** One dialect for all peers. */
  readonly pinned: Dialect | undefined;
}

/** Our own users, and how the others learn about them: each peer in its own dialect. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #picture: Picture;
  #lastId = 0;
  #connected = false;
  /** Whether the others lack a change. */
  #changed = false;
  /** Our users as an earlier process told of them, until we are connected. */
  #told: readonly KeptUser[] | undefined;
  /** Ids of users whose leaving an outage, or the end of an earlier process, may have swallowed: peers that keep a silent server's users would show them for ever. */
  readonly #departed: number[] = [];

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#picture = options.picture;
  }

  /**
   * Goes on with the ids of an earlier process, which had told the others about these users.
   * @param leaving ids of those of whose leaving it may not have told everybody
   */
  restore(lastId: number, told: readonly KeptUser[], leaving: readonly number[]): void {
    this.#lastId = Math.max(this.#lastId, lastId);
    this.#told = told;
    this.#departed.push(...leaving.slice(0, MAX_DEPARTED));
  }

  /** Finds out what the others don't know yet of what changed since an earlier process. */
  #compare(): void {
    const { users } = this.#picture.me;
    const told = this.#told ?? [];
    this.#told = undefined;
    this.#changed = users.size !== told.length;
    for (const before of told) {
      const user = users.get(before.id);
      if (user === undefined) this.#departed.push(before.id);
      if (user === undefined || !isSame(before, user)) this.#changed = true;
    }
  }

  /** Our connection is announced: everybody online learns who is here, and who left during the outage. */
  connected(): void {
    this.#connected = true;
    if (this.#told !== undefined) this.#compare();
    this.#tellEverybody();
  }

  /** The others did not notice that we were away: they learn who is here if that has changed meanwhile. */
  resumed(): void {
    this.#connected = true;
    if (this.#told !== undefined) this.#compare();
    if (this.#changed) this.#tellEverybody();
    else for (const peer of this.#picture.online()) if (!peer.told) this.burst(peer);
  }

  #tellEverybody(): void {
    this.#changed = false;
    const { me } = this.#picture;
    this.#options.note({ kind: 'usersGone', peer: me.id });
    for (const user of me.users.values()) this.#picture.noteUser(user);
    for (const peer of this.#picture.online()) this.burst(peer);
  }

  /** Everybody who was online during the outage has been told. */
  settled(): void {
    this.#departed.length = 0;
  }

  /** Our connection is gone. */
  disconnected(): void {
    this.#connected = false;
  }

  /** Sends a peer all our users, in the order in which they came; while we are not announced, as soon as we are. */
  burst(peer: Peer): void {
    peer.told = this.#connected;
    this.#picture.notePeer(peer);
    if (!this.#connected) return;
    const present = this.#picture.me.users;
    const users = [...present.values()];
    const dialect = this.#dialect(peer);
    for (const id of new Set(this.#departed)) if (!present.has(id)) this.#sendQuietly(peer, userRemoved(id, dialect, ''));
    users.forEach((user, index) => {
      this.#sendQuietly(peer, userAdded(user, dialect, burstAt(index, users.length)));
    });
  }

  /** A peer was heard to speak a dialect. If it could not understand us until now, it gets our users once more. */
  heard(peer: Peer, dialect: Dialect): void {
    const before = this.#dialect(peer);
    const { server } = peer;
    server.dialect = dialect;
    if (server.online) this.#picture.notePeer(peer);
    if (this.#dialect(peer) === before || !server.online || peer.dialectAnswered === server.started) return;
    peer.dialectAnswered = server.started;
    this.burst(peer);
  }

  /** An id that nobody ever had. */
  reserveId(): number {
    this.#reserve(this.#lastId + 1);
    return this.#lastId;
  }

  #reserve(id: number): void {
    this.#lastId = id;
    this.#options.note({ kind: 'lastUserId', id });
  }

  /** Adds a user and tells everybody online. Everything has been handed over when it returns, before it resolves. */
  async add(name: string, extra: Readonly<Record<string, unknown>>, known?: KnownUser): Promise<CrossChatUser> {
    const { clock } = this.#options;
    const { me } = this.#picture;
    const { id, firstSeen } = known ?? { id: this.reserveId(), firstSeen: Math.floor(clock.now() / 1000) };
    if (me.users.has(id)) throw new RangeError(`User ${id} is here already.`);
    if (id > this.#lastId) this.#reserve(id);
    const user = new CrossChatUser({ id, server: me, name: cut(name, MAX_NAME), firstSeen, extra });
    me.users.set(user.id, user);
    await this.#tell(
      (dialect) => userAdded(user, dialect, 'none'),
      () => this.#picture.noteUser(user),
    );
    return user;
  }

  /** Changes a user and tells everybody online. */
  async update(
    id: number,
    changes: { name?: string; extra?: Readonly<Record<string, unknown>> },
  ): Promise<CrossChatUser | undefined> {
    const user = this.#picture.me.users.get(id);
    if (user === undefined) return undefined;
    if (changes.name !== undefined) user.name = cut(changes.name, MAX_NAME);
    if (changes.extra !== undefined) user.extra = changes.extra;
    await this.#tell(
      () => userUpdated(user),
      () => this.#picture.noteUser(user),
    );
    return user;
  }

  /** Removes a user and tells everybody online. */
  async remove(id: number, reason: string): Promise<CrossChatUser | undefined> {
    const user = this.#picture.me.users.get(id);
    if (user === undefined) return undefined;
    this.#picture.me.users.delete(id);
    const told = await this.#tell(
      (dialect) => userRemoved(id, dialect, reason),
      () => this.#options.note({ kind: 'userGone', peer: user.server.id, id }),
    );
    if (!told && this.#departed.length < MAX_DEPARTED) this.#departed.push(id);
    return user;
  }

  #dialect(peer: Peer): Dialect {
    return this.#options.pinned ?? peer.server.dialect ?? 'add';
  }

  /** Tells everybody online. False when the connection broke before; what the broker refuses is said by the connection. */
  async #tell(payloadIn: (dialect: Dialect) => string, note: () => void): Promise<boolean> {
    if (!this.#connected) {
      this.#changed = true;
      return false;
    }
    note();
    const payloads: { [D in Dialect]?: string } = {};
    const sent: Promise<void>[] = [];
    for (const peer of this.#picture.online()) {
      const dialect = this.#dialect(peer);
      payloads[dialect] ??= payloadIn(dialect);
      sent.push(this.#options.sendTo(peer.server.id, 'user', payloads[dialect]));
    }
    const results = await Promise.allSettled(sent);
    return !results.some((result) => result.status === 'rejected' && result.reason instanceof NotConnectedError);
  }

  /** What fails here is said by the connection, and mended by the burst after the next one. */
  #sendQuietly(peer: Peer, payload: string): void {
    this.#options.sendTo(peer.server.id, 'user', payload).catch(() => {});
  }
}

function isSame({ name, firstSeen, extra }: KeptUser, user: CrossChatUser): boolean {
  return name === user.name && firstSeen === user.firstSeen && JSON.stringify(extra) === JSON.stringify(user.extra);
}

/**
 * Waits for all packets of one message.
 * @throws {PublishError} with the ids of those servers whose packet failed; its cause is a refusal only when nothing else went wrong
 */
export async function allDelivered(serverIds: readonly string[], sent: readonly Promise<void>[]): Promise<void> {
  const undelivered: string[] = [];
  let cause: unknown;
  const results = await Promise.allSettled(sent);
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    // A broken connection goes over a refusal: a retry can mend it.
    if (!(cause instanceof NotConnectedError)) cause = result.reason;
    undelivered.push(serverIds[index] ?? '');
  });
  if (undelivered.length > 0) throw new PublishError(undelivered, cause);
}
