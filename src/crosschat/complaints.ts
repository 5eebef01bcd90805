import type { Clock } from './clock.ts';
import type { RejectionKind } from './events.ts';
import { MAX_COMPLAINT_LINES, MAX_COMPLAINTS } from './limits.ts';
import type { Log } from './log.ts';

/** How often one peer was rejected for one reason. */
export interface Complaint {
  readonly peer: string;
  readonly kind: RejectionKind;
  readonly count: number;
}

/** Milliseconds between two summaries. */
const SUMMARY_INTERVAL = 60 * 60 * 1000;
/** Complaints that a summary names one by one. */
const NAMED = 10;

/** Keeps the log readable: each complaint is logged once per peer and kind, then counted, and summed up now and then. */
export class Complaints {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #counts = new Map<string, { peer: string; kind: RejectionKind; count: number }>();
  /** Those that found the table full. */
  #others = 0;
  #lines = 0;
  #since: number;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Counts a complaint, and logs it if it is a new one. `peer` and `detail` have to be fit for a log. */
  add(peer: string, kind: RejectionKind, detail: string): void {
    if (this.#clock.now() - this.#since >= SUMMARY_INTERVAL) this.summarise();
    const key = `${kind}/${peer}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    if (this.#counts.size < MAX_COMPLAINTS) this.#counts.set(key, { peer, kind, count: 1 });
    else this.#others += 1;
    this.#logNew(peer, kind, detail);
  }

  #logNew(peer: string, kind: RejectionKind, detail: string): void {
    this.#lines += 1;
    if (this.#lines < MAX_COMPLAINT_LINES) {
      this.#log.warn(
        { peer, kind, detail },
        `Threw away a ${kind} packet of ${peer}: ${detail}. More of this kind are counted only.`,
      );
    } else if (this.#lines === MAX_COMPLAINT_LINES) {
      this.#log.warn({}, 'Too many servers send bad packets. All further complaints are counted only.');
    }
  }

  /** What was counted since the last summary, the most frequent first. */
  counts(): Complaint[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count);
  }

  /** Logs one line about what was counted, and begins anew. */
  summarise(): void {
    const counts = this.counts();
    const total = counts.reduce((sum, { count }) => sum + count, this.#others);
    const unsaid = total - counts.length;
    if (unsaid > 0) {
      const most = counts.slice(0, NAMED).map(({ peer, kind, count }) => ({ peer, kind, count }));
      this.#log.warn({ total, most }, `Threw away ${total} bad packets since the last summary.`);
    }
    this.#counts.clear();
    this.#others = 0;
    this.#lines = 0;
    this.#since = this.#clock.now();
  }
}
