/** What is counted on the way of a message. */
import type { Event } from '../event.ts';
import type { Kept } from '../store/delivery-reader.ts';

/**
 * How a delivery ended: `shown` also where it was handed over to game servers; `dead` for a dead letter, `expired` for one that waited
 * for too long; `withdrawn` when it was taken back before anybody could see it.
 */
export type Outcome = 'shown' | 'dead' | 'expired' | 'withdrawn';

/** Is told what became of a delivery, which is done with. */
export type Done = (delivery: Pick<Kept, 'seq' | 'event' | 'queuedAt'>, outcome: Outcome) => void;

/** Counts. It is asked on the way of each message: it has to be quick, and never throws. */
export interface Meter {
  /** An event was taken. */
  taken(event: Event): void;
  /** A delivery ended. @param ms how long it was in the line, in milliseconds */
  ended(destination: string, event: Event, outcome: Outcome, ms: number): void;
  /** An attempt failed, and another one will be made. @param askedWait the wait that the platform asked for, in milliseconds */
  failed(destination: string, askedWait: number | undefined): void;
  /** A destination is not there any more: nothing of it need be remembered. */
  removed(destination: string): void;
}

/** Counts nothing. */
export const noMeter: Meter = { taken: () => {}, ended: () => {}, failed: () => {}, removed: () => {} };
