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
  #held: T[] | undefined;

  constructor(pass: (message: T) => void) {
    this.#pass = pass;
  }

  /** Counts everything up to a message as heard; undefined in a room where nothing was ever said. */
  heardUpTo(room: string, messageId: string | undefined): void {
    this.#last.set(room, messageId ?? '0');
  }

  hear(message: T): void {
    if (this.#held !== undefined) this.#held.push(message);
    else this.#hearOnce(message);
  }

  /** Holds back what comes from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Passes on what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) this.#hearOnce(message);
  }

  /** Fetches what was said in each room after the last message that was heard, then releases what was held back. */
  async catchUp(fetch: (room: string, after: string) => Promise<readonly T[]>): Promise<void> {
    for (const [room, after] of [...this.#last]) {
      const missed = [...(await fetch(room, after))].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
      for (const message of missed) this.#hearOnce(message);
    }
    this.release();
  }

  #hearOnce(message: T): void {
    const last = this.#last.get(message.channelId);
    if (last !== undefined && BigInt(message.id) <= BigInt(last)) return;
    this.#last.set(message.channelId, message.id);
    this.#pass(message);
  }
}
