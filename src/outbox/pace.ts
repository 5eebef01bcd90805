/** How far a destination is behind, and what that means for how messages are shown. */
import type { JoinMode } from './join.ts';

/** From so many milliseconds behind on, what one speaker says without a break is joined. */
const JOIN_FROM = 4_000;
/**
 * From so many milliseconds behind on, several speakers become one digest: early enough that few wait when a platform that counts by
 * the minute takes no more, since those wait for its next minute.
 */
const DIGEST_FROM = 8_000;
/** More than so many milliseconds for one attempt tell nothing more, or the clock was set. */
const LONGEST = 60_000;
/** How much the latest attempt counts in the average. */
const WEIGHT = 0.25;

/** The pace of one destination: the moving average of how long an attempt takes there. */
export class Pace {
  #average = 0;

  /** An attempt took so many milliseconds, with the waits that the platform asked for. */
  took(ms: number): void {
    this.#average += (Math.min(Math.max(ms, 0), LONGEST) - this.#average) * WEIGHT;
  }

  /** How to show messages when so many wait; undefined for one by one. */
  joinMode(waiting: number): JoinMode | undefined {
    const lag = waiting * this.#average;
    return lag > DIGEST_FROM ? 'digest' : lag > JOIN_FROM ? 'speaker' : undefined;
  }
}
