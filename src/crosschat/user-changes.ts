import type { Clock } from './clock.ts';
import type { Emit } from './events.ts';
import { toJson } from './json.ts';
import type { UserPacket } from './payloads.ts';
import type { Peer, Picture } from './picture.ts';
import type { CrossChatUser } from './user.ts';

/** Users of other servers: added, changed, gone, and the lists that servers send of all they have. */
export class UserChanges {
  readonly #picture: Picture;
  readonly #clock: Clock;
  readonly #emit: Emit;

  constructor(picture: Picture, clock: Clock, emit: Emit) {
    this.#picture = picture;
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Brings the picture up to date. False when there was no room for the user. */
  apply(peer: Peer, packet: UserPacket): boolean {
    if (packet.change === 'del') {
      this.#remove(peer, packet);
      return true;
    }
    if (packet.burst === 'start' || packet.burst === 'startend') peer.burst = new Set();
    const listed = this.#put(peer, packet);
    if (listed) peer.burst?.add(packet.id);
    if (packet.burst === 'end' || packet.burst === 'startend') this.#endBurst(peer);
    return listed;
  }

  #put(peer: Peer, packet: UserPacket): boolean {
    const { id, name, extra } = packet;
    const burst = packet.burst !== 'none';
    const known = peer.server.users.get(id);
    if (known !== undefined) {
      if (change(known, name, extra)) {
        this.#picture.noteUser(known);
        this.#emit('user', { user: known, change: 'update', burst });
      }
      return true;
    }
    const firstSeen = packet.firstSeen ?? Math.floor(this.#clock.now() / 1000);
    const user = this.#picture.addUser(peer, id, { name: name === '' ? `UnknownUser${id}` : name, firstSeen, extra });
    if (user !== undefined) this.#emit('user', { user, change: 'add', burst });
    return user !== undefined;
  }

  #remove(peer: Peer, { id, reason }: UserPacket): void {
    peer.burst?.delete(id);
    const user = this.#picture.removeUser(peer, id);
    if (user === undefined) return;
    this.#emit('user', reason === '' ? { user, change: 'del', burst: false } : { user, change: 'del', burst: false, reason });
  }

  /** The list is complete: whoever is not on it is gone. */
  #endBurst(peer: Peer): void {
    const named = peer.burst;
    if (named === undefined) return;
    peer.burst = undefined;
    this.#picture.dropRemembered(peer);
    for (const user of [...peer.server.users.values()]) {
      if (named.has(user.id)) continue;
      this.#picture.removeUser(peer, user.id);
      this.#emit('user', { user, change: 'del', burst: true });
    }
  }
}

/** Takes over what is new about a user, and says whether anything was. A missing name changes nothing. */
function change(user: CrossChatUser, name: string, extra: Record<string, unknown>): boolean {
  const renamed = name !== '' && name !== user.name;
  const changed = toJson(extra) !== toJson(user.extra);
  if (renamed) user.name = name;
  if (changed) user.extra = extra;
  return renamed || changed;
}
