/** Of whom nothing is carried, and why. */
import type { Clock } from '../clock.ts';
import type { AdapterId, Author } from '../event.ts';
import { type Ban, STEAM } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import { toldOf, WANTED } from './wording.ts';

/** Why nothing of a platform's user is carried: somebody has banned or muted them, or they want it so themselves. */
export type Bar = { readonly kind: 'ban'; readonly ban: Ban } | { readonly kind: 'privacy' };

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
    const { bans, accounts, optOuts } = this.#store;
    if (optOuts.has(adapter, userId)) return { kind: 'privacy' };
    const now = this.#clock.now();
    const player = accounts.find(adapter, userId)?.steamid64;
    const ban = bans.find(adapter, userId, now) ?? (player === undefined ? undefined : bans.find(STEAM, player, now));
    return ban && { kind: 'ban', ban };
  }

  /** The same in a sentence for the user. */
  why(adapter: AdapterId, userId: Author['id']): string | undefined {
    const bar = this.of(adapter, userId);
    if (bar?.kind === 'privacy') return WANTED;
    return bar && toldOf(bar.ban, bar.ban.name);
  }
}
