/** One ordered queue per destination: at most one delivery in flight, retried with back-off, so that a slow one delays nobody else. */
import type { Logger } from 'pino';
import { DeliveryError } from './adapter.ts';
import type { Clock } from './clock.ts';

/** What a queue needs to know of its destination. */
export interface QueueOptions<Delivery> {
  /** The destination, as the operator knows it; for the log. */
  readonly name: string;
  /** Hands one delivery over. @throws {DeliveryError} */
  readonly deliver: (delivery: Delivery, signal: AbortSignal) => Promise<void>;
  /** A delivery in a few words, for the log when it is lost. */
  readonly describe: (delivery: Delivery) => string;
  /** About how much text a delivery holds, in UTF-16 units; the same each time. */
  readonly size: (delivery: Delivery) => number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** How many deliveries may wait for one destination, and how much text they may hold; beyond it the oldest is lost, and said so. */
const MAX_WAITING = 10_000;
const MAX_SIZE = 32 * 1024 * 1024;
/** From so many waiting deliveries on, the operator is told that a destination is behind. */
const MANY_WAITING = 100;
/** How long one attempt may take, in milliseconds. */
const ATTEMPT_TIMEOUT = 30_000;
/** After so many faults that the adapter could not explain, a delivery is given up, so that it blocks those behind it no longer. */
const MAX_UNEXPLAINED = 5;
const FIRST_WAIT = 500;
const MAX_WAIT = 60_000;
/** How long the end of a queue waits for an attempt that was told to stop, in milliseconds. */
const ABORT_TIME = 500;

/** The queue of one destination. */
export class DeliveryQueue<Delivery> {
  readonly #options: QueueOptions<Delivery>;
  #closed = false;
  /** Whether the operator knows that this destination is behind; until all is delivered. */
  #behind = false;
  /** Aborts the attempt that is under way. */
  #inFlight: AbortController | undefined;
  /** Ends the wait for the next attempt. */
  #wake: (() => void) | undefined;
  #waiting: Delivery[] = [];
  /** Index of the oldest one in `#waiting`: shifting a long array is slow. */
  #head = 0;
  /** How much text those that wait hold. */
  #size = 0;
  #lost = 0;
  #running: Promise<void> | undefined;

  constructor(options: QueueOptions<Delivery>) {
    this.#options = options;
  }

  /** How many deliveries wait or are in flight. */
  get length(): number {
    return this.#waiting.length - this.#head;
  }

  /** Adds a delivery to the end. */
  push(delivery: Delivery): void {
    if (this.#closed) return;
    const size = this.#options.size(delivery);
    // The one at the head is in flight.
    while (this.length > 1 && (this.length >= MAX_WAITING || this.#size + size > MAX_SIZE)) this.#loseOldest();
    this.#waiting.push(delivery);
    this.#size += size;
    if (this.length === MANY_WAITING && !this.#behind) {
      this.#behind = true;
      const { log, name } = this.#options;
      log.warn(
        { destination: name, waiting: this.length },
        `${name} takes messages more slowly than they come; they follow in order`,
      );
    }
    this.#running ??= this.#run();
  }

  /** Ends the wait for the next attempt: the destination is known to be back. */
  retry(): void {
    this.#wake?.();
  }

  /** Gives the deliveries in the queue up to `ms` milliseconds to go out, then ends. Says what was lost. */
  async close(ms: number): Promise<void> {
    const { clock } = this.#options;
    const cancelEnd = clock.after(ms, () => this.#end());
    let cancelWait = () => {};
    const patience = new Promise<void>((resolve) => {
      cancelWait = clock.after(ms + ABORT_TIME, resolve);
    });
    await Promise.race([this.#running, patience]);
    cancelEnd();
    cancelWait();
    this.#end();
    if (this.length > 0) {
      this.#options.log.warn({ destination: this.#options.name, lost: this.length }, 'ended with undelivered messages');
    }
  }

  #end(): void {
    this.#closed = true;
    this.#inFlight?.abort();
    this.retry();
  }

  async #run(): Promise<void> {
    // A burst of pushes is one run.
    await undefined;
    while (this.length > 0 && !this.#closed) {
      const delivery = this.#waiting[this.#head] as Delivery;
      if (!(await this.#deliver(delivery))) break;
      this.#drop(delivery);
    }
    this.#running = undefined;
    this.#behind = false;
  }

  /** True when it is done with, one way or the other; false when the queue was closed before. */
  async #deliver(delivery: Delivery): Promise<boolean> {
    const { deliver, describe, log, name } = this.#options;
    let unexplained = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#attempt(deliver, delivery);
        if (attempt > 0) log.info({ destination: name, attempts: attempt + 1 }, `${name} takes messages again`);
        return true;
      } catch (error) {
        if (this.#closed) return false;
        const known = error instanceof DeliveryError ? error : undefined;
        if (!known) unexplained++;
        const reason = error instanceof Error ? error.message : String(error);
        if (known?.passing === false || unexplained >= MAX_UNEXPLAINED) {
          log.error({ destination: name, lost: describe(delivery) }, `${name}: not delivered: ${reason}`);
          return true;
        }
        const wait = Math.max(known?.retryAfter ?? 0, this.#backOff(attempt));
        log[attempt === 0 ? 'warn' : 'debug'](
          { destination: name, retryInMs: Math.round(wait), waiting: this.length },
          `${name}: ${reason}`,
        );
        await this.#pause(wait);
      }
    }
  }

  async #attempt(deliver: QueueOptions<Delivery>['deliver'], delivery: Delivery): Promise<void> {
    const attempt = new AbortController();
    this.#inFlight = attempt;
    const cancel = this.#options.clock.after(ATTEMPT_TIMEOUT, () =>
      attempt.abort(new DeliveryError('no answer in time', { passing: true })),
    );
    try {
      await deliver(delivery, attempt.signal);
    } finally {
      cancel();
      this.#inFlight = undefined;
    }
  }

  #backOff(attempt: number): number {
    const most = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** attempt);
    return most * (0.5 + this.#options.random() / 2);
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #loseOldest(): void {
    const [oldest] = this.#waiting.splice(this.#head + 1, 1);
    if (oldest === undefined) return;
    const { describe, log, name, size } = this.#options;
    this.#size -= size(oldest);
    this.#lost++;
    if ((this.#lost & (this.#lost - 1)) === 0) {
      log.error(
        { destination: name, lost: describe(oldest), lostSoFar: this.#lost },
        `${name}: too many messages wait; the oldest are lost`,
      );
    }
  }

  #drop(delivery: Delivery): void {
    this.#size -= this.#options.size(delivery);
    this.#head++;
    if (this.length === 0 || (this.#head > 64 && this.#head * 2 > this.#waiting.length)) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }
}
