import type { Status } from './payloads.ts';

/** Own starts that are remembered, to know them again. */
const MAX_OWN_STARTS = 1_000;

/** Tells our own announcements from those of another process that uses our server id. */
export class Identity {
  readonly #own = new Set<number>();
  #last = 0;

  /** The `started` for a new connection: unix seconds, and above any that was used before. */
  next(now: number): number {
    return Math.max(Math.floor(now / 1000), this.#last + 1);
  }

  /** The broker knows us under this `started` from now on. */
  use(started: number): void {
    this.#last = started;
    this.#own.add(started);
    const [oldest] = this.#own;
    if (this.#own.size > MAX_OWN_STARTS && oldest !== undefined) this.#own.delete(oldest);
  }

  /** Whether a status of our server id was made by another process: while it was up, or by its Last Will. */
  isForeign({ started, was }: Status): boolean {
    const start = started > 0 ? started : was;
    return start !== undefined && !this.#own.has(start);
  }
}
