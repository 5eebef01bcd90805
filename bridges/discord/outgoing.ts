/** What a message reads like in Discord. */
import { type Attachment, isBridge, type Message, type Quote } from '../../src/event.ts';
import { callsIn, type FindPeople } from '../../src/text/calls.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import type { Channel as ApiChannel } from './answers.ts';
import { discordNames } from './calls.ts';
import { fileGroups, fileInWords, inWords } from './files-out.ts';
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
  /** The files that go with it, if any. */
  readonly files?: readonly Attachment[];
  /** https://discord.com/developers/docs/resources/message#message-object-message-flags */
  readonly flags?: number;
}

/** What a message says, and who says it. */
type Said = Pick<Message, 'author' | 'body' | 'attachments' | 'emote' | 'replyTo'>;

/**
 * The contents of the Discord messages that show a message: each short enough, none empty. Where it is cut is
 * always the same for the same message.
 * @param channel where they are shown: what is answered there is linked to, since a webhook can't reply
 * @param find who is called what there; without it, nobody is called
 */
export function contentsOf(message: Said, channel: Channel, find?: FindPeople): Content[] {
  const { author, body, emote, replyTo } = message;
  const named = message.attachments.filter(({ media }) => media === undefined);
  // Nobody is called by what others said, or by what the bridge says.
  const { tree, ids } =
    find !== undefined && !isBridge(author) ? callsIn(body, find, discordNames) : { tree: body, ids: new Map() };
  const said: RichText = emote ? [{ type: 'italic', children: tree }] : tree;
  const whole = [...(replyTo ? [quoteOf(replyTo, channel)] : []), ...said, ...attachments(body, named)];
  const texts = splitTree(whole, (part) => renderMarkdown(part).length <= maxContent)
    .map((part) => contentOf(part, ids))
    .filter(({ text }) => !dropped.test(text));
  return withFiles(texts, fileGroups(message));
}

/** The first files go with the last text, if there is room for their names, should they not arrive. */
function withFiles(texts: readonly Content[], [first, ...others]: readonly Attachment[][]): Content[] {
  if (first === undefined) return [...texts];
  const silent = { text: '', plain: '', users: [] };
  const last = texts.at(-1) ?? silent;
  const fits = last.plain.length + 1 + inWords(first).length <= maxContent;
  const begun = fits ? [...texts.slice(0, -1), { ...last, files: first }] : [...texts, { ...silent, files: first }];
  return [...begun, ...others.map((files) => ({ ...silent, files }))];
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

function attachments(body: RichText, files: readonly Attachment[]): TextNode[] {
  return files.flatMap((file, index) => {
    const first = index === 0 && body.length === 0;
    return first ? fileInWords(file) : [...literal('\n'), ...fileInWords(file)];
  });
}
