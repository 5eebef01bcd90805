/** A message → the contents of the Matrix events that show it. */
import type { z } from 'zod';
import type { Attachment, Message, Quote } from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { toPlain } from '../../src/text/plain.ts';
import { splitTree } from '../../src/text/split.ts';
import { literal, type RichText } from '../../src/text/tree.ts';
import { bridgeMark, type markSchema } from './event.ts';
import { renderHtml } from './render-html.ts';

/** In bytes of JSON. An event may have 65,536, of which the homeserver needs some for itself. */
const maxSize = 40_000;

/** The content of an `m.room.message` event. */
export interface MatrixContent {
  readonly msgtype: 'm.text';
  readonly body: string;
  readonly format: 'org.matrix.custom.html';
  readonly formatted_body: string;
  /** Nobody is ever pinged. Without it, clients would look for names in the text. */
  readonly 'm.mentions': Readonly<Record<string, never>>;
  readonly [bridgeMark]: z.infer<typeof markSchema>;
}

export interface ContentOptions {
  /** What stands before a message: `{name}` is the speaker, `{server}` where they are. */
  readonly nameTemplate: string;
  /** The bridge's own id on the crosschat network. */
  readonly serverId: string;
}

/** The contents that show a message, in order: one, or as many as its length needs. None, if it says nothing. */
export function toContents(message: Message, options: ContentOptions): MatrixContent[] {
  const label = labelOf(message, options.nameTemplate);
  const quote = message.replyTo === undefined ? [] : quoteOf(message.replyTo);
  const said = joinLines([message.body, ...message.attachments.map(attachmentLine)]);
  const contentOf = (part: RichText, before: RichText): MatrixContent => {
    const speaker: RichText = message.emote ? [...literal('* '), ...label, ...literal(' ')] : [...label, ...literal(': ')];
    const tree = [...before, ...speaker, ...part];
    return {
      msgtype: 'm.text',
      body: wellFormed(toPlain(tree)),
      format: 'org.matrix.custom.html',
      formatted_body: wellFormed(renderHtml(tree)),
      'm.mentions': {},
      [bridgeMark]: { server_id: options.serverId, label: wellFormed(toPlain(label)) },
    };
  };
  const fits = (part: RichText) => Buffer.byteLength(JSON.stringify(contentOf(part, quote))) <= maxSize;
  return splitTree(said, fits).map((part, index) => contentOf(part, index === 0 ? quote : []));
}

/** The template filled in, in one pass: a name can't hold a placeholder. */
function labelOf({ author, tag }: Message, template: string): RichText {
  return template.split(/(\{name\}|\{server\})/).flatMap((piece): RichText => {
    if (piece === '{name}') return [{ type: 'bold', children: literal(author.name) }];
    return literal(piece === '{server}' ? tag : piece);
  });
}

function quoteOf({ author, text }: Quote): RichText {
  const name = sanitizeName(author) || 'somebody';
  return [{ type: 'quote', children: [{ type: 'bold', children: literal(name) }, ...literal(`: ${excerpt(text)}`)] }];
}

function attachmentLine({ name, url, spoiler }: Attachment): RichText {
  const shown = literal(sanitizeName(name) || 'file');
  const line: RichText =
    url === undefined ? [...literal('['), ...shown, ...literal(']')] : [{ type: 'link', href: url, children: shown }];
  return spoiler ? [{ type: 'spoiler', children: line }] : line;
}

function joinLines(lines: readonly RichText[]): RichText {
  const filled = lines.filter((line) => line.length > 0);
  return filled.flatMap((line, index) => (index === 0 ? line : [...literal('\n'), ...line]));
}

/** Without lone surrogates, which a homeserver can't take: Synapse answers them with status 500 for ever. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
