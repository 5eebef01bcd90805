/** Who whispered with whom lately: it says whom an answer is for that names nobody. */
import type { Party, PlayerParty, UserParty } from '../event.ts';
import { Recent } from '../recent.ts';
import type { ConversationStore, KeptConversation } from '../store/whispers.ts';
import { keyOf } from './parties.ts';

/** Somebody whom a user can answer. */
type Partner = PlayerParty | UserParty;

/** Whom an answer is for that names nobody. */
export type Addressee =
  | { readonly kind: 'one'; readonly party: Partner }
  /** It could be for each of them, the latest first. */
  | { readonly kind: 'unclear'; readonly parties: readonly Partner[] }
  | { readonly kind: 'nobody' };

/** Users whose conversations are known, and how many each has: the latest. */
const MAX_USERS = 10_000;
const MAX_PARTNERS = 25;
/** Who wrote within so many milliseconds of the last one is as likely to be meant. */
const TOGETHER = 10 * 60_000;
/** After so many milliseconds of silence, a conversation begins anew. */
const SILENCE = 60 * 60_000;

/** The conversations of all users. */
export class Conversations {
  readonly #store: ConversationStore;
  /** By user, the latest conversation last. */
  readonly #users = new Recent<string, readonly KeptConversation[]>(MAX_USERS);

  constructor(store: ConversationStore) {
    this.#store = store;
  }

  /** Recalls what earlier processes knew. Comes before everything else. */
  async restore(): Promise<void> {
    for (const kept of await this.#store.all()) this.#note(kept);
  }

  /** A user was shown something of somebody. @param at milliseconds since the epoch */
  heard(user: UserParty, from: Party, at: number): void {
    this.#put(user, from, { heardAt: at });
  }

  /** A user told somebody something. */
  told(user: UserParty, to: Party, at: number): void {
    this.#put(user, to, { toldAt: at });
  }

  /** Whether a conversation begins now, or began so long ago that it does so again. */
  begins(user: UserParty, other: Party, now: number): boolean {
    const found = this.#of(user).find(({ who }) => who === keyOf(other));
    return found === undefined || lastAt(found) + SILENCE < now;
  }

  /** With whom a user whispered, the latest first. */
  partners(user: UserParty): Partner[] {
    return this.#of(user).flatMap(partnerIn).reverse();
  }

  /**
   * Whom a user's answer is for that names nobody: the last one, unless somebody else wrote at about the same time to whom the user has
   * not preferred the last one since.
   */
  addressee(user: UserParty): Addressee {
    const [last, ...others] = this.#of(user).toReversed();
    const [party] = last === undefined ? [] : partnerIn(last);
    if (last === undefined || party === undefined) return { kind: 'nobody' };
    const rivals = others.filter((other) => lastAt(other) > last.toldAt && lastAt(last) - lastAt(other) < TOGETHER);
    return rivals.length === 0 ? { kind: 'one', party } : { kind: 'unclear', parties: [party, ...rivals.flatMap(partnerIn)] };
  }

  #put(user: UserParty, other: Party, news: Partial<Pick<KeptConversation, 'heardAt' | 'toldAt'>>): void {
    const who = keyOf(other);
    const before = this.#of(user).find((one) => one.who === who) ?? { heardAt: 0, toldAt: 0 };
    const kept = { ...before, adapter: user.adapter, userId: user.author.id, who, party: other, ...news };
    this.#note(kept);
    this.#store.put(kept);
  }

  #note(kept: KeptConversation): void {
    const key = userKey(kept.adapter, kept.userId);
    const others = (this.#users.get(key) ?? []).filter(({ who }) => who !== kept.who);
    this.#users.set(key, [...others, kept].slice(-MAX_PARTNERS));
  }

  #of({ adapter, author }: UserParty): readonly KeptConversation[] {
    return this.#users.get(userKey(adapter, author.id)) ?? [];
  }
}

function partnerIn({ party }: KeptConversation): Partner[] {
  return party.kind === 'bridge' ? [] : [party];
}

function lastAt({ heardAt, toldAt }: KeptConversation): number {
  return Math.max(heardAt, toldAt);
}

function userKey(adapter: string, userId: string): string {
  return `${adapter}/${userId}`;
}
