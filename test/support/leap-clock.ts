import type { Clock } from '../../src/clock.ts';
import { settle } from './clock.ts';

/** The machine's time, in which a test can leap ahead: for stories over real sockets in which people wait for long. */
export class LeapClock implements Clock {
  #ahead = 0;
  /** The machine's time when it was {@link stop}ped. */
  #stoppedAt: number | undefined;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return (this.#stoppedAt ?? Date.now()) + this.#ahead;
  }

  /** From now on it goes ahead by leaps only, however long the machine takes. Timers still run. */
  stop(): void {
    this.#stoppedAt = Date.now();
  }

  after(ms: number, action: () => void): () => void {
    const cancel = () => {
      clearTimeout(real);
      this.#timers.delete(timer);
    };
    const run = () => {
      cancel();
      action();
    };
    const real = setTimeout(run, ms);
    const timer = { at: this.now() + ms, run };
    this.#timers.add(timer);
    return cancel;
  }

  /** So many milliseconds pass at once. What falls due on the way is run in its turn. */
  async leap(ms: number): Promise<void> {
    const end = this.now() + ms;
    for (;;) {
      await settle();
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#ahead += Math.max(0, next.at - this.now());
      next.run();
    }
    this.#ahead += Math.max(0, end - this.now());
  }
}
