/** The wait between two attempts. */
import type { Clock } from '../clock.ts';

const FIRST_WAIT = 500;
const MAX_WAIT = 60_000;

/** One wait at a time, which can be cut short. */
export class Pause {
  readonly #clock: Clock;
  readonly #random: () => number;
  #wake: (() => void) | undefined;
  #canBeCut = false;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether there is a wait now. */
  get isOn(): boolean {
    return this.#wake !== undefined;
  }

  /** Half to all of the back-off after so many failures, in milliseconds. */
  lengthOf(failures: number): number {
    const most = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** failures);
    return most * (0.5 + this.#random() / 2);
  }

  /** @param canBeCut whether {@link cutShort} ends it: what a platform asked for is kept */
  async wait(ms: number, canBeCut: boolean): Promise<void> {
    this.#canBeCut = canBeCut;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** There is no reason to wait any longer. */
  cutShort(): void {
    if (this.#canBeCut) this.#wake?.();
  }

  /** Whatever the reason is. */
  end(): void {
    this.#wake?.();
  }
}
