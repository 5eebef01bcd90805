/** Which deliveries go out as one attempt, and as what. */
import type { Event, Message } from '../event.ts';
import { current, type Delivery, isBegun, type JoinPlan, type Revision } from './delivery.ts';
import { type JoinMode, join } from './join.ts';

/** How many messages become one at most. */
export const MAX_JOINED = 100;

/** Deliveries that are shown together, and what is shown. */
export interface Batch {
  readonly deliveries: readonly [Delivery, ...Delivery[]];
  readonly event: Event;
  /** The edit as which the first one is shown. */
  readonly revision: Revision | undefined;
}

/** The edits as which its messages are shown. */
export function revisionsOf({ deliveries: [, ...others], revision }: Batch): Revision[] {
  return [revision, ...others.map((delivery) => delivery.revision)].filter((one) => one !== undefined);
}

/** The first one by itself. */
export function alone(first: Delivery): Batch {
  return { deliveries: [first], event: current(first), revision: first.revision };
}

/**
 * The first one and as many behind it as can be joined now.
 * @param room about how many UTF-16 units fit
 */
export function joinFresh(line: readonly Delivery[], mode: JoinMode, room: number): Batch | undefined {
  const end = line.findIndex((delivery) => delivery.event.kind !== 'message' || isBegun(delivery) || delivery.withdrawn);
  return joined(end === -1 ? line : line.slice(0, end), mode, room);
}

/** The same again as in an earlier attempt. */
export function joinAgain(line: readonly Delivery[], { mode, count }: JoinPlan, room: number): Batch | undefined {
  return joined(line.slice(0, count), mode, room);
}

function joined(line: readonly Delivery[], mode: JoinMode, room: number): Batch | undefined {
  const [first, ...others] = line;
  const messages = line.map(current).filter((event): event is Message => event.kind === 'message');
  if (first === undefined || messages.length < line.length) return undefined;
  const { message, count } = join(messages, mode, room);
  return { deliveries: [first, ...others.slice(0, count - 1)], event: message, revision: first.revision };
}
