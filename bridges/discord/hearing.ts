/** A message as Discord orders them: ids grow with time. https://discord.com/developers/docs/reference#snowflakes */
interface Ordered {
  readonly id: string;
  readonly channelId: string;
}

/**
 * Passes messages on, each once and in order, over a break of the connection: what comes while it isn't clear whether something was
 * missed is held back until that was fetched.
 */
export class Hearing<T extends Ordered> {
  readonly #pass: (message: T) => void;
  /** The last message of each room. */
  readonly #last = new Map<string, string>();
  /** How many breaks there were of which it isn't clear yet what they hid: a second one may come while the first is dealt with. */
  #breaks = 0;
  #held: T[] = [];

  constructor(pass: (message: T) => void) {
    this.#pass = pass;
  }

  /** Counts everything up to a message as heard; undefined in a room where nothing was ever said. */
  heardUpTo(room: string, messageId: string | undefined): void {
    this.#last.set(room, messageId ?? '0');
  }

  hear(message: T): void {
    if (this.#breaks > 0) this.#held.push(message);
    else this.#hearOnce(message);
  }

  /** The connection broke: holds back what comes, until {@link release} or {@link catchUp} is called for this break. */
  hold(): void {
    this.#breaks += 1;
  }

  /** Passes on what was held back, unless another break is still to be dealt with. */
  release(): void {
    this.#breaks -= 1;
    if (this.#breaks > 0) return;
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#hearOnce(message);
  }

  /**
   * Fetches what was said in each room after the last message that was heard, then releases what was held back.
   * Rejects with what `fetch` rejects with.
   */
  async catchUp(fetch: (room: string, after: string) => Promise<readonly T[]>): Promise<void> {
    try {
      for (const [room, after] of [...this.#last]) {
        const missed = [...(await fetch(room, after))].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
        for (const message of missed) this.#hearOnce(message);
      }
    } finally {
      this.release();
    }
  }

  #hearOnce(message: T): void {
    const last = this.#last.get(message.channelId);
    if (last !== undefined && BigInt(message.id) <= BigInt(last)) return;
    this.#last.set(message.channelId, message.id);
    this.#pass(message);
  }
}
