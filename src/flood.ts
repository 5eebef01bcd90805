/** How much one source may say: a token bucket each, so that nobody fills the rooms of all others. */
import type { Clock } from './clock.ts';
import { Recent } from './recent.ts';

/** What a limiter is made of. */
export interface FloodOptions {
  /** How many may pass in a minute, and at once after a quiet minute; 0 for no limit. */
  readonly perMinute: number | (() => number);
  readonly clock: Clock;
}

/** What {@link FloodLimiter.allow} answers: `first-no` once per spell of flooding, so that the flooder is told once. */
export type Verdict = 'yes' | 'first-no' | 'no';

/** A bucket that is not full. */
interface Bucket {
  /** When it will be full again if nothing more is taken: milliseconds since the epoch. */
  readonly fullAt: number;
  readonly refused: boolean;
}

const MINUTE = 60_000;
/** Milliseconds that sums of fractions may be wrong by. */
const ROUNDING = 0.5;
/** How many sources are watched; beyond it, the one that was quiet for longest is forgotten: hostile ids must not grow memory. */
const MAX_KEYS = 10_000;

/**
 * Lets each source say `perMinute` things a minute. A spell of flooding ends when the bucket is full again: after a quiet minute, or
 * after a longer while of saying little.
 */
export class FloodLimiter {
  readonly #clock: Clock;
  readonly #perMinute: () => number;
  /** By source. */
  readonly #buckets = new Recent<string, Bucket>(MAX_KEYS);

  constructor({ perMinute, clock }: FloodOptions) {
    this.#clock = clock;
    this.#perMinute = typeof perMinute === 'number' ? () => perMinute : perMinute;
  }

  /** Counts one thing that a source says, and tells whether it may pass. What may not pass costs the source nothing. */
  allow(key: string): Verdict {
    const perMinute = this.#perMinute();
    if (perMinute <= 0) return 'yes';
    // Milliseconds that one thing takes to be forgotten.
    const cost = MINUTE / perMinute;
    const now = this.#clock.now();
    const { fullAt, refused } = this.#bucketOf(key, now);
    if (fullAt - now + cost <= MINUTE + ROUNDING) {
      this.#buckets.set(key, { fullAt: fullAt + cost, refused });
      return 'yes';
    }
    this.#buckets.set(key, { fullAt, refused: true });
    return refused ? 'no' : 'first-no';
  }

  #bucketOf(key: string, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known === undefined || known.fullAt <= now) return { fullAt: now, refused: false };
    // The clock may have been set back: nobody waits for longer than a minute.
    return { ...known, fullAt: Math.min(known.fullAt, now + MINUTE) };
  }
}
