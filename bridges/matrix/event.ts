/** A Matrix room event → what was said. */
import { z } from 'zod';
import { type Author, eventId, type Message, type Place, type Quote, type Thread } from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal, type RichText } from '../../src/text/tree.ts';
import { attachmentAt, fileContent, fileOf, type MatrixFile } from './files.ts';
import { locationIn, pollEndIn, pollIn } from './kinds.ts';
import { userLink } from './links.ts';
import { parseHtml } from './parse-html.ts';

/** @see https://spec.matrix.org/v1.13/client-server-api/#room-event-format */
export const roomEvent = z.object({
  type: z.string(),
  event_id: z.string(),
  sender: z.string(),
  /** Milliseconds, bounded to what a date can hold. */
  origin_server_ts: z.number().int().min(0).max(8.64e15),
  state_key: z.string().optional(),
  content: z.record(z.string(), z.unknown()),
  /** Of a redaction, before room version 11; later it is in the content. */
  redacts: z.string().optional().catch(undefined),
  unsigned: z
    .object({
      prev_content: z.record(z.string(), z.unknown()).optional().catch(undefined),
      redacted_because: z.object({ sender: z.string() }).optional().catch(undefined),
      /** What later events say of it. */
      'm.relations': z.object({ 'm.replace': z.unknown() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export type RoomEvent = z.infer<typeof roomEvent>;

/** Leaves out what is malformed: one such event must not hold up the others. */
export function parseEvents(raw: readonly unknown[]): RoomEvent[] {
  return raw.flatMap((one) => roomEvent.safeParse(one).data ?? []);
}

/** The key in a message's content by which a bridge knows its own messages and those of other bridges. */
export const bridgeMark = 'dev.crosschat.bridge';

/** What stands under {@link bridgeMark}. */
export const markSchema = z.object({
  server_id: z.string(),
  /** The words before the message that say who speaks. */
  label: z.string(),
  /** Which part of which message or edit it is, so that it can be found again. */
  id: z.string().optional().catch(undefined),
});

const text = z.string().optional().catch(undefined);

const relation = z.object({
  rel_type: text,
  event_id: text,
  is_falling_back: z.boolean().optional().catch(undefined),
  'm.in_reply_to': z.object({ event_id: z.string() }).optional().catch(undefined),
});

const messageContent = z.object({
  msgtype: text,
  format: text,
  formatted_body: text,
  ...fileContent.shape,
  'm.relates_to': relation.optional().catch(undefined),
});

type MessageContent = z.infer<typeof messageContent>;

/** What an event says, before it is known by whom. */
export interface Said {
  readonly body: RichText;
  readonly attachments: readonly MatrixFile[];
  readonly emote: boolean;
  /** The id of the event that this one answers. */
  readonly inReplyTo?: string;
  /** The id of the event on which the thread hangs that it belongs to. */
  readonly threadRoot?: string;
}

const fileTypes: ReadonlySet<string | undefined> = new Set(['m.image', 'm.file', 'm.video', 'm.audio']);

/**
 * What an event says to the people in the room. Undefined for what is not relayed: edits, notices (other bots), messages of bridges,
 * unknown kinds of messages and everything malformed.
 */
export function readSaid(event: RoomEvent): Said | undefined {
  if (bridgeMark in event.content || event.state_key !== undefined) return undefined;
  const relates = relation.safeParse(event.content['m.relates_to']).data;
  if (relates?.rel_type === 'm.replace') return undefined;
  const inReplyTo = relates?.is_falling_back ? undefined : relates?.['m.in_reply_to']?.event_id;
  const threadRoot = relates?.rel_type === 'm.thread' ? relates.event_id : undefined;
  const said = {
    attachments: [],
    emote: false,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(threadRoot !== undefined && { threadRoot }),
  };
  const poll = pollIn(event.type, event.content);
  if (poll !== undefined) return { ...said, body: poll };
  const pollEnd = pollEndIn(event.type, event.content);
  // It says of what by a reference: whoever reads it is shown the poll as what is answered.
  if (pollEnd !== undefined) return { ...said, body: pollEnd, ...(relates?.event_id && { inReplyTo: relates.event_id }) };
  const content = messageContent.safeParse(event.content).data;
  if (content === undefined) return undefined;
  if (event.type === 'm.sticker') return { ...said, body: [], attachments: [fileOf(content, true)] };
  if (event.type !== 'm.room.message') return undefined;
  if (content.msgtype === 'm.text') return { ...said, body: bodyOf(content) };
  if (content.msgtype === 'm.emote') return { ...said, body: bodyOf(content), emote: true };
  if (content.msgtype === 'm.location') return { ...said, body: locationIn(event.content) ?? [] };
  if (!fileTypes.has(content.msgtype)) return undefined;
  const hasCaption = content.filename !== undefined && content.filename !== content.body;
  return { ...said, body: hasCaption ? bodyOf(content) : [], attachments: [fileOf(content, false)] };
}

function bodyOf(content: MessageContent): RichText {
  if (content.format === 'org.matrix.custom.html' && content.formatted_body !== undefined) {
    const tree = parseHtml(content.formatted_body);
    if (tree.length > 0) return tree;
  }
  const isReply = content['m.relates_to']?.['m.in_reply_to'] !== undefined;
  return literal(isReply ? withoutReplyFallback(content.body) : content.body);
}

/**
 * Older clients put a copy of the message that they answer before their own words.
 * @see https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies
 */
function withoutReplyFallback(body: string): string {
  if (!/^> (\* )?<@/.test(body)) return body;
  const lines = body.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('>'));
  if (first === -1) return '';
  return lines.slice(lines[first] === '' ? first + 1 : first).join('\n');
}

/** Who and where, as far as the event itself doesn't tell. */
export interface Circumstances {
  readonly place: Place;
  readonly author: Author;
  readonly replyTo: Quote | undefined;
  readonly thread?: Thread | undefined;
}

export function toMessage(event: RoomEvent, said: Said, { place, author, replyTo, thread }: Circumstances): Message {
  return {
    kind: 'message',
    id: eventId(place, event.event_id),
    at: event.origin_server_ts,
    place,
    tag: 'Matrix',
    author,
    body: said.body,
    attachments: said.attachments.map((file) => attachmentAt(place, file)),
    ...(replyTo !== undefined && { replyTo }),
    ...(said.emote && { emote: true }),
    ...(thread && { thread }),
  };
}

export function toAuthor(userId: string, name: string): Author {
  return { id: userId, name, link: userLink(userId) };
}

/** The name of a user without a display name: `alice` for `@alice:example.org`. */
export function localpart(userId: string): string {
  return /^@([^:]+)/.exec(userId)?.[1] ?? userId;
}

/**
 * A message that is answered. One that we ourselves brought into the room is quoted by the words of who spoke.
 * @param name its sender's name in the room
 */
export function toQuote(event: RoomEvent, name: string, ownUserId: string): Quote {
  const mark = event.sender === ownUserId ? markSchema.safeParse(event.content[bridgeMark]).data : undefined;
  if (mark !== undefined) {
    const body = String(event.content['body'] ?? '');
    const start = body.indexOf(mark.label) + mark.label.length;
    const words = body.slice(start).replace(/^:? /, '') || String(event.content['filename'] ?? '');
    return { author: mark.label, text: excerpt(words) };
  }
  const content = messageContent.safeParse(event.content).data;
  const said = readSaid(event);
  const words = said === undefined ? (content?.body ?? '') : toPlain(said.body) || (said.attachments[0]?.name ?? '');
  return { author: name, by: event.sender, text: excerpt(words) };
}
