import { MAX_SERVERS, MAX_USERS, MAX_USERS_PER_SERVER } from './limits.ts';
import type { KeptPeer, Note } from './persistence.ts';
import { CrossChatServer, type ServerOwner } from './server.ts';
import { CrossChatUser } from './user.ts';

/** Another server, with what only we need to know about it. */
export class Peer {
  readonly server: CrossChatServer;
  /** The ids named so far by the burst that is under way. */
  burst: Set<number> | undefined;
  /** Who was there when we lost sight of the server: gives a speaker their name until the server's burst comes. */
  readonly remembered = new Map<number, CrossChatUser>();
  /** The `started` of those: after a restart, ids mean other users. */
  rememberedFor = 0;
  /** Whether it was online when our connection broke, and hasn't been heard of since. */
  wasOnline = false;
  /** Whether it was told who is here, since it came. */
  told = false;
  /** The `started` for which we sent our users once more because of its dialect. */
  dialectAnswered = 0;
  /** Whether the server has found a place in the picture. */
  readonly listed: boolean;

  constructor(server: CrossChatServer, listed: boolean) {
    this.server = server;
    this.listed = listed;
  }
}

/** Who is on the network, within bounds: nothing that peers send can make it grow for ever. */
export class Picture {
  readonly servers = new Map<string, CrossChatServer>();
  readonly peers = new Map<string, Peer>();
  readonly me: CrossChatServer;
  readonly #owner: ServerOwner;
  readonly #note: Note;
  /** Users of all peers, present or remembered. */
  #users = 0;

  constructor(owner: ServerOwner, note: Note) {
    this.#owner = owner;
    this.#note = note;
    this.me = new CrossChatServer(owner.ownId, owner);
    this.servers.set(this.me.id, this.me);
  }

