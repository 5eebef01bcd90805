/** Events as they are kept. */
import { z } from 'zod';
import type { Event, Party } from '../event.ts';

const id = z.string();
const at = z.number();
const place = z.union([
  z.looseObject({ kind: z.literal('room'), adapter: id, room: z.string() }),
  z.looseObject({ kind: z.literal('server'), server: z.string() }),
]);
const author = z.looseObject({ id, name: z.string() });
const player = z.looseObject({
  kind: z.literal('player'),
  server: id,
  number: z.number().optional(),
  since: z.number().optional(),
  author,
});
const user = z.looseObject({ kind: z.literal('user'), adapter: id, author });
const bridge = z.looseObject({ kind: z.literal('bridge'), author });
const party = z.discriminatedUnion('kind', [player, user, bridge]);
const emoji = z.looseObject({ name: z.string(), url: z.string().optional() });
const richText = z.array(z.looseObject({ type: z.string() }));
const attachments = z.array(z.looseObject({ name: z.string() }));
const message = z.looseObject({
  kind: z.literal('message'),
  id,
  at,
  place,
  tag: z.string(),
  author,
  body: richText,
  attachments,
});
const event = z.discriminatedUnion('kind', [
  message,
  z.looseObject({ kind: z.literal('edit'), id, at, place, message }),
  z.looseObject({ kind: z.literal('removal'), id, at, place, target: id }),
  z.looseObject({ kind: z.literal('reaction'), id, at, place, tag: z.string(), author, emoji, target: id }),
  z.looseObject({
    kind: z.literal('reaction-removal'),
    id,
    at,
    place,
    target: id,
    emoji: emoji.optional(),
    userId: id.optional(),
  }),
  z.looseObject({ kind: z.literal('profile'), id, at, adapter: id, author }),
  z.looseObject({
    kind: z.literal('whisper'),
    id,
    at,
    from: party,
    to: z.discriminatedUnion('kind', [player, user]),
    tag: z.string(),
    body: richText,
    attachments,
  }),
  z.looseObject({ kind: z.literal('departure'), id, at, adapter: id, userId: id }),
]);

/** Somebody who was kept as JSON; undefined when they can't be read. */
export function parseParty(body: string): Party | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return party.safeParse(value).success ? (value as Party) : undefined;
  } catch {
    return undefined;
  }
}

/** An event that was kept as JSON; undefined when it can't be read: a file can be damaged. */
export function parseEvent(body: string | null): Event | undefined {
  if (body === null) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return event.safeParse(value).success ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
}
