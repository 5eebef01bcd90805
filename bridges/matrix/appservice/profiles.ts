/** What ghosts are called, and their pictures: changed when they speak and look otherwise, and not as often as somebody may wish. */
import type { Clock } from '../../../src/clock.ts';
import type { Caller } from '../homeserver.ts';
import type { Looks } from '../looks.ts';
import { asUser } from './masquerade.ts';

/** In characters; Synapse takes no longer name. */
const maxName = 256;
/** A ghost may change its name so often at once, and one more time each minute: the people in the room see each change. */
const burst = 3;
const interval = 60_000;
/** So many ghosts are remembered. */
const maxGhosts = 20_000;

interface Known extends Looks {
  /** How many changes are used up, at a time. */
  readonly used: number;
  readonly at: number;
}

export class Profiles {
  readonly #homeserver: Caller;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(homeserver: Caller, clock: Clock) {
    this.#homeserver = homeserver;
    this.#clock = clock;
  }

  /** A ghost looks like this. */
  note(userId: string, looks: Looks): void {
    const { used = 0, at = this.#clock.now() } = this.#known.get(userId) ?? {};
    this.#keep(userId, { ...looks, used, at });
  }

  /** Whether a ghost looks like this. */
  isSet(userId: string, { name, avatar }: Looks): boolean {
    const known = this.#known.get(userId);
    return known?.name === shortened(name) && (avatar === undefined || known.avatar === avatar);
  }

  /**
   * Lets a ghost look like this, unless it does so already. Rejects with what the homeserver says.
   * @returns false when it would change its name too often: then it looks as before
   */
  async set(userId: string, { name, avatar }: Looks, signal: AbortSignal): Promise<boolean> {
    const before = this.#known.get(userId);
    const wanted = shortened(name);
    const path = `/_matrix/client/v3/profile/${encodeURIComponent(userId)}`;
    const ghost = asUser(this.#homeserver, userId);
    const { used, at } = this.#use(before);
    if (before?.name !== wanted) {
      if (before !== undefined && used > burst) return false;
      await ghost.call('PUT', `${path}/displayname`, { body: { displayname: wanted }, signal });
      this.#keep(userId, { name: wanted, avatar: before?.avatar, used, at });
    }
    const now = this.#known.get(userId);
    if (avatar !== undefined && now?.avatar !== avatar && now !== undefined) {
      await ghost.call('PUT', `${path}/avatar_url`, { body: { avatar_url: avatar }, signal });
      this.#keep(userId, { ...now, avatar });
    }
    return true;
  }

  /** Lets those in a room see at once how a ghost looks now: Synapse tells them later, after the message that it looks so for. */
  async show(roomId: string, userId: string, signal: AbortSignal): Promise<void> {
    const { name, avatar } = this.#known.get(userId) ?? {};
    if (name === undefined) return;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
    const body = { membership: 'join', displayname: name, ...(avatar !== undefined && { avatar_url: avatar }) };
    await asUser(this.#homeserver, userId).call('PUT', path, { body, signal });
  }

  /** How many changes are used up if there is one now. */
  #use(before: Known | undefined): { readonly used: number; readonly at: number } {
    const at = this.#clock.now();
    if (before === undefined) return { used: 0, at };
    return { used: Math.max(0, before.used - (at - before.at) / interval) + 1, at };
  }

  #keep(userId: string, known: Known): void {
    this.#known.delete(userId);
    this.#known.set(userId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxGhosts && oldest !== undefined) this.#known.delete(oldest);
  }
}

function shortened(name: string): string {
  return [...name].slice(0, maxName).join('');
}
