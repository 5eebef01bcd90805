/** What a message reads like in Discord. */
import type { Attachment, Message, Quote } from '../../src/event.ts';
import { fileNotes } from '../../src/text/context.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import { renderMarkdown } from './markdown/render.ts';

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const maxContent = 2_000;

/** The contents of the Discord messages that show a message: each short enough, none empty. Always the same for the same message. */
export function contentsOf(message: Message): string[] {
  const said = message.emote ? emote(message.body) : message.body;
  const tree = [...(message.replyTo ? [quoteOf(message.replyTo)] : []), ...said, ...attachments(message)];
  return splitTree(tree, (part) => renderMarkdown(part).length <= maxContent)
    .map((part) => renderMarkdown(part).trim())
    .filter((content) => content !== '');
}

function emote(body: RichText): RichText {
  return [{ type: 'italic', children: body }];
}

function quoteOf({ author, text }: Quote): TextNode {
  return {
    type: 'quote',
    children: [
      { type: 'bold', children: literal(sanitizeName(author) || 'Somebody') },
      { type: 'text', text: `: ${excerpt(text)}` },
    ],
  };
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
