/** Ghosts get ready to speak: registered, with name and picture, and in the room. */
import { MatrixError } from 'matrix-bot-sdk';
import type { Logger } from 'pino';
import { z } from 'zod';
import { DeliveryError } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import { type Caller, describe, isAbsent, isForbidden } from '../homeserver.ts';
import type { Looks } from '../looks.ts';
import type { GhostIds } from './ghost-ids.ts';
import { Limiter } from './limiter.ts';
import { asUser } from './masquerade.ts';
import { Members } from './members.ts';
import { Profiles } from './profiles.ts';
import * as sentences from './sentences.ts';

export interface GhostsOptions {
  readonly homeserver: Caller;
  readonly ids: GhostIds;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So many get ready at once: more make a homeserver slower, not faster. */
const maxAtOnce = 8;
/** So many are remembered as registered. */
const maxRegistered = 100_000;

const membership = z.object({ membership: z.string() });

export class Ghosts {
  readonly members: Members;
  readonly #options: GhostsOptions;
  readonly #profiles: Profiles;
  readonly #limiter = new Limiter(maxAtOnce);
  readonly #registered = new Set<string>();
  /** What each ghost does at the moment: one thing after the other. */
  readonly #busy = new Map<string, Promise<unknown>>();
  /** Rooms that take nobody without an invitation. */
  readonly #byInvitation = new Set<string>();
  /** Rooms where ghosts can't be, or can't speak. */
  readonly #closed = new Set<string>();

