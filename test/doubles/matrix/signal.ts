/** Says that something changed, to whoever listens or waits. */
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
   * @param timeout in milliseconds of real time, whatever clock the double runs on
   * @param explain what to say in the error when the time is over
   * @throws {Error} when the time is over, or what `look` throws
   */
  until<T>(look: () => T | undefined | false, timeout: number, explain: () => string): Promise<T> {
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
      const stopListening = this.listen(attempt);
      const timer = setTimeout(() => finish(() => reject(new Error(explain()))), timeout);
      attempt();
    });
  }
}
