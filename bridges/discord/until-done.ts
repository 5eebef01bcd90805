import type { Logger } from 'pino';
import { AdapterError } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import { reasonOf, waitOf } from './faults.ts';
import { passed } from './passed.ts';

/** Between two tries, in milliseconds; the pauses double. */
const firstPause = 1_000;
const longestPause = 60_000;

interface Options {
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** Called when a try failed. */
  readonly failed: () => void;
}

/**
 * Tries something at Discord, with growing pauses, until it worked or nobody wants it any more.
 * @throws {AdapterError} when it can never work
 */
export async function untilDone(work: () => Promise<void>, { clock, log, signal, failed }: Options): Promise<void> {
  for (let pause = firstPause; !signal.aborted; pause = Math.min(2 * pause, longestPause)) {
    try {
      await work();
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof AdapterError) throw error;
      const wait = Math.max(pause, waitOf(error) ?? 0);
      log.warn(`Discord can't be reached: ${reasonOf(error)}; trying again in ${Math.ceil(wait / 1_000)} s`);
      failed();
      await passed(wait, clock, signal);
    }
  }
}