  constructor(options: GhostsOptions) {
    this.#options = options;
    this.#profiles = new Profiles(options.homeserver, options.clock);
    this.members = new Members(options.homeserver, options.ids, (...seen) => this.#profiles.note(...seen));
  }

  /**
   * Gets a ghost ready to speak in a room. Rejects with what the homeserver says.
   * @param looks undefined where it only has to be in the room
   * @returns false when the bridge itself has to speak: the ghost can't join, or would change its name too often
   * @throws {DeliveryError} when the room wants to hear nothing of them
   */
  async ready(roomId: string, userId: string, looks: Looks | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.#closed.has(roomId)) return false;
    const joined = await this.members.in(roomId);
    const isReady = joined.has(userId) && (!looks || this.#profiles.isSet(userId, looks));
    if (isReady && !this.#busy.has(userId)) return true;
    return this.#inTurn(userId, async () => {
      if (!joined.has(userId)) await this.#register(userId, signal);
      if (looks && !(await this.#profiles.set(userId, looks, signal))) return false;
      if (joined.has(userId)) {
        if (looks) await this.#profiles.show(roomId, userId, signal);
        return true;
      }
      const isIn = await this.#join(roomId, userId, signal);
      if (isIn) joined.add(userId);
      return isIn;
    });
  }

  /** Gets a ghost ready that was not in a room before, and does nothing for others: they look as when they spoke last, until they speak. */
  async prepare(roomId: string, userId: string, looks: () => Promise<Looks>, signal: AbortSignal): Promise<void> {
    const joined = await this.members.in(roomId);
    if (!joined.has(userId) && !this.#busy.has(userId)) await this.ready(roomId, userId, await looks(), signal);
  }

  /**
   * Sees to it that a ghost is there, in whatever rooms. Rejects with what the homeserver says.
   * @returns false when it would change its name too often
   * @throws {DeliveryError} when the registration does not cover it
   */
  exists(userId: string, looks: Looks, signal: AbortSignal): Promise<boolean> {
    return this.#inTurn(userId, async () => {
      await this.#register(userId, signal);
      return this.#profiles.set(userId, looks, signal);
    });
  }

  /** Lets a ghost leave a room. Rejects with what the homeserver says. */
  leave(roomId: string, userId: string, signal: AbortSignal): Promise<void> {
    return this.#inTurn(userId, async () => {
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/leave`;
      try {
        await asUser(this.#options.homeserver, userId).call('POST', path, { body: {}, signal });
      } catch (fault) {
        // It is not there any more, which is what was wanted.
        if (!isForbidden(fault)) throw fault;
      }
      await this.members.gone(roomId, userId);
    });
  }

  /** Ghosts can do nothing in a room, until {@link reopen}. @param why a sentence for the operator */
  close(roomId: string, why: string): void {
    if (!this.#closed.has(roomId)) this.#options.log.warn({ room: roomId }, why);
    this.#closed.add(roomId);
  }

  /** What is allowed in a room has changed: it is tried again. */
  reopen(roomId: string): void {
    this.#closed.delete(roomId);
    this.#byInvitation.delete(roomId);
  }

  #inTurn<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(userId) ?? Promise.resolve();
    const done = before.catch(() => {}).then(() => this.#limiter.run(work));
    this.#busy.set(userId, done);
    const end = () => {
      if (this.#busy.get(userId) === done) this.#busy.delete(userId);
    };
    done.then(end, end);
    return done;
  }

  async #register(userId: string, signal: AbortSignal): Promise<void> {
    if (this.#registered.has(userId)) return;
    await registerUser(this.#options.homeserver, userId, signal);
    if (this.#registered.size >= maxRegistered) this.#registered.clear();
    this.#registered.add(userId);
  }

  async #join(roomId: string, userId: string, signal: AbortSignal): Promise<boolean> {
    const { homeserver } = this.#options;
    const room = encodeURIComponent(roomId);
    const join = () => asUser(homeserver, userId).call('POST', `/_matrix/client/v3/join/${room}`, { body: {}, signal });
    try {
      if (!this.#byInvitation.has(roomId) && (await succeeds(join()))) return true;
      await homeserver.call('POST', `/_matrix/client/v3/rooms/${room}/invite`, { body: { user_id: userId }, signal });
      this.#byInvitation.add(roomId);
      await join();
      return true;
    } catch (fault) {
      if (!isRefusal(fault)) throw fault;
      if (await this.#isBanned(roomId, userId, signal)) {
        throw new DeliveryError(sentences.ghostBanned(roomId, userId), { passing: false });
      }
      this.close(roomId, sentences.mayNotInvite(roomId, describe(fault)));
      return false;
    }
  }

  async #isBanned(roomId: string, userId: string, signal: AbortSignal): Promise<boolean> {
    const state = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
    const content = await this.#options.homeserver.call('GET', state, { signal }).catch((fault: unknown) => {
      if (!isAbsent(fault)) throw fault;
    });
    return membership.safeParse(content).data?.membership === 'ban';
  }
}

/**
 * Registers a user of ours, unless they are registered. Rejects with what the homeserver says.
 * https://spec.matrix.org/v1.13/application-service-api/#server-admin-style-permissions
 * @throws {DeliveryError} when the registration does not cover them
 */
export async function registerUser(homeserver: Caller, userId: string, signal: AbortSignal): Promise<void> {
  const username = userId.slice(1, userId.indexOf(':'));
  const body = { type: 'm.login.application_service', username, inhibit_login: true };
  try {
    await homeserver.call('POST', '/_matrix/client/v3/register', { body, signal });
  } catch (fault) {
    if (!(fault instanceof MatrixError)) throw fault;
    if (fault.errcode === 'M_USER_IN_USE') return;
    if (fault.errcode !== 'M_EXCLUSIVE') throw fault;
    throw new DeliveryError(sentences.outsideNamespace(userId, describe(fault)), { passing: false });
  }
}

/** Whether somebody may not do it: since room version 11 or so Synapse has two words for that. */
function isRefusal(fault: unknown): boolean {
  return isForbidden(fault) || (fault instanceof MatrixError && fault.errcode === 'M_BAD_STATE');
}

async function succeeds(done: Promise<unknown>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (fault) {
    if (!isRefusal(fault)) throw fault;
    return false;
  }
}
