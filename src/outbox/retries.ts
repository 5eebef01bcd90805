/** Dead letters that the operator wants to be tried again: a command marks them, from another process. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { DeliveryReader, Kept } from '../store/delivery-reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Arrivals } from './arrivals.ts';
import { NOT_CONFIGURED, UNREADABLE } from './reasons.ts';

/** What looking for them takes. */
export interface RetriesOptions {
  readonly reader: DeliveryReader;
  readonly writer: Writer;
  readonly arrivals: Arrivals;
  /** Whether there is such a destination. */
  readonly has: (destination: string) => boolean;
  /** A place behind all others in every line. */
  readonly nextPosition: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often they are looked for, in milliseconds. */
const POLL = 2_000;
/** How many are taken at a time. */
const RETRIES = 500;

/** Looks for them, and puts them at the end of their lines. */
export class Retries {
  readonly #options: RetriesOptions;
  #cancel = () => {};
  #ended = false;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Looks from now on. */
  begin(): void {
    if (this.#ended) return;
    const { clock, log } = this.#options;
    this.#cancel = clock.after(POLL, () => {
      void this.#look()
        .catch((error: unknown) => log.debug({ err: error }, 'dead letters could not be looked for'))
        .then(() => this.begin());
    });
  }

  /** Looks no more. */
  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  /** The next look comes when what this one found is written: else it would be found again. */
  async #look(): Promise<void> {
    const { reader, writer } = this.#options;
    if (writer.fault !== undefined) return;
    const found = await reader.retried(RETRIES);
    await Promise.all(found.map(({ destination, kept }) => this.#retry(destination, kept)));
  }

  #retry(destination: string, kept: Kept): Promise<void> {
    const { writer, arrivals, has, nextPosition, clock } = this.#options;
    const { event } = kept;
    const letter = { ...kept, position: nextPosition(), queuedAt: clock.now() };
    if (!event || !has(destination)) {
      const reason = event ? NOT_CONFIGURED : UNREADABLE;
      return writer.add(statements.bury(destination, letter, reason, letter.queuedAt));
    }
    const written = writer.add(statements.requeue(destination, letter));
    arrivals.add(written, [{ destination, delivery: { ...letter, event } }]);
    return written;
  }
}