  /** The peer of this id. When there is no room left for a new one, it is made up for this one packet and not listed. */
  peer(id: string): Peer {
    const known = this.peers.get(id);
    if (known !== undefined) return known;
    const listed = this.peers.size < MAX_SERVERS || this.#makeRoom();
    const peer = new Peer(new CrossChatServer(id, this.#owner), listed);
    if (listed) {
      this.peers.set(id, peer);
      this.servers.set(id, peer.server);
    }
    return peer;
  }

  /** Forgets the server that has been known longest among those that are not online. */
  #makeRoom(): boolean {
    for (const [id, peer] of this.peers) {
      if (peer.server.online || peer.wasOnline) continue;
      this.dropUsers(peer);
      this.#note({ kind: 'peerGone', id });
      this.peers.delete(id);
      this.servers.delete(id);
      return true;
    }
    return false;
  }

  /** Lists a user; undefined when there is no room. */
  addUser(
    peer: Peer,
    id: number,
    fields: { name: string; firstSeen: number; extra: Record<string, unknown> },
  ): CrossChatUser | undefined {
    const { server } = peer;
    this.#forget(peer, id);
    if (!peer.listed || server.users.size >= MAX_USERS_PER_SERVER) return undefined;
    if (this.#users >= MAX_USERS) this.#forgetAll();
    if (this.#users >= MAX_USERS) return undefined;
    const user = new CrossChatUser({ id, server, ...fields });
    server.users.set(id, user);
    this.#users += 1;
    this.noteUser(user);
    return user;
  }

  /** Takes a user off the list. */
  removeUser(peer: Peer, id: number): CrossChatUser | undefined {
    this.#forget(peer, id);
    const user = peer.server.users.get(id);
    if (user === undefined) return undefined;
    peer.server.users.delete(id);
    this.#users -= 1;
    this.#note({ kind: 'userGone', peer: peer.server.id, id });
    return user;
  }

  #forget(peer: Peer, id: number): void {
    if (!peer.remembered.delete(id)) return;
    this.#users -= 1;
    this.#note({ kind: 'userGone', peer: peer.server.id, id });
  }

  /** Who speaks under this id: a listed user, one remembered from before our outage, or one made up. */
  speaker(peer: Peer, id: number): CrossChatUser {
    return peer.server.users.get(id) ?? peer.remembered.get(id) ?? peer.server.getUser(id, { ensure: true });
  }

  /** Keeps a user as they are now. */
  noteUser({ server, id, name, firstSeen, extra }: CrossChatUser): void {
    this.#note({ kind: 'user', peer: server.id, user: { id, name, firstSeen, extra } });
  }

  /** Keeps whether a server is online, how it speaks, and what it knows; of one that is not, whom we remember. */
  notePeer({ server: { id, online, started, dialect }, listed, told, remembered, rememberedFor }: Peer): void {
    if (!listed) return;
    if (online) this.#note({ kind: 'peer', id, online, started, dialect, told });
    else if (remembered.size > 0) this.#note({ kind: 'peer', id, online, started: rememberedFor, dialect, told });
    else this.#note({ kind: 'peerGone', id });
  }

  /** Forgets a server's users. */
  dropUsers(peer: Peer): void {
    this.rememberUsers(peer);
    this.dropRemembered(peer);
  }

  /** Takes a server's users off the list, but remembers who they were. */
  rememberUsers(peer: Peer): void {
    const { server, remembered } = peer;
    for (const [id, user] of server.users) {
      if (remembered.has(id)) this.#users -= 1;
      remembered.set(id, user);
    }
    server.users.clear();
    peer.burst = undefined;
    peer.rememberedFor = server.started;
  }

  /** Forgets whom a server had before: it has told anew. */
  dropRemembered(peer: Peer): void {
    const { server, remembered } = peer;
    if (server.users.size === 0 && remembered.size > 0) this.#note({ kind: 'usersGone', peer: server.id });
    else for (const id of remembered.keys()) this.#note({ kind: 'userGone', peer: server.id, id });
    this.#users -= remembered.size;
    remembered.clear();
  }

  #forgetAll(): void {
    for (const peer of this.peers.values()) this.dropRemembered(peer);
  }

  /** Our connection broke: nobody counts as online any more, but who was there is remembered, and kept as it was. */
  lost(): void {
    for (const peer of this.peers.values()) {
      if (!peer.server.online) continue;
      peer.server.online = false;
      peer.wasOnline = true;
      this.rememberUsers(peer);
    }
  }

  /** Begins with who was there when an earlier process ended, as after {@link lost}, and with whom that remembered. */
  restore(kept: readonly KeptPeer[]): void {
    for (const { id, online, started, dialect, told, users } of kept) {
      const peer = this.peer(id);
      peer.server.started = online ? started : 0;
      peer.server.dialect = dialect;
      peer.wasOnline = online;
      peer.told = told;
      peer.rememberedFor = started;
      for (const user of users) peer.remembered.set(user.id, new CrossChatUser({ ...user, server: peer.server }));
      this.#users += users.length;
    }
  }

  /** The broker kept for us all that was sent meanwhile: everybody is where they were. Gives those who are. */
  regained(): Peer[] {
    const peers = [...this.missing()];
    for (const peer of peers) {
      const { server, remembered } = peer;
      peer.wasOnline = false;
      server.online = true;
      for (const [id, user] of remembered) server.users.set(id, user);
      remembered.clear();
    }
    return peers;
  }

  /**
   * We are announced anew, so that everybody tells who is there.
   * @param regained whether the users were taken from before the outage: until then, nobody is known to be there
   */
  renew(regained: boolean): void {
    for (const peer of this.peers.values()) {
      if (regained && peer.server.online) this.rememberUsers(peer);
      this.notePeer(peer);
    }
  }

  /** The servers that are online, but for our own. */
  *online(): Generator<Peer> {
    for (const peer of this.peers.values()) if (peer.server.online) yield peer;
  }

  /** The servers that were online when our connection broke, and haven't been heard of since. */
  *missing(): Generator<Peer> {
    for (const peer of this.peers.values()) if (peer.wasOnline) yield peer;
  }
}
