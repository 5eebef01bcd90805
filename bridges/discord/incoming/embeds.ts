/** Embeds that somebody wrote, as text. https://discord.com/developers/docs/resources/message#embed-object */
import { type APIEmbed, EmbedType } from 'discord.js';
import type { Attachment } from '../../../src/event.ts';
import { asLines } from '../../../src/text/lines.ts';
import { literal, type RichText, type TextNode } from '../../../src/text/tree.ts';
import { parseInline } from '../markdown/inline.ts';
import { type Names, parseMarkdown } from '../markdown/parse.ts';

/** Embeds in text and pictures. */
export interface Shown {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

/**
 * What the embeds of a message say. Previews of links say nothing: the link is in the text.
 * @param content the message's text
 * @param options.byPerson whether a person wrote it: they can't embed anything, but by a link
 */
export function embedsOf(
  embeds: readonly APIEmbed[],
  content: string,
  { names, byPerson }: { names: Names; byPerson: boolean },
): Shown {
  const link = byPerson && /https?:\/\//.test(content);
  const isPreview = ({ type, url }: APIEmbed) =>
    type !== EmbedType.Rich || link || (url !== undefined && url !== '' && content.includes(url));
  const written = embeds.filter((embed) => !isPreview(embed));
  return { body: asLines(written.map((embed) => textOf(embed, names))), attachments: written.flatMap(pictureOf) };
}

function textOf({ author, title, url, description, fields = [], footer }: APIEmbed, names: Names): RichText {
  return asLines([
    literal(author?.name ?? ''),
    title === undefined || title === '' ? [] : [titleOf(parseInline(title, names, true), url)],
    parseMarkdown(description ?? '', names),
    ...fields.map(({ name, value }) => fieldOf(parseInline(name, names), parseMarkdown(value, names))),
    literal(footer?.text ?? ''),
  ]);
}

function titleOf(words: RichText, url: string | undefined): TextNode {
  return { type: 'bold', children: url === undefined ? words : [{ type: 'link', href: url, children: words }] };
}

function fieldOf(name: RichText, value: RichText): RichText {
  return [{ type: 'bold', children: name }, ...literal(': '), ...value];
}

function pictureOf({ image }: APIEmbed): Attachment[] {
  if (image === undefined || !/^https?:/.test(image.url) || !URL.canParse(image.url)) return [];
  const file = new URL(image.url).pathname.split('/').at(-1) ?? '';
  return [{ name: file || 'image', url: image.url }];
}
