/** Of whom nothing is carried, and why. */
import type { Clock } from '../clock.ts';
import { type AdapterId, type Author, STEAM } from '../event.ts';
import type { Ban } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import type { Identities } from './identities.ts';
import { toldOf, WANTED } from './wording.ts';

/** Why nothing of a platform's user is carried: somebody has banned or muted them, or they want it so themselves. */
export type Bar = { readonly kind: 'ban'; readonly ban: Ban } | { readonly kind: 'privacy' };

/** Who is barred. It is the same in all rooms, and on all virtual servers. */
export class Bars {
  readonly #store: Pick<Store, 'bans' | 'optOuts'>;
  readonly #identities: Identities;
  readonly #clock: Clock;

  constructor(store: Pick<Store, 'bans' | 'optOuts'>, identities: Identities, clock: Clock) {
    this.#store = store;
    this.#identities = identities;
    this.#clock = clock;
  }

  /** Why nothing of a user is carried now; undefined when it is. A ban of the same person elsewhere counts. */
  of(adapter: AdapterId, userId: Author['id']): Bar | undefined {
    if (this.#store.optOuts.has(adapter, userId)) return { kind: 'privacy' };
    const ban = this.banOf(adapter, userId);
    return ban && { kind: 'ban', ban };
  }

  /** The ban that holds of a user now, their own or that of the same person elsewhere, whether or not they want privacy as well. */
  banOf(adapter: AdapterId, userId: Author['id']): Ban | undefined {
    return this.#banAt(adapter, userId, this.#clock.now());
  }

  /** Whether something was said under a ban that is over: it comes late, since the bridge or the platform was away. */
  heldAt(adapter: AdapterId, userId: Author['id'], at: number): boolean {
    const ban = at < this.#clock.now() ? this.#banAt(adapter, userId, at) : undefined;
    return ban !== undefined && ban.at <= at;
  }

  #banAt(adapter: AdapterId, userId: Author['id'], at: number): Ban | undefined {
    const players = this.#identities.playersOf(adapter, userId).map((player) => ({ adapter: STEAM, userId: player }));
    for (const one of [...this.#identities.of(adapter, userId), ...players]) {
      const ban = this.#store.bans.find(one.adapter, one.userId, at);
      if (ban) return ban;
    }
    return undefined;
  }

  /** The same in a sentence for the user. */
  why(adapter: AdapterId, userId: Author['id']): string | undefined {
    const bar = this.of(adapter, userId);
    if (bar?.kind === 'privacy') return WANTED;
    return bar && toldOf(bar.ban, bar.ban.name);
  }
}
