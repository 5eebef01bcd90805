/** Milliseconds. */
const FIRST = 500;
const LONGEST = 10_000;

/**
 * How long to wait before the n-th attempt in a row, counted from 1: anything up to half a second, then up to twice as much each
 * time, at most ten seconds: people wait for their chat. Full jitter, so that a thousand servers don't come back in the same moment.
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
}
