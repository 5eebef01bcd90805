/** A Matrix event → what somebody reacted with. */
import { z } from 'zod';
import { type Author, type Emoji, eventId, type Place, type Reaction } from '../../src/event.ts';
import { emojiKey } from './emoji-key.ts';
import { bridgeMark, type RoomEvent } from './event.ts';

/** @see https://spec.matrix.org/v1.13/client-server-api/#event-annotations-and-reactions */
export const annotation = z.object({
  'm.relates_to': z.object({ rel_type: z.literal('m.annotation'), event_id: z.string(), key: z.string() }),
  /** What a picture is called, where the key is its address. */
  shortcode: z.string().optional().catch(undefined),
  'com.beeper.reaction.shortcode': z.string().optional().catch(undefined),
});

/** What somebody reacted to, and with what. */
export interface Reacted {
  /** The event's id. */
  readonly target: string;
  readonly emoji: Emoji;
}

/** Undefined for what is no reaction, or one of a bridge. */
export function readReaction({ type, state_key, content }: RoomEvent): Reacted | undefined {
  if (type !== 'm.reaction' || state_key !== undefined || bridgeMark in content) return undefined;
  const { data } = annotation.safeParse(content);
  if (data === undefined) return undefined;
  const { event_id: target, key } = data['m.relates_to'];
  const shortcode = data.shortcode ?? data['com.beeper.reaction.shortcode'] ?? 'picture';
  // A picture that only Matrix users can see.
  return { target, emoji: { name: key.startsWith('mxc://') ? inColons(shortcode) : key } };
}

export function toReaction(event: RoomEvent, { target, emoji }: Reacted, place: Place, author: Author): Reaction {
  const { event_id: id, origin_server_ts: at } = event;
  return { kind: 'reaction', id: eventId(place, id), at, place, tag: 'Matrix', author, emoji, target: eventId(place, target) };
}

/** The key of the annotation that stands for an emoji. Clients show any text, and no picture that is not on Matrix. */
export function keyOf({ name, url }: Emoji): string {
  return url === undefined ? emojiKey(name) : inColons(name);
}

function inColons(name: string): string {
  return `:${name.replace(/^:|:$/g, '')}:`;
}
