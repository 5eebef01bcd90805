import { randomBytes } from 'node:crypto';
import type { Status } from './payloads.ts';

/** Tells our own announcements from those of another process that uses our server id. */
export class Identity {
  /** Names this process in its `status`. Two processes that start in the same second are told apart by it. */
  readonly instance = randomBytes(6).toString('hex');
  #last = 0;

  /** The `started` of a new connection: unix seconds, and above any before. */
  next(now: number): number {
    this.#last = Math.max(Math.floor(now / 1000), this.#last + 1);
    return this.#last;
  }

  /**
   * Whether a status of our server id was made by another process: while it was up, or by its Last Will. Other implementations
   * name no instance; theirs can be told while they are up.
   */
  isForeign({ started, instance }: Status): boolean {
    return instance === undefined ? started > 0 : instance !== this.instance;
  }
}
