import type { AdapterId, EventId, Message, RoomRef } from '../../src/event.ts';
import type { RichText } from '../../src/text/tree.ts';

/** A message that says this. */
export function says(body: RichText): Message {
  return {
    kind: 'message',
    id: 'somewhere/1/2' as EventId,
    at: 0,
    place: { kind: 'room', adapter: 'somewhere' as AdapterId, room: '1' as RoomRef },
    tag: 'Somewhere',
    author: { id: '7', name: 'Alice' },
    body,
    attachments: [],
  };
}
