/** What the bridge itself says in a room. */
import { BRIDGE_ID, type Message, numberedId, type Place } from './event.ts';
import { literal } from './text/tree.ts';

/** A message by the bridge. @param seq its number among events */
export function ownMessage(place: Place, text: string, seq: number, at: number): Message {
  return {
    kind: 'message',
    id: numberedId(seq),
    at,
    place,
    tag: 'crosschat',
    author: { id: BRIDGE_ID, name: 'Bridge' },
    body: literal(text),
    attachments: [],
  };
}
