/** What is said instead of messages that came too late. */

/** Why those messages are dead letters. */
export const EXPIRED = 'it waited for too long';

/** A number of messages, and the time that they are from. */
export interface Expired {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
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
