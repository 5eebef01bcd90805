/** A message → the contents of the Matrix events that show it. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Attachment, EventId, Message, Quote } from '../../src/event.ts';
import { fileNotes } from '../../src/text/context.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { asLines } from '../../src/text/lines.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { toPlain } from '../../src/text/plain.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText } from '../../src/text/tree.ts';
import { bridgeMark, type markSchema } from './event.ts';
import type { FileContent } from './file-content.ts';
import { type Mentions, mentionsOf } from './mentions.ts';
import { nameFallback, type Profile, type ProfileContent, profileKey, profileOf } from './profile.ts';
import { type Calls, type EmojiUrls, type Known, renderHtml } from './render-html.ts';

/** In bytes of JSON. An event may have 65,536, of which the homeserver needs some for itself; an edit says everything twice. */
const maxSize = 30_000;

/** What stands under {@link bridgeMark} in our own messages. */
type OwnMark = z.infer<typeof markSchema> & { readonly id: string };

/** The content of an `m.room.message` event. */
export interface MatrixContent {
  readonly msgtype: 'm.text' | 'm.notice' | 'm.emote';
  readonly body: string;
  readonly format: 'org.matrix.custom.html';
  readonly formatted_body: string;
  /** Who is pinged: who is answered, if they said it in this room, and who is called. Without it, clients would look for names in the text. */
  readonly 'm.mentions': Mentions;
  /** @see https://spec.matrix.org/v1.13/client-server-api/#rich-replies */
  readonly 'm.relates_to'?: { readonly 'm.in_reply_to': { readonly event_id: string } };
  readonly [profileKey]?: ProfileContent;
  readonly [bridgeMark]: OwnMark;
}

/** An event that is to be sent. */
export interface Draft {
  /** All that it says, in words. */
  readonly content: MatrixContent;
  /** The file that it shows where that can be had, with what is said to it then. */
  readonly file?: { readonly attachment: Attachment; readonly caption: MatrixContent };
}

/** The content of an event that lets an earlier one read otherwise. */
export interface ReplacementContent extends Omit<MatrixContent | FileContent, 'm.relates_to'> {
  readonly 'm.new_content': Omit<MatrixContent | FileContent, 'm.relates_to'>;
  readonly 'm.relates_to': { readonly rel_type: 'm.replace'; readonly event_id: string };
}

export interface ContentOptions {
  /** What stands before a message: `{name}` is the speaker, `{server}` where they are. */
  readonly nameTemplate: string;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
  /** Whether it is sent as whoever said it: then it need not say who that is. */
  readonly asThemselves?: boolean;
  /** What a message is sent as; `m.text` by default. */
  readonly msgtype?: 'm.text' | 'm.notice';
  /** How its author is shown by clients that know profiles of messages; without it, they are named only. */
  readonly profile?: Profile;
  /** Who is called by the mentions in the body, or `everybody`; nobody by default. */
  readonly calls?: Calls;
  /** The custom emoji that are shown as pictures; none by default. */
  readonly emoji?: EmojiUrls;
}

/**
 * The events that show a message, in order: as many as its length needs, and one for each file that can be carried, the first of which has
 * a short text as its caption. None, if it says nothing. How many they are is always the same for the same message.
 * @param cause the event by which it is shown: the message itself, or an edit of it
 */
