/** A Matrix room event → which earlier event it changes, and how. */
import { z } from 'zod';
import { bridgeMark, type RoomEvent, readSaid, roomEvent, type Said } from './event.ts';
import { pollTypes } from './kinds.ts';

/** @see https://spec.matrix.org/v1.13/client-server-api/#event-replacements */
const replacement = z.object({
  'm.relates_to': z.object({ rel_type: z.literal('m.replace'), event_id: z.string() }),
  'm.new_content': z.record(z.string(), z.unknown()),
});

/** The id of the event that this one replaces; undefined, if it is no edit or one of a bridge. */
export function editTarget({ type, state_key, content }: RoomEvent): string | undefined {
  if (type !== 'm.room.message' || state_key !== undefined || bridgeMark in content) return undefined;
  return replacement.safeParse(content).data?.['m.relates_to'].event_id;
}

/**
 * What a message says after an edit; undefined if the edit is not valid, since then nobody in the room sees it either.
 * @param original the event that the edit names
 * @see https://spec.matrix.org/v1.13/client-server-api/#validity-of-replacement-events
 */
export function readEdit(edit: RoomEvent, original: RoomEvent): Said | undefined {
  const now = readSaid(original) && replaced(original, edit);
  return now && readSaid(now);
}

/**
 * An event as it reads now, with what its latest edit says: the homeserver brings that with it.
 * @see https://spec.matrix.org/v1.13/client-server-api/#server-side-aggregation-of-mreplace-relationships
 */
export function asEdited(event: RoomEvent): RoomEvent {
  const { data: edit } = roomEvent.safeParse(event.unsigned?.['m.relations']?.['m.replace']);
  return (edit && replaced(event, edit)) ?? event;
}

/** An edit can't change what is answered, and in which thread, and need not repeat it. */
function replaced(original: RoomEvent, edit: RoomEvent): RoomEvent | undefined {
  const { data } = replacement.safeParse(edit.content);
  if (data === undefined || original.sender !== edit.sender || original.type !== edit.type) return undefined;
  return { ...original, content: { ...data['m.new_content'], 'm.relates_to': original.content['m.relates_to'] } };
}

/** The id of the event that a redaction empties; undefined, if this is none. */
export function redactionTarget({ type, content, redacts }: RoomEvent): string | undefined {
  if (type !== 'm.room.redaction') return undefined;
  // Since room version 11 it stands in the content, and homeservers put it on the top for older clients.
  return redacts ?? z.string().safeParse(content['redacts']).data;
}

const removable: ReadonlySet<string> = new Set(['m.room.message', 'm.sticker', 'm.reaction', ...pollTypes]);

/** Whether an event is a message or a reaction that a user took back, or that was taken from them; what it said is gone. */
export function isRemoved({ type, state_key, unsigned }: RoomEvent): boolean {
  return removable.has(type) && state_key === undefined && unsigned?.redacted_because !== undefined;
}
