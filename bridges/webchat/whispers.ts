/** Whispers of those who use the page: the latest of each, for the pages that they open. In memory only: they are for one pair of eyes. */
import type { Author } from '../../src/event.ts';
import { Recent } from '../../src/recent.ts';
import type { WhisperEntry } from '../../web/chat/wire.ts';

/** So many are known of one user, of so many users. */
const MAX_EACH = 50;
const MAX_USERS = 500;

/** The whispers of everybody. */
export class WhisperLog {
  readonly #of = new Recent<Author['id'], readonly WhisperEntry[]>(MAX_USERS);

  /** Whether a user has one already. */
  has(userId: Author['id'], id: string): boolean {
    return this.of(userId).some((one) => one.id === id);
  }

  add(userId: Author['id'], entry: WhisperEntry): void {
    this.#of.set(userId, [...this.of(userId), entry].slice(-MAX_EACH));
  }

  /** A user's whispers, the oldest first. */
  of(userId: Author['id']): readonly WhisperEntry[] {
    return this.#of.get(userId) ?? [];
  }
}
