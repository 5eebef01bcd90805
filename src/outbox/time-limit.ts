/** Work that has a time limit, also when it does not keep to it. */
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';

/** How long something may take, and then to end when it is told to, in milliseconds. */
interface TimeLimit {
  readonly limit: number;
  readonly grace: number;
}

/** For one attempt. */
const ATTEMPT: TimeLimit = { limit: 30_000, grace: 10_000 };

/** It did not even end when it was told to: it is left to itself, and what it did is in doubt. */
export class NoAnswer extends Error {}

/**
 * Does something in bounded time.
 * @param controller aborted when its time is over
 * @throws {DeliveryError} passing, when it ended because its time was over
 * @throws {NoAnswer}
 */
export async function inTime(
  work: () => Promise<void>,
  controller: AbortController,
  clock: Clock,
  { limit, grace } = ATTEMPT,
): Promise<void> {
  const late = new DeliveryError('no answer in time', { passing: true });
  const silent = new NoAnswer('the platform did not answer, so nobody knows: it may have been shown');
  let cancel = () => {};
  const over = new Promise<never>((_, reject) => {
    cancel = clock.after(limit, () => {
      cancel = clock.after(grace, () => reject(silent));
      controller.abort(late);
    });
  });
  try {
    await Promise.race([work(), over]);
  } catch (error) {
    // Many libraries throw something of their own when they are stopped.
    const isOwn = error === silent || error instanceof DeliveryError || controller.signal.reason !== late;
    throw isOwn ? error : late;
  } finally {
    cancel();
  }
}
