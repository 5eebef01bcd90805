import type { Logger } from 'pino';
import type { Clock } from '../../../src/clock.ts';

/** What a turn came to. */
export interface Outcome {
  /** No other turn before so many milliseconds are over. */
  readonly rest: number;
  /** Another turn after so many milliseconds, though nobody asks for it. */
  readonly again?: number | undefined;
}

/** Time that one turn may take, in milliseconds. */
const TIME_LIMIT = 30_000;
/** Milliseconds between tries where a turn failed in a way that nobody expected. */
const AFTER_FAULT = 60_000;

/** Does something when asked to: soon, never twice at once, and no more often than it says itself. */
export class Paced {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #settle: number;
  readonly #turn: (signal: AbortSignal) => Promise<Outcome>;
  #cancel = () => {};
  #due = Number.POSITIVE_INFINITY;
  #restsUntil = 0;
  #asked = false;
  #current: AbortController | undefined;
  #stopped = false;

  /** @param settle milliseconds from the first wish to the turn: more may change meanwhile */
  constructor(
    options: { readonly clock: Clock; readonly log: Logger; readonly settle: number },
    turn: (signal: AbortSignal) => Promise<Outcome>,
  ) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#settle = options.settle;
    this.#turn = turn;
  }

  /** There may be something to do. */
  ask(): void {
    if (this.#current !== undefined) this.#asked = true;
    else this.#plan(this.#settle);
  }

  /** Ends it, a turn that is under way included. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#current?.abort();
  }

  #plan(delay: number): void {
    const now = this.#clock.now();
    const due = Math.max(now + delay, this.#restsUntil);
    if (this.#stopped || due >= this.#due) return;
    this.#cancel();
    this.#due = due;
    this.#cancel = this.#clock.after(due - now, () => void this.#take());
  }

  async #take(): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    this.#due = Number.POSITIVE_INFINITY;
    this.#asked = false;
    const cancel = this.#clock.after(TIME_LIMIT, () => current.abort());
    const { rest, again } = await this.#turn(current.signal).catch((err: unknown): Outcome => {
      if (!this.#stopped) this.#log.error({ err }, 'The status on Discord could not be brought up to date');
      return { rest: AFTER_FAULT, again: AFTER_FAULT };
    });
    cancel();
    this.#current = undefined;
    this.#restsUntil = this.#clock.now() + rest;
    if (this.#asked) this.#plan(this.#settle);
    if (again !== undefined && Number.isFinite(again)) this.#plan(again);
  }
}
