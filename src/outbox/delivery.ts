/** One event on its way to one destination, and how far it came. */
import type { Edit, Event, EventId } from '../event.ts';
import type { JoinMode } from './join.ts';

/** How messages that stand behind each other are shown as one. */
export interface JoinPlan {
  readonly mode: JoinMode;
  /** How many, the first included. */
  readonly count: number;
}

/** An edit, and its number. */
export interface Revision {
  readonly seq: number;
  readonly edit: Edit;
}

/** A delivery in memory. */
export interface Delivery {
  /** The number of its event. */
  readonly seq: number;
  /** Its place in the line of its destination; numbers only grow. */
  readonly position: number;
  /** When it came into the line, in milliseconds since the epoch. */
  readonly queuedAt: number;
  /** As it was taken. */
  readonly event: Event;
  /** The newest edit that came while it waited: it is shown as it reads after that. Fixed as soon as something may have been seen. */
  revision: Revision | undefined;
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
export function isBegun({ shown, begunAt, plan }: Pick<Delivery, 'shown' | 'begunAt' | 'plan'>): boolean {
  return shown.length > 0 || begunAt !== undefined || plan !== undefined;
}

/** What is shown: a message as it reads now, and in place of an edit the newest one. */
export function current({ event, revision }: Pick<Delivery, 'event' | 'revision'>): Event {
  if (revision === undefined) return event;
  return event.kind === 'message' ? revision.edit.message : revision.edit;
}

/** The number of the edit as which something may have been seen, 0 for none; undefined while nothing may have been. */
export function sentAs(delivery: Omit<Delivery, 'event'>): number | undefined {
  return isBegun(delivery) ? (delivery.revision?.seq ?? 0) : undefined;
}

/**
 * Takes note, in a delivery that waits, of an event that came later.
 * @param isFixed whether something of the delivery may have been seen
 */
export function overtake(delivery: Delivery, { seq, event }: Pick<Delivery, 'seq' | 'event'>, isFixed = isBegun(delivery)): void {
  if (event.kind === 'removal') {
    if (isOf(delivery, event.target)) delivery.withdrawn = true;
    // Those before it go out by themselves.
    if (!isFixed && delivery.revision?.edit.id === event.target) delivery.revision = undefined;
  }
  if (event.kind !== 'edit' || isFixed || !isOf(delivery, event.message.id)) return;
  if (seq > (delivery.revision?.seq ?? delivery.seq)) delivery.revision = { seq, edit: event };
}

/** Whether it is an event, or an edit of it, that is taken back by a removal of `target`. */
function isOf({ event }: { readonly event: Event | undefined }, target: EventId): boolean {
  return event?.id === target || (event?.kind === 'edit' && event.message.id === target);
}
