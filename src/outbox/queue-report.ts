/** How the queue of a destination stands, as people see it. */

/**
 * `slow`: it takes messages more slowly than they come, or asked us to wait. `down`: it fails for reasons that should pass.
 * `recovering`: it takes messages again, and some still wait.
 */
export type CircuitState = 'up' | 'slow' | 'down' | 'recovering';

/** What went wrong last. */
export interface LastFault {
  /** In words for the operator. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** How a queue stands. */
export interface QueueReport {
  /** Its destination, as the operator knows it. */
  readonly name: string;
  readonly state: CircuitState;
  /** How many wait. */
  readonly waiting: number;
  /** Since when the oldest waits, in milliseconds since the epoch; undefined when none does. */
  readonly oldest: number | undefined;
  /** The last fault of this run, which may be over. */
  readonly fault: LastFault | undefined;
}
