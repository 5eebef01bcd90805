/** What a message reads like in Discord. */
import type { Attachment, Message, Quote } from '../../src/event.ts';
import { fileNotes } from '../../src/text/context.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import type { Channel as ApiChannel } from './api.ts';
import { renderMarkdown } from './markdown/render.ts';

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const maxContent = 2_000;

/** A channel as it stands in links. */
type Channel = Pick<ApiChannel, 'id' | 'guildId'>;

/**
 * The contents of the Discord messages that show a message: each short enough, none empty. Always the same for the same message.
 * @param channel where they are shown: what is answered there is linked to, since a webhook can't reply
 */
export function contentsOf(message: Message, channel: Channel): string[] {
  const said = message.emote ? emote(message.body) : message.body;
  const tree = [...(message.replyTo ? [quoteOf(message.replyTo, channel)] : []), ...said, ...attachments(message)];
  return splitTree(tree, (part) => renderMarkdown(part).length <= maxContent)
    .map((part) => renderMarkdown(part).trim())
    .filter((content) => content !== '');
}

function emote(body: RichText): RichText {
  return [{ type: 'italic', children: body }];
}

/** Whoever is answered is named in bold, and leads to what they said where that stands in the same channel. */
function quoteOf({ author, text, here }: Quote, { id, guildId = '@me' }: Channel): TextNode {
  const name: TextNode = { type: 'bold', children: literal(sanitizeName(author) || 'Somebody') };
  const href = `https://discord.com/channels/${guildId}/${id}/${here?.nativeId}`;
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
