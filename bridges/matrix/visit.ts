/** Getting into a configured room, and finding out how it stands. */
import { MatrixError } from 'matrix-bot-sdk';
import { z } from 'zod';
import type { RoomRef } from '../../src/event.ts';
import { describe, type Homeserver, isAbsent, isForbidden, isPassing } from './homeserver.ts';
import { readPowers } from './powers.ts';
import { isEncrypted, ownRemoval, undefinedIfAbsent } from './room-state.ts';
import { idIn, type RoomReport } from './rooms.ts';
import * as sentences from './sentences.ts';
import { isSuccessor, upgradeOf } from './upgrade.ts';

/** Who looks at a room, and what is known before. */
export interface Visitor {
  readonly homeserver: Homeserver;
  readonly userId: string;
  /** The ids of the rooms that the user is in. */
  readonly joined: ReadonlySet<string>;
  /** Whether to join where they aren't. */
  readonly mayJoin: boolean;
  /** The room that a name was found to stand for before. */
  knownAs(ref: RoomRef): string | undefined;
  /** Told the room's id as soon as it is known, and before it is joined. */
  identified(ref: RoomRef, id: string): void;
}

/** A room may have been upgraded so often since it was looked at last. */
const maxUpgrades = 10;

/** Looks at a room, joins it if that is wanted, and tells how it stands. Never throws. */
export function visit(ref: RoomRef, visitor: Visitor): Promise<RoomReport> {
  return new Visit(ref, visitor).run();
}

class Visit {
  readonly #ref: RoomRef;
  readonly #visitor: Visitor;
  readonly #homeserver: Homeserver;
  #id: string | undefined;

  constructor(ref: RoomRef, visitor: Visitor) {
    this.#ref = ref;
    this.#visitor = visitor;
    this.#homeserver = visitor.homeserver;
  }

