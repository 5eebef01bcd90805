/** Notices on their way to one destination: in memory only, each shown once or never, and only while nobody's message waits. */
import type { Logger } from 'pino';
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Notice } from '../event.ts';
import { asLines } from '../text/lines.ts';
import type { Destination } from './destination.ts';
import { inTime } from './time-limit.ts';

/** What showing notices takes. */
export interface NoiseOptions {
  readonly destination: Destination;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something is {@link Noise.due} now. */
  readonly onDue: () => void;
}

/** After so many milliseconds, nobody wants to know any more. */
const FRESH = 60_000;
/** So many milliseconds are between two posts: rooms take so many a minute, and people need them. */
const GAP = 10_000;
/** How long one attempt may take, and then to end, in milliseconds: somebody may say something meanwhile. */
const TIME = { limit: 10_000, grace: 2_000 };
/** The shortest wait after a platform asked for one, in milliseconds. */
const MIN_WAIT = 1_000;
/** So many wait at most; beyond it the oldest is dropped. */
const MAX_WAITING = 10;

/** The notices for one destination. */
export class Noise {
  readonly #options: NoiseOptions;
  #waiting: Notice[] = [];
  /** When the next post may be made. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #cancelWait = () => {};
  #inFlight: AbortController | undefined;

  constructor(options: NoiseOptions) {
    this.#options = options;
  }

  /** Whether there is something to {@link show} now. */
  get due(): boolean {
    return this.#waiting.length > 0 && this.#options.clock.now() >= this.#nextAt;
  }

  /** One more. */
  add(notice: Notice): void {
    this.#waiting = [...this.#waiting, notice].slice(-MAX_WAITING);
    this.#wait();
  }

  /** Shows all that wait and are fresh, as one. Never throws. */
  async show(): Promise<void> {
    const { destination, clock, log } = this.#options;
    const notice = asOne(this.#takeFresh());
    if (notice === undefined || destination.notify === undefined) return;
    const controller = new AbortController();
    this.#inFlight = controller;
    this.#nextAt = clock.now() + GAP;
    try {
      await inTime(async () => destination.notify?.(notice, controller.signal), controller, clock, TIME);
    } catch (error) {
      log.debug({ destination: destination.name, err: error }, 'a notice was not shown');
      const retryAfter = error instanceof DeliveryError ? error.retryAfter : undefined;
      // Anything else may have shown it, and twice would be worse than never.
      if (retryAfter !== undefined) this.#again(notice, retryAfter);
    } finally {
      this.#inFlight = undefined;
      this.#wait();
    }
  }

  /** Nothing more is shown. */
  end(): void {
    this.#waiting = [];
    this.#cancelWait();
    this.#inFlight?.abort();
  }

  #takeFresh(): Notice[] {
    const now = this.#options.clock.now();
    const fresh = this.#waiting.filter(({ at }) => now - at <= FRESH);
    this.#waiting = [];
    return fresh;
  }

  #again(notice: Notice, ms: number): void {
    this.#nextAt = this.#options.clock.now() + Math.max(ms, MIN_WAIT);
    this.#waiting.unshift(notice);
  }

  #wait(): void {
    const { clock, onDue } = this.#options;
    this.#cancelWait();
    if (this.#waiting.length === 0) return;
    const ms = this.#nextAt - clock.now();
    if (ms <= 0) onDue();
    else this.#cancelWait = clock.after(ms, onDue);
  }
}

/** Several as one, each on a line of its own, with the id of the first and the time of the oldest. */
function asOne(notices: readonly Notice[]): Notice | undefined {
  const [first] = notices;
  if (first === undefined) return undefined;
  const isOfOne = notices.every(({ tag }) => tag === first.tag);
  return { ...first, tag: isOfOne ? first.tag : 'Game servers', body: asLines(notices.map(({ body }) => body)) };
}
