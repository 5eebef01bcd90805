import { randomBytes } from 'node:crypto';
import type { Status } from './payloads.ts';

/** Tells our own announcements from those of another process that uses our server id. */
export class Identity {
  /** Names this process in its `status`. Of two processes, the name of the one that began later sorts last. */
  readonly instance: string;
  #last = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: number) {
    this.instance = `${now.toString(36).padStart(9, '0')}${randomBytes(4).toString('hex')}`;
  }

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

  /**
   * Whether a status is that of a process that has to have our place: one that began after us. Each of the two may see the other's
   * Last Will, since each has thrown the other out: were both to step back, nobody would be left.
   */
  yieldsTo(status: Status): boolean {
    return this.isForeign(status) && (status.instance === undefined || status.instance > this.instance);
  }
}