  async run(): Promise<RoomReport> {
    const { userId } = this.#visitor;
    try {
      return await this.#look();
    } catch (fault) {
      const reason = describe(fault);
      if (isPassing(fault)) return this.#report('waiting', sentences.notReached(this.#ref, reason));
      if (this.#id === undefined) return this.#report('closed', sentences.noSuchAlias(this.#ref));
      if (isBanned(fault)) return this.#report('closed', sentences.mayNotJoinBanned(this.#ref, userId, reason));
      return { ...this.#report('closed', sentences.mayNotJoin(this.#ref, userId, reason)), isRefused: true };
    }
  }

  async #look(): Promise<RoomReport> {
    const ref = this.#ref;
    const { mayJoin } = this.#visitor;
    if (idIn(ref) === undefined && !ref.startsWith('#')) return this.#report('closed', sentences.noRoomName(ref));
    const known = this.#visitor.knownAs(ref);
    const named = idIn(ref) ?? (await this.#aliasTarget(known));
    const id = this.#at(known ?? named);
    const obstacle = mayJoin ? await this.#enter(id, known === undefined ? ref : id) : await this.#foresee(id);
    if (obstacle !== undefined) return obstacle;
    const now = await this.#inside(id);
    // Nobody in the room that an alias leads to now has asked for a bridge.
    const isMoved = now.ok && idIn(ref) === undefined && !(await this.#isSame(named, id, now.id));
    return isMoved ? this.#report('open', sentences.aliasMoved(ref, named, now.id ?? id), false) : now;
  }

  /** Whether the room that an alias leads to is the one that we are in, or one that this has taken the place of. */
  async #isSame(named: string, first: string, now: string | undefined): Promise<boolean> {
    if (named === first || named === now) return true;
    return named !== '' && now !== undefined && isSuccessor(this.#homeserver, now, named);
  }

  /** Which room an alias leads to; where there is none any more, what is known. */
  async #aliasTarget(known: string | undefined): Promise<string> {
    const answer = this.#homeserver.lookupRoomAlias(this.#ref).then(({ roomId }) => roomId);
    if (known === undefined) return answer;
    return answer.catch((fault: unknown) => {
      if (!isAbsent(fault)) throw fault;
      return '';
    });
  }

  /** How a room stands that we are in, or the one that has taken its place. */
  async #inside(first: string): Promise<RoomReport> {
    const ref = this.#ref;
    const { userId } = this.#visitor;
    let id = first;
    let upgraded: RoomReport | undefined;
    const ids = [id];
    while (ids.length <= maxUpgrades) {
      const upgrade = await upgradeOf(this.#homeserver, id);
      if (upgrade === undefined) break;
      const { successor, via } = upgrade;
      const isFollowed = successor !== undefined && !ids.includes(successor) && (await this.#follow(id, successor, via));
      if (!isFollowed) {
        upgraded = { ...this.#report('open', sentences.replaced(ref, successor), false), successor };
        break;
      }
      id = this.#at(successor);
      ids.push(id);
    }
    if (await isEncrypted(this.#homeserver, id))
      return { ...this.#report('closed', sentences.encrypted(ref)), successor: upgraded?.successor, isEncrypted: true };
    if (upgraded !== undefined) return upgraded;
    const powers = await readPowers(this.#homeserver, id);
    if (powers.of(userId) < powers.toSend('m.room.message')) {
      return this.#report('open', sentences.mayNotSpeak(ref, userId), false);
    }
    return this.#report('open', sentences.open(ref, userId));
  }

  /** Gets into the room that takes the place of another one; only if it is that by its own account. */
  async #follow(id: string, successor: string, via: string): Promise<boolean> {
    const { joined, mayJoin } = this.#visitor;
    const wasIn = joined.has(successor);
    if (!wasIn && !mayJoin) return false;
    try {
      if (!wasIn) await this.#homeserver.joinRoom(successor, [via]);
    } catch (fault) {
      if (isPassing(fault)) throw fault;
      return false;
    }
    if (await isSuccessor(this.#homeserver, successor, id)) return true;
    if (!wasIn) await this.#homeserver.leaveRoom(successor);
    return false;
  }

  /** Joins where that is needed. Undefined when we are in. @param name what to call the room by: an alias names servers that know it */
  async #enter(id: string, name: string): Promise<RoomReport | undefined> {
    const { joined, userId } = this.#visitor;
    if (joined.has(id)) return undefined;
    const removed = await ownRemoval(this.#homeserver, id, userId);
    if (removed !== undefined) return this.#report('closed', sentences.removed(this.#ref, userId, removed));
    try {
      await this.#homeserver.joinRoom(name);
      return undefined;
    } catch (fault) {
      if (!isForbidden(fault)) throw fault;
      const { join_rule: rule, membership } = await this.#summary(id);
      if (rule !== 'knock' && rule !== 'knock_restricted') throw fault;
      if (membership !== 'knock') {
        await this.#homeserver.call('POST', `/_matrix/client/v3/knock/${encodeURIComponent(name)}`, {
          body: { reason: 'A bridge to game servers is configured for this room' },
        });
      }
      return { ...this.#report('closed', sentences.knocked(this.#ref, userId)), isRefused: true };
    }
  }

  /** What would happen if one joined. Undefined when we are in. */
  async #foresee(id: string): Promise<RoomReport | undefined> {
    const { joined, userId } = this.#visitor;
    if (joined.has(id)) return undefined;
    const removed = await ownRemoval(this.#homeserver, id, userId);
    if (removed !== undefined) return this.#report('closed', sentences.removed(this.#ref, userId, removed));
    const { join_rule: rule, membership, encryption, allowed_room_ids: allowed = [] } = await this.#summary(id);
    if (encryption !== undefined) return this.#report('closed', sentences.encrypted(this.#ref));
    const willJoin = membership === 'invite' || rule === 'public' || allowed.some((other) => joined.has(other));
    if (membership === 'knock' && !willJoin) return this.#report('closed', sentences.knocked(this.#ref, userId));
    const text = willJoin ? sentences.willJoin(this.#ref, userId) : sentences.notJoined(this.#ref, userId);
    return this.#report('waiting', text, willJoin);
  }

  async #summary(id: string): Promise<z.infer<typeof roomSummary>> {
    const path = `/_matrix/client/v1/room_summary/${encodeURIComponent(id)}`;
    return roomSummary.safeParse(await this.#homeserver.call('GET', path).catch(undefinedIfAbsent)).data ?? {};
  }

  #at(id: string): string {
    this.#id = id;
    this.#visitor.identified(this.#ref, id);
    return id;
  }

  #report(state: RoomReport['state'], text: string, ok = state === 'open'): RoomReport {
    return { id: this.#id, state, ok, text };
  }
}

/** @see https://spec.matrix.org/v1.15/client-server-api/#get_matrixclientv1room_summaryroomidoralias */
const roomSummary = z.object({
  join_rule: z.string().optional(),
  membership: z.string().optional(),
  encryption: z.string().optional(),
  allowed_room_ids: z.array(z.string()).optional().catch(undefined),
});

/** That is how Synapse answers who was banned and would join. */
function isBanned(fault: unknown): boolean {
  return fault instanceof MatrixError && fault.errcode === 'M_BAD_STATE';
}
