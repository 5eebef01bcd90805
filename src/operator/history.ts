/** How it was in the last hours, for charts: in memory, from the counters that Prometheus reads as well. */
import type { Sample } from '../../web/operator/wire.ts';
import type { Clock } from '../clock.ts';
import type { Totals } from '../monitoring/metrics.ts';

/** Everything that was counted so far, and how it is now. */
export interface Reading extends Totals {
  readonly waiting: number;
  readonly players: number;
}

/** What a history is made of. */
export interface HistoryOptions {
  readonly clock: Clock;
  /** Reads the counters. */
  readonly read: () => Promise<Reading>;
  /** A sample was taken. */
  readonly taken: (sample: Sample) => void;
}

/** A sample is taken so often, in milliseconds, and tells of the time since so many samples ago: a minute. */
const STEP = 15_000;
const STEPS = 4;
/** So many are kept: three hours of them. */
const MAX_SAMPLES = 720;

/** The history of one bridge. */
export class History {
  readonly #options: HistoryOptions;
  readonly #samples: Sample[] = [];
  /** The readings of the last minute, the oldest first. */
  #readings: (Reading & { readonly at: number })[] = [];
  #cancel: (() => void) | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** What was noted so far, the oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Begins. */
  start(): void {
    const { clock } = this.#options;
    this.#cancel = clock.after(STEP, () => this.start());
    void this.#take();
  }

  /** Ends it. */
  stop(): void {
    this.#cancel?.();
  }

  async #take(): Promise<void> {
    const { clock, read, taken } = this.#options;
    const reading = { ...(await read()), at: clock.now() };
    const [before] = this.#readings;
    this.#readings = [...this.#readings, reading].slice(-STEPS);
    // Of the beginning, there is nothing to tell yet.
    if (before === undefined) return;
    const sample = sampleOf(before, reading);
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    taken(sample);
  }
}

function sampleOf(before: Reading & { at: number }, now: Reading & { at: number }): Sample {
  const minutes = Math.max(1, now.at - before.at) / 60_000;
  // What was counted for a room goes with the room.
  const perMinute = (from: number, to: number) => Math.round(Math.max(0, to - from) / minutes);
  const latencies = now.latencies.map(([bound, count]): [number, number] => {
    const [, earlier = 0] = before.latencies.find(([its]) => its === bound) ?? [];
    return [bound, Math.max(0, count - earlier)];
  });
  return {
    at: now.at,
    messages: perMinute(before.messages, now.messages),
    lost: perMinute(before.lost, now.lost),
    median: quantile(0.5, latencies),
    slow: quantile(0.95, latencies),
    waiting: now.waiting,
    players: now.players,
  };
}

/**
 * A quantile of what was counted by upper bounds in seconds, as Prometheus' `histogram_quantile` has it.
 * @param counts for each bound how many were below it, in the order of the bounds, the last of which is infinite
 * @returns milliseconds; null when nothing was counted
 */
function quantile(part: number, counts: readonly (readonly [bound: number, count: number])[]): number | null {
  const [, total] = counts.at(-1) ?? [0, 0];
  if (total === 0) return null;
  const wanted = part * total;
  const index = counts.findIndex(([, count]) => count >= wanted);
  const [low, below] = counts[index - 1] ?? [0, 0];
  const [high = 0, count = 0] = counts[index] ?? [];
  const seconds = high === Number.POSITIVE_INFINITY ? low : low + ((high - low) * (wanted - below)) / Math.max(1, count - below);
  return Math.round(seconds * 1_000);
}
