/** Deliveries on their way into their lines: when they are kept, or at once when that will take a while. */
import type { Writer } from '../store/writer.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryQueue } from './queue.ts';

/** A delivery, and where it goes. */
export interface Arriving {
  readonly destination: string;
  readonly delivery: Delivery;
}

/** Those that are being written. They enter in the order in which they were added. */
export class Arrivals {
  readonly #writer: Writer;
  readonly #queues: ReadonlyMap<string, DeliveryQueue>;
  readonly #gone: (delivery: Delivery) => void;
  readonly #written = new Map<Promise<void>, Arriving[]>();
  readonly #stopListening: () => void;

  /** @param gone told of a delivery whose queue is not there any more */
  constructor(writer: Writer, queues: ReadonlyMap<string, DeliveryQueue>, gone: (delivery: Delivery) => void) {
    this.#writer = writer;
    this.#gone = gone;
    this.#queues = queues;
    this.#stopListening = writer.onFault(() => {
      for (const written of [...this.#written.keys()]) this.#enter(written, false);
    });
  }

  /** @param written what the writer promised for the statements that keep them */
  add(written: Promise<void>, arriving: readonly Arriving[]): void {
    // Several may be in one transaction, and have the same promise.
    const known = this.#written.get(written);
    if (known) known.push(...arriving);
    else this.#written.set(written, [...arriving]);
    if (this.#writer.fault !== undefined) this.#enter(written, false);
    written.then(
      () => this.#enter(written, true),
      () => this.#enter(written, false),
    );
  }

  /** Listens to the writer no longer. */
  end(): void {
    this.#stopListening();
  }

  /** Puts them into their queues, unless they are there. */
  #enter(written: Promise<void>, kept: boolean): void {
    const arriving = this.#written.get(written) ?? [];
    this.#written.delete(written);
    for (const { destination, delivery } of arriving) {
      const queue = this.#queues.get(destination);
      if (queue) queue.arrive(delivery, kept);
      else this.#gone(delivery);
    }
  }
}
