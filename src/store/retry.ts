/** When to try again what the database could not do. */
import type { Clock } from '../clock.ts';

/** Milliseconds. */
const FIRST = 500;
const LONGEST = 30_000;

/** Counts failures in a row, rests between them, and tells who listens. */
export class Retry {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Set<() => void>();
  #fault: string | undefined;
  #failures = 0;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Why the last try failed; undefined after one that did not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get resting(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether there is no further try. */
  get ended(): boolean {
    return this.#ended;
  }

  onFault(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when it is time for the next try: half to all of the back-off, so that it is never at once. */
  rest(fault: string, last: boolean): Promise<void> {
    const first = this.#fault === undefined;
    this.#fault = fault;
    if (first) for (const listener of [...this.#listeners]) listener();
    if (last) this.#ended = true;
    if (this.#ended) return Promise.resolve();
    const wait = Math.min(LONGEST, FIRST * 2 ** this.#failures++) * (0.5 + this.#random() / 2);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(wait, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        cancel();
        resolve();
      };
    });
  }

  /** The next try is made now. */
  hurry(): void {
    this.#wake?.();
  }

  recovered(): void {
    this.#fault = undefined;
    this.#failures = 0;
  }

  end(): void {
    this.#ended = true;
    this.hurry();
  }
}
