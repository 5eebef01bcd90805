/** Of whom nothing is carried, and why. */
import type { Clock } from '../clock.ts';
import type { AdapterId, Author } from '../event.ts';
import { type Ban, STEAM } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import { toldOf, WANTED } from './wording.ts';

/** Why nothing of a platform's user is carried: somebody has banned or muted them, or they want it so themselves. */
export type Bar = { readonly kind: 'ban'; readonly ban: Ban } | { readonly kind: 'privacy' };

/** The id of a user of a web chat who signed in with Steam: they are known as that player without a link. No other platform gives such ids. */
const SIGNED_IN = /^steam:(\d{17})$/;

/** Who is barred. It is the same in all rooms, and on all virtual servers. */
export class Bars {
  readonly #store: Pick<Store, 'bans' | 'accounts' | 'optOuts'>;
  readonly #clock: Clock;

  constructor(store: Pick<Store, 'bans' | 'accounts' | 'optOuts'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Why nothing of a user is carried now; undefined when it is. A ban of the player whom they are linked with counts. */
  of(adapter: AdapterId, userId: Author['id']): Bar | undefined {
    if (this.#store.optOuts.has(adapter, userId)) return { kind: 'privacy' };
    const ban = this.banOf(adapter, userId);
    return ban && { kind: 'ban', ban };
  }

  /** The ban that holds of a user now, their own or that of their player, whether or not they want privacy as well. */
  banOf(adapter: AdapterId, userId: Author['id']): Ban | undefined {
    return this.#banAt(adapter, userId, this.#clock.now());
  }

  /** Whether something was said under a ban that is over: it comes late, since the bridge or the platform was away. */
  heldAt(adapter: AdapterId, userId: Author['id'], at: number): boolean {
    const ban = at < this.#clock.now() ? this.#banAt(adapter, userId, at) : undefined;
    return ban !== undefined && ban.at <= at;
  }

  #banAt(adapter: AdapterId, userId: Author['id'], at: number): Ban | undefined {
    const { bans, accounts } = this.#store;
    const player = accounts.find(adapter, userId)?.steamid64 ?? SIGNED_IN.exec(userId)?.[1];
    return bans.find(adapter, userId, at) ?? (player === undefined ? undefined : bans.find(STEAM, player, at));
  }

  /** The same in a sentence for the user. */
  why(adapter: AdapterId, userId: Author['id']): string | undefined {
    const bar = this.of(adapter, userId);
    if (bar?.kind === 'privacy') return WANTED;
    return bar && toldOf(bar.ban, bar.ban.name);
  }
}
