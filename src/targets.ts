/** Which message is meant by what a platform says of one of its own, and where it stands in another room. */
import { type RoomAddress, roomId } from './channels.ts';
import { type EventId, type Message, nativeIdIn, type Place, type Standing } from './event.ts';
import type { History } from './outbox/history.ts';

/** A message with what it answers as it stands in a room, if it does. */
export async function withTarget(message: Message, address: RoomAddress, history: History): Promise<Message> {
  const { replyTo, place } = message;
  if (replyTo?.target === undefined) return message;
  const here = await standingOf(await meantBy(replyTo.target, place, history), address, history);
  return here ? { ...message, replyTo: { ...replyTo, here } } : message;
}

/**
 * The message that a place names: one that was said there, or the one that we show there under this id.
 * @param target named after that place
 */
export async function meantBy(target: EventId, place: Place, history: History): Promise<EventId> {
  const nativeId = place.kind === 'room' ? nativeIdIn(place, target) : undefined;
  if (place.kind !== 'room' || nativeId === undefined) return target;
  return (await history.eventAt(roomId(place), nativeId)) ?? target;
}

/** Where a message stands in a room; undefined when it never got there, or only among others in one that was joined of them. */
export async function standingOf(id: EventId, address: RoomAddress, history: History): Promise<Standing | undefined> {
  const nativeId = nativeIdIn({ kind: 'room', ...address }, id);
  if (nativeId === undefined) {
    const [first] = (await history.parts(id, roomId(address))).own;
    return first === undefined ? undefined : { nativeId: first };
  }
  const said = await history.event(id);
  return { nativeId, ...(said?.kind === 'message' && { by: said.author.id }) };
}
