import { patience } from './patience.ts';

/** Says that something changed, to whoever listens, or waits until it is as they want it. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after each change, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves with what `look` returns as soon as that is neither undefined nor false: now, or after a change.
   * @param what names the awaited thing in the error
   * @param timeout in milliseconds of real time, whatever clock the test runs on
   * @param explain added to the error: what there was instead
   * @throws {Error} when the time is over, or what `look` throws
   */
  until<T>(look: () => T | undefined | false, what: string, timeout = 5_000, explain = () => ''): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        stopListening();
        clearTimeout(timer);
        settle();
      };
      const attempt = () => {
        try {
          const found = look();
          if (found !== undefined && found !== false) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const giveUp = () => reject(new Error(`waited ${timeout} ms in vain for ${what}. ${explain()}`.trim()));
      const stopListening = this.listen(attempt);
      const timer = setTimeout(() => finish(giveUp), timeout * patience);
      attempt();
    });
  }
}
