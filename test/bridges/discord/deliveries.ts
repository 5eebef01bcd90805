import type { Attempt } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import type { EventId } from '../../../src/event.ts';

interface Progress {
  readonly shown: string[];
  begunAt: number | undefined;
}

/** What the core keeps on disk of the deliveries to a room. */
export class Deliveries {
  readonly #clock: Clock;
  readonly #all = new Map<EventId, Progress>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The native ids of an event's parts, with those that edits added. */
  shown(event: EventId): readonly string[] {
    return [...this.#all].flatMap(([id, { shown }]) => (id === event || id.startsWith(`${event}/`) ? shown : []));
  }

  /** The next attempt of a delivery. */
  attempt(event: EventId, signal: AbortSignal): Attempt {
    const progress = this.#all.get(event) ?? { shown: [], begunAt: undefined };
    this.#all.set(event, progress);
    const all = this.#all;
    const clock = this.#clock;
    return {
      signal,
      shown: progress.shown,
      get doubtful() {
        return progress.begunAt !== undefined;
      },
      get begunAt() {
        return progress.begunAt;
      },
      isKnown: async (nativeId) => [...all.values()].some(({ shown }) => shown.includes(nativeId)),
      async begin() {
        progress.begunAt ??= clock.now();
      },
      failed() {
        progress.begunAt = undefined;
      },
      done(nativeId) {
        progress.shown.push(nativeId);
        progress.begunAt = undefined;
      },
    };
  }
}
