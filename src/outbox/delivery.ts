/** One event on its way to one destination, and how far it came. */
import type { Event, EventId } from '../event.ts';
import type { JoinMode } from './join.ts';

/** How messages that stand behind each other are shown as one. */
export interface JoinPlan {
  readonly mode: JoinMode;
  /** How many, the first included. */
  readonly count: number;
}

/** A delivery in memory. */
export interface Delivery {
  /** The number of its event. */
  readonly seq: number;
  /** Its place in the line of its destination; numbers only grow. */
  readonly position: number;
  /** When it came into the line, in milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly event: Event;
  /** The native ids of the parts that are shown. */
  readonly shown: string[];
  /** Since when the next part may be shown too, in milliseconds since the epoch; undefined when it certainly is not. */
  begunAt: number | undefined;
  /** Set from the first attempt on that shows it together with others: an attempt that is made again must be the same. */
  plan: JoinPlan | undefined;
  /** Whether its event was taken back meanwhile: nobody needs to see it, unless it may have been seen. */
  withdrawn: boolean;
}

/** Whether something of it may have been seen. */
export function isBegun({ shown, begunAt, plan }: Delivery): boolean {
  return shown.length > 0 || begunAt !== undefined || plan !== undefined;
}

/** Whether it is an event, or an edit of it, that is taken back by a removal of `target`. */
export function isOf({ event }: { readonly event: Event | undefined }, target: EventId): boolean {
  return event?.id === target || (event?.kind === 'edit' && event.message.id === target);
}
