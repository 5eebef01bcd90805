/** What becomes of deliveries that never arrive: it is kept, and the operator is told. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { Kept } from '../store/delivery-reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Delivery } from './delivery.ts';
import { describe } from './describe.ts';
import type { Destination } from './destination.ts';
import type { Expired } from './expiry.ts';
import type { Done } from './meter.ts';
import { EXPIRED, UNREADABLE } from './reasons.ts';

/** What ending deliveries takes. */
export interface EndingsOptions {
  readonly destination: Destination;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly log: Logger;
  /** A delivery is done with. */
  readonly onDone: Done;
}

/** The endings of the deliveries to one destination. */
export class Endings {
  readonly #options: EndingsOptions;

  constructor(options: EndingsOptions) {
    this.#options = options;
  }

  /** It is a dead letter now. */
  bury(delivery: Delivery, reason: string): void {
    const { destination, writer, clock, log, onDone } = this.#options;
    const { id, name } = destination;
    const { seq, event } = delivery;
    log.error({ destination: name, event: event.id, seq, lost: describe(event) }, `${name}: not delivered: ${reason}`);
    void writer.add(statements.bury(id, delivery, reason, clock.now()));
    destination.lost?.(delivery.event, reason);
    onDone(delivery, 'dead');
  }

  /** They were to be shown as one. Should a part of that be shown, it says nothing of each of them. */
  buryTogether(deliveries: readonly Delivery[], reason: string): void {
    const { destination, writer } = this.#options;
    for (const delivery of deliveries) {
      this.bury(delivery, reason);
      if (deliveries.length > 1) void writer.add(statements.notShown(destination.id, delivery.seq));
    }
  }

  /** Its event makes no sense. */
  buryUnreadable(kept: Kept): void {
    const { destination, writer, clock, log, onDone } = this.#options;
    const { id, name } = destination;
    log.error({ destination: name, seq: kept.seq }, `${name}: a delivery in the database can't be read; it is given up`);
    void writer.add(statements.bury(id, kept, UNREADABLE, clock.now()));
    onDone(kept, 'dead');
  }

  /** All up to the last of them came too late. They have been taken out of the line one by one. */
  buryExpired(last: Delivery, expired: Expired | undefined): void {
    const { destination, writer, clock, log } = this.#options;
    const { id, name } = destination;
    void writer.add(statements.buryUpTo(id, last.position, EXPIRED, clock.now()));
    if (expired === undefined) return;
    log.error(
      { destination: name, messages: expired.count },
      `${name}: ${expired.count} messages waited for too long and were not delivered; the command dead-letters lists them`,
    );
  }

  /** It was taken back before anybody could see it, or is an edit that what it edits was shown with: nobody misses it. */
  forget(delivery: Delivery): void {
    const { destination, writer, log, onDone } = this.#options;
    const { seq, event } = delivery;
    log.debug({ destination: destination.name, event: event.id, seq }, 'it need not be shown any more');
    void writer.add(statements.arrived(destination.id, delivery.seq));
    onDone(delivery, 'withdrawn');
  }
}
