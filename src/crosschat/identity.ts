import { randomBytes } from 'node:crypto';
import type { Status } from './payloads.ts';

/** Tells our own announcements from those of another process that uses our server id. */
export class Identity {
  /** Names this process in its `status`. Of two processes, the name of the one that began later sorts last. */
  readonly process: string;
  /** Names in our present status: that of this process, or of the one that it continues without the others noticing. */
  #instance: string;
  /** All names that are ours. */
  readonly #own: Set<string>;
  #started = 0;
  /** Whether others were told that we are gone, since they were told that we are here. */
  interrupted = false;

  /** @param now milliseconds since the epoch */
  constructor(now: number) {
    this.process = `${now.toString(36).padStart(9, '0')}${randomBytes(4).toString('hex')}`;
    this.#instance = this.process;
    this.#own = new Set([this.process]);
  }

  /** As in our status: unix seconds, 0 before the first. */
  get started(): number {
    return this.#started;
  }

  /** As in our status. */
  get instance(): string {
    return this.#instance;
  }

  /** Takes over from an earlier process, which was announced like this. */
  restore(started: number, instance: string): void {
    this.#started = started;
    this.#instance = instance;
    this.#own.add(instance);
  }

  /** Begins to be announced anew: with a `started` above any before, and as this process, which may have come after another one. */
  renew(now: number): void {
    this.#started = Math.max(Math.floor(now / 1000), this.#started + 1);
    this.#instance = this.process;
    this.interrupted = false;
  }

  /** Whether a status of our server id is the one that we announced last. */
  isCurrent({ started, instance }: Status): boolean {
    return started > 0 && started === this.#started && instance === this.#instance;
  }

  /**
   * Whether a status of our server id was made by another process: while it was up, or by its Last Will. Other implementations
   * name no instance; theirs can be told while they are up.
   */
  isForeign({ started, instance }: Status): boolean {
    return instance === undefined ? started > 0 : !this.#own.has(instance);
  }

  /**
   * Whether a status is that of a process that has to have our place: one that began after us. Each of the two may see the other's
   * Last Will, since each has thrown the other out: were both to step back, nobody would be left.
   */
  yieldsTo(status: Status): boolean {
    return this.isForeign(status) && (status.instance === undefined || status.instance > this.process);
  }
}
