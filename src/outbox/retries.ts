/** Dead letters that the operator wants to be tried again: a command marks them, from another process. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type DeliveryReader, deliveries as statements } from '../store/deliveries.ts';
import type { Writer } from '../store/writer.ts';
import type { DeliveryQueue } from './queue.ts';

/** What looking for them takes. */
export interface RetriesOptions {
  readonly reader: DeliveryReader;
  readonly writer: Writer;
  /** By destination. */
  readonly queues: ReadonlyMap<string, DeliveryQueue>;
  /** A place behind all others in every line. */
  readonly nextPosition: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Why a delivery to a destination that is not there is a dead letter. */
export const NOT_CONFIGURED = 'it is no longer configured';
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

  async #look(): Promise<void> {
    const { reader, writer } = this.#options;
    if (writer.fault !== undefined) return;
    await Promise.all((await reader.retried(RETRIES)).map(({ destination, event }) => this.#retry(destination, event)));
  }

  async #retry(destination: string, seq: number): Promise<void> {
    const { writer, queues, nextPosition, clock } = this.#options;
    const queue = queues.get(destination);
    const letter = { seq, position: nextPosition(), queuedAt: clock.now() };
    await writer.add(
      queue ? statements.requeue(destination, letter) : statements.bury(destination, letter, NOT_CONFIGURED, letter.queuedAt),
    );
    queue?.backlog.announce(letter.position);
    queue?.run();
  }
}
