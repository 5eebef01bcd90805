import type { Logger } from 'pino';
import type { Finding } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';

/** While something stands in the way, it is looked again after so many milliseconds. */
const pause = 60_000;

interface RoomFaultsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Looks whether the bot can do in rooms what it is to do there: one finding for each, in order. Never throws. */
  readonly look: (rooms: readonly string[]) => AsyncIterable<Finding>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What stands in the way in single rooms: a permission that was taken away, a channel that was deleted. */
export class RoomFaults {
  readonly #options: RoomFaultsOptions;
  /** Sentences for the operator, by room. */
  readonly #faults = new Map<string, string>();
  #isWatching = false;

  constructor(options: RoomFaultsOptions) {
    this.#options = options;
  }

  /** Undefined while nothing is known to be wrong. */
  of(room: string): string | undefined {
    return this.#faults.get(room);
  }

  /** Nothing can be done in a room until somebody acts there. */
  note(room: string, sentence: string): void {
    this.#faults.set(room, sentence);
    this.#watch();
  }

  /** Something was done in a room, or nobody wants to know any more. */
  clear(room: string): void {
    this.#faults.delete(room);
  }

  /** Looks at rooms, and tells the operator. Never rejects. */
  async look(rooms: readonly string[]): Promise<void> {
    for await (const [room, { ok, text }] of this.#findings(rooms)) {
      if (ok) this.#options.log.info(text);
      else this.#find(room, text);
    }
  }

  /** Nobody may say anything in a room for days, and its fault shall not outlive what it was about. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#options.clock.after(pause, () => void this.#lookAgain());
  }

  async #lookAgain(): Promise<void> {
    for await (const [room, { ok, text }] of this.#findings([...this.#faults.keys()])) {
      if (!this.#faults.has(room)) continue;
      if (!ok) this.#find(room, text);
      else {
        this.#faults.delete(room);
        this.#options.log.info(text);
      }
    }
    this.#isWatching = false;
    if (this.#faults.size > 0) this.#watch();
  }

  #find(room: string, text: string): void {
    if (this.#faults.get(room) !== text) this.#options.log.error(text);
    this.note(room, text);
  }

  async *#findings(rooms: readonly string[]): AsyncGenerator<[string, Finding]> {
    let index = 0;
    for await (const finding of this.#options.look(rooms)) {
      const room = rooms[index++];
      if (room === undefined || this.#options.signal.aborted) return;
      yield [room, finding];
    }
  }
}
