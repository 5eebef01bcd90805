/** Lets a test wait for a state of the world without polling. */
import { systemClock } from '../../../src/clock.ts';

/** Something that changes; a test waits until it looks as it should. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  /** Says that something changed. */
  notify(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Resolves with what `look` returns as soon as that is neither undefined nor false: at once, or after a change.
   * @param what names the awaited thing in the error
   * @param timeout in milliseconds of real time, whatever clock the double itself runs on
   * @param explain added to the error: what there was instead
   * @throws {Error} when the time is over, or what `look` throws
   */
  until<T>(look: () => T | undefined | false, what: string, timeout = 5000, explain = () => ''): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#waiting.delete(attempt);
        cancel();
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
      const cancel = systemClock.after(timeout, () =>
        finish(() => reject(new Error(`waited ${timeout} ms in vain for ${what}. ${explain()}`.trim()))),
      );
      this.#waiting.add(attempt);
      attempt();
    });
  }
}
