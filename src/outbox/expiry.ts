/** What came too late, and what is said instead. */
import type { Backlog } from './backlog.ts';
import type { Delivery } from './delivery.ts';

/** A number of messages, and the time that they are from. */
export interface Expired {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** How many are taken out of a line without a pause. */
const STRETCH = 1_000;

/**
 * Takes all that came too late from the head of a line.
 * @param each called for each of them
 * @returns the last one, and what is to be told of them: nothing when no message is among them
 */
export async function takeExpired(
  backlog: Backlog,
  isExpired: (delivery: Delivery) => boolean,
  each: (delivery: Delivery) => void,
): Promise<{ readonly last: Delivery | undefined; readonly expired: Expired | undefined }> {
  let last: Delivery | undefined;
  let expired: Expired | undefined;
  for (let count = 1; ; count++) {
    if (count % STRETCH === 0) await new Promise(setImmediate);
    const [head] = await backlog.peek(1);
    if (head === undefined || !isExpired(head)) return { last, expired };
    last = head;
    if (head.event.kind === 'message') {
      expired = { count: (expired?.count ?? 0) + 1, from: expired?.from ?? head.queuedAt, to: head.queuedAt };
    }
    backlog.drop(1);
    each(head);
  }
}

/** `37 messages from 14:02 to 14:40 UTC were not delivered.`, with dates unless all of it is of today. */
export function expiryNotice({ count, from, to }: Expired, now: number): string {
  const today = dayOf(from) === dayOf(now) && dayOf(to) === dayOf(now);
  const [start, end] = [from, to].map((at) => (today ? timeOf(at) : `${dayOf(at)} ${timeOf(at)}`));
  const when = start === end ? `from ${start}` : `from ${start} to ${end}`;
  return count === 1 ? `1 message ${when} UTC was not delivered.` : `${count} messages ${when} UTC were not delivered.`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}
