/**
 * Who is the same person on several adapters. Where people sign in with the account of another platform, their id there is `<type>:<id>`
 * (`discord:123`, `steam:7656…`), for which their adapter vouches: nobody else has such ids.
 */
import { type AdapterId, type Author, STEAM } from '../event.ts';
import type { Member } from '../member.ts';
import type { Store } from '../store/store.ts';

/** A user of an adapter. */
export interface Identity {
  readonly adapter: AdapterId;
  readonly userId: Author['id'];
}

const SIGNED_IN = /^([a-z]+):(.+)$/;

/** What is known of who is who. */
export class Identities {
  readonly #accounts: Pick<Store['accounts'], 'find' | 'of'>;
  /** The type of each adapter. */
  readonly #types = new Map<AdapterId, string>();

  constructor({ accounts }: Pick<Store, 'accounts'>) {
    this.#accounts = accounts;
  }

  /** An adapter takes part. */
  join({ id, type }: Pick<Member, 'id' | 'type'>): void {
    this.#types.set(id, type);
  }

  /** An adapter takes part no more. */
  leave({ id }: Pick<Member, 'id'>): void {
    this.#types.delete(id);
  }

  /**
   * A user, and who the same person is on other platforms: where they signed in with this account, or what they signed in with. Two
   * adapters of one type are two communities, and keep to themselves.
   */
  of(adapter: AdapterId, userId: Author['id']): readonly Identity[] {
    const own = this.#types.get(adapter);
    const [, type = own, id = userId] = SIGNED_IN.exec(userId) ?? [];
    const others = type === undefined ? [] : this.#with(type, id);
    return [{ adapter, userId }, ...others.filter((one) => this.#types.get(one.adapter) !== own)];
  }

  /** The players that a user is: by their own account, or by one that they signed in with. */
  playersOf(adapter: AdapterId, userId: Author['id']): readonly string[] {
    const [, type, id] = SIGNED_IN.exec(userId) ?? [];
    const linked = this.of(adapter, userId).flatMap((one) => this.#accounts.find(one.adapter, one.userId)?.steamid64 ?? []);
    return type === STEAM && id !== undefined ? [id, ...linked] : linked;
  }

  /** The users that a player is. */
  ofPlayer(steamid64: string): readonly Identity[] {
    const linked = this.#accounts.of(steamid64).flatMap(({ adapter, userId }) => this.of(adapter, userId));
    return [...linked, ...this.#with(STEAM, steamid64)];
  }

  /** All that a person is, as users of adapters and, on {@link STEAM}, as players. @param one in any of these guises */
  guisesOf({ adapter, userId }: Identity): readonly Identity[] {
    const users = adapter === STEAM ? [] : this.of(adapter, userId);
    const players = adapter === STEAM ? [userId] : this.playersOf(adapter, userId);
    return [...users, ...players.flatMap((player) => [{ adapter: STEAM, userId: player }, ...this.ofPlayer(player)])];
  }

  /** An account of a platform as each adapter knows it. */
  #with(type: string, id: string): Identity[] {
    return [...this.#types].map(([adapter, its]) => ({ adapter, userId: its === type ? id : `${type}:${id}` }));
  }
}
