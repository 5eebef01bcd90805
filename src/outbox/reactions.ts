/** Who reacted to which message: kept in the store, and the latest of it in memory, since writing takes a while. */
import type { EventId } from '../event.ts';
import { Recent } from '../recent.ts';
import type { KeptReaction, ReactionStore } from '../store/reactions.ts';

/** How many messages are remembered, each at one destination. */
const MAX_RECENT = 2_000;

/** The reactions that destinations were told of. */
export class Reactions {
  readonly #store: ReactionStore;
  /** By destination and message. */
  readonly #at = new Recent<string, readonly KeptReaction[]>(MAX_RECENT);

  constructor(store: ReactionStore) {
    this.#store = store;
  }

  /** Those to a message that a destination was told of, and that were not taken back. */
  async at(target: EventId, destination: string): Promise<readonly KeptReaction[]> {
    const key = keyOf(destination, target);
    const reactions = this.#at.get(key) ?? (await this.#store.at(target, destination));
    this.#at.set(key, reactions);
    return reactions;
  }

  /** A destination was told of one more, or of one again. */
  async add(target: EventId, destination: string, reaction: KeptReaction): Promise<void> {
    const others = (await this.at(target, destination)).filter(({ id }) => id !== reaction.id);
    this.#at.set(keyOf(destination, target), [...others, reaction]);
    this.#store.put(target, destination, reaction);
  }

  /** A destination was told of the end of some. */
  async remove(target: EventId, destination: string, gone: readonly KeptReaction[]): Promise<void> {
    const before = await this.at(target, destination);
    this.#at.set(
      keyOf(destination, target),
      before.filter((reaction) => !gone.includes(reaction)),
    );
    this.#store.remove(target, destination, gone);
  }
}

/** Neither a destination nor an id holds a line break. */
function keyOf(destination: string, target: EventId): string {
  return `${destination}\n${target}`;
}
