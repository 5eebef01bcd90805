/** What a message reads like in Discord. */
import { type Attachment, isBridge, type Message, type Quote } from '../../src/event.ts';
import { fileNotes } from '../../src/text/context.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import type { Channel as ApiChannel } from './api.ts';
import { callsIn, type FindMembers } from './calls.ts';
import { renderMarkdown } from './markdown/render.ts';
import { linkPath } from './native-id.ts';

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const maxContent = 2_000;
/** A text of which Discord leaves nothing, and which it refuses for that. */
const dropped = /^[\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u;

/** A channel as it stands in links. */
type Channel = Pick<ApiChannel, 'id' | 'guildId'>;

/** What one Discord message says. */
export interface Content {
  readonly text: string;
  /** The same, where everybody is called by name only: always the same for the same message. */
  readonly plain: string;
  /** The ids of the members whom it calls. */
  readonly users: readonly string[];
  /** https://discord.com/developers/docs/resources/message#message-object-message-flags */
  readonly flags?: number;
}

/**
 * The contents of the Discord messages that show a message: each short enough, none empty. Where it is cut is
 * always the same for the same message.
 * @param channel where they are shown: what is answered there is linked to, since a webhook can't reply
 * @param find who is called what there; without it, nobody is called
 */
export function contentsOf(message: Message, channel: Channel, find?: FindMembers): Content[] {
  const { author, body, emote, replyTo } = message;
  // Nobody is called by what others said, or by what the bridge says.
  const { tree, ids } = find !== undefined && !isBridge(author) ? callsIn(body, find) : { tree: body, ids: new Map() };
  const said: RichText = emote ? [{ type: 'italic', children: tree }] : tree;
  const whole = [...(replyTo ? [quoteOf(replyTo, channel)] : []), ...said, ...attachments(message)];
  return splitTree(whole, (part) => renderMarkdown(part).length <= maxContent)
    .map((part) => contentOf(part, ids))
    .filter(({ text }) => !dropped.test(text));
}

function contentOf(part: RichText, ids: ReadonlyMap<TextNode, string>): Content {
  const plain = renderMarkdown(part).trim();
  const text = ids.size > 0 ? renderMarkdown(part, ids).trim() : plain;
  const users = [...new Set(ids.values())].filter((id) => text.includes(`<@${id}>`));
  return text.length <= maxContent ? { text, plain, users } : { text: plain, plain, users: [] };
}

/** Whoever is answered is named in bold, and leads to what they said where that stands in the same channel. */
function quoteOf({ author, text, here }: Quote, { id, guildId = '@me' }: Channel): TextNode {
  const name: TextNode = { type: 'bold', children: literal(sanitizeName(author) || 'Somebody') };
  const link = here === undefined ? '' : linkPath(id, here.nativeId);
  const href = `https://discord.com/channels/${guildId}/${link}`;
  return { type: 'quote', children: [here ? { type: 'link', href, children: [name] } : name, ...literal(`: ${excerpt(text)}`)] };
}

function attachments({ body, attachments }: Message): TextNode[] {
  return attachments.flatMap((attachment, index) => {
    const first = index === 0 && body.length === 0;
    const shown = [attached(attachment), ...literal(fileNotes(attachment))];
    return first ? shown : [...literal('\n'), ...shown];
  });
}

function attached({ name, url, spoiler }: Attachment): TextNode {
  const words = literal(`\u{1F4CE} ${sanitizeName(name) || 'file'}`);
  const node: TextNode = url === undefined ? { type: 'bold', children: words } : { type: 'link', href: url, children: words };
  return spoiler ? { type: 'spoiler', children: [node] } : node;
}