export function toDrafts(message: Message, options: ContentOptions, cause: EventId = message.id): Draft[] {
  const { asThemselves = false, msgtype = 'm.text', calls = new Map(), emoji, profile } = options;
  const label = asThemselves ? [] : labelOf(message, options.nameTemplate);
  const name = wellFormed(toPlain(label));
  const isEmote = message.emote === true;
  const { replyTo } = message;
  // A client shows what is answered by itself, where that is in the room.
  const quote = replyTo === undefined || replyTo.here ? [] : quoteOf(replyTo);
  const carried = message.attachments.filter(({ media }) => media !== undefined);
  const named = message.attachments.filter(({ media }) => media === undefined);
  const said = asLines([message.body, ...named.map(attachmentLine)]);
  const contentOf = (part: RichText, index: number, known: Known = { emoji, calls }): MatrixContent => {
    const gap = part.length === 0 || asThemselves ? '' : isEmote ? ' ' : ': ';
    const sign = isEmote && !asThemselves ? '* ' : '';
    const begin = index === 0 ? quote : [];
    const tree = [...begin, ...literal(sign), ...label, ...literal(gap), ...part];
    // Clients that show who speaks take the name away only where the text begins with it.
    const isFallback = profile !== undefined && begin.length === 0 && gap === ': ';
    const html = isFallback ? `${nameFallback(name)}${renderHtml(part, known)}` : renderHtml(tree, known);
    const answered = index === 0 ? replyTo?.here : undefined;
    return {
      msgtype: isEmote && asThemselves ? 'm.emote' : msgtype,
      body: wellFormed(toPlain(tree)),
      format: 'org.matrix.custom.html',
      formatted_body: wellFormed(html),
      'm.mentions': mentionsOf(part, calls, answered?.by),
      ...(answered && { 'm.relates_to': { 'm.in_reply_to': { event_id: answered.nativeId } } }),
      ...(profile && { [profileKey]: profileOf(personId(message), name, profile, isFallback) }),
      [bridgeMark]: { server_id: options.serverId, label: name, id: actionId(cause, index) },
    };
  };
  // Where it is cut must not depend on which emoji could be had, and on who is there.
  const fits = (part: RichText) => Buffer.byteLength(JSON.stringify(contentOf(part, 0, {}))) <= maxSize;
  const texts = splitTree(said, fits);
  const [caption = []] = texts.length === 1 && carried.length > 0 ? texts.splice(0) : [];
  const files = carried.map((attachment, index): Draft => {
    const words = index === 0 ? caption : [];
    const place = texts.length + index;
    return {
      content: contentOf(asLines([words, attachmentLine(attachment)]), place),
      file: { attachment, caption: contentOf(asLines([words, describe(attachment)]), place) },
    };
  });
  return [...texts.map((part, index) => ({ content: contentOf(part, index) })), ...files];
}

/**
 * The content that replaces that of an earlier event. What stands outside of `m.new_content` is for clients that know no edits; its
 * mentions would be those that the edit adds, and there are none. What is answered stays as it was.
 * @see https://spec.matrix.org/v1.13/client-server-api/#event-replacements
 * @see https://spec.matrix.org/v1.13/client-server-api/#user-and-room-mentions
 */
export function toReplacement(
  { 'm.relates_to': _, ...content }: MatrixContent | FileContent,
  eventId: string,
): ReplacementContent {
  return {
    ...content,
    body: `* ${content.body}`,
    formatted_body: `* ${content.formatted_body}`,
    'm.mentions': {},
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
  };
}

/** Names what we do because of an event, the same each time: a transaction id, and where it makes an event, the id in its mark. */
export function actionId(cause: string, what: string | number): string {
  return createHash('sha256').update(`${cause} ${what}`).digest('base64url');
}

/** The template filled in, in one pass: a name can't hold a placeholder. */
function labelOf({ author, tag }: Message, template: string): RichText {
  return template.split(/(\{name\}|\{server\})/).flatMap((piece): RichText => {
    if (piece === '{name}') return [{ type: 'bold', children: literal(author.name) }];
    return literal(piece === '{server}' ? tag : piece);
  });
}

/** Names who speaks. Players are numbered anew when they come back, so their name tells them apart as well. */
function personId({ place, author }: Message): string {
  return actionId(`${place.kind === 'room' ? place.adapter : place.server}/${author.id}`, author.name);
}

function quoteOf({ author, text }: Quote): RichText {
  const name = sanitizeName(author) || 'somebody';
  return [{ type: 'quote', children: [{ type: 'bold', children: literal(name) }, ...literal(`: ${excerpt(text)}`)] }];
}

function attachmentLine(attachment: Attachment): RichText {
  const { name, url, spoiler } = attachment;
  const shown = literal(sanitizeName(name) || 'file');
  const line: RichText =
    url === undefined ? [...literal('['), ...shown, ...literal(']')] : [{ type: 'link', href: url, children: shown }];
  return [...(spoiler ? [{ type: 'spoiler', children: line } as const] : line), ...literal(fileNotes(attachment))];
}

/** What is to be seen in a file, where its author told. */
function describe({ description, spoiler }: Attachment): RichText {
  const words = spoiler === true ? '' : excerpt(description ?? '');
  return words === '' ? [] : [{ type: 'italic', children: literal(words) }];
}

/** Without lone surrogates, which a homeserver can't take: Synapse answers them with status 500 for ever. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
