import { isAddress, readable } from '../../../src/text/addresses.ts';
import { isBlock, type RichText, type StyleName, type TextNode } from '../../../src/text/tree.ts';
import { codeBlock, codeSpan, escapeText, guardMentions, isUrl, link, oneLine } from './escape.ts';
import { surface } from './surface.ts';

const marks: Record<StyleName, string> = { bold: '**', italic: '*', underline: '__', strike: '~~', spoiler: '||' };

/** What surrounds a node: decides what may be written. */
interface Context {
  /** The marks of the styles that are open. */
  readonly marks: readonly string[];
  readonly ids: ReadonlyMap<TextNode, string>;
  /** In a list item or heading: of other blocks than code and lists, only the words and signs are left here. */
  readonly inItem?: boolean;
  readonly inLink?: boolean;
  /** Line breaks would end what surrounds the node. */
  readonly oneLine?: boolean;
}

/**
 * Writes Discord's markdown. Text is literal: nothing in it becomes markup or a mention, while URLs stay whole and clickable.
 * That nobody is pinged is for `allowed_mentions` to see to; this is the second guard.
 * https://support.discord.com/hc/en-us/articles/210298617
 * @param ids of the members whom mentions in the tree are to call
 */
export function renderMarkdown(tree: RichText, ids: ReadonlyMap<TextNode, string> = new Map()): string {
  return guardMentions(nodes(tree, { marks: [], ids }), new Set(ids.values()));
}

/** Escapes a text as {@link renderMarkdown} does, on one line. */
export function renderLiteral(text: string): string {
  return guardMentions(escapeText(oneLine(text), []), new Set());
}

function nodes(tree: RichText, context: Context): string {
  let out = '';
  let last: { node: TextNode; piece: string } | undefined;
  for (const node of joinTexts(surface(tree))) {
    const piece = isBlock(node) ? block(node, context) : inline(node, context);
    if (piece === '') continue;
    if (last !== undefined) out += separator(last.node, last.piece, node, piece);
    out += piece;
    last = { node, piece };
  }
  return out;
}

/** Neighbouring texts as one: `@` and `everyone` must meet before they are escaped, not after. */
function joinTexts(tree: RichText): RichText {
  const joined: TextNode[] = [];
  for (const node of tree) {
    const last = joined.at(-1);
    if (node.type === 'text' && last?.type === 'text') joined[joined.length - 1] = { type: 'text', text: last.text + node.text };
    else joined.push(node);
  }
  return joined;
}

/** What has to stand between two neighbours so that they don't flow into each other. */
function separator(last: TextNode, before: string, node: TextNode, piece: string): string {
  if (isBlock(last) || isBlock(node)) {
    const merging = last.type === node.type && (node.type === 'quote' || node.type === 'list');
    return merging ? '\n\n' : '\n';
  }
  if (endsInUrl(last, before) && !/^[.,:;"'\])]*(?:[\s<]|$)/.test(piece)) return ' ';
  const touching = piece[0] === before.at(-1) && /[*_~|`]/.test(piece[0] ?? '');
  return touching ? '\u200b' : '';
}

function endsInUrl(node: TextNode, markdown: string): boolean {
  const bare = node.type === 'text' || (node.type === 'link' && !markdown.startsWith('['));
  return bare && /https?:\/\/[^\s<>]*$/.test(markdown.slice(-2_048));
}

function inline(node: TextNode, context: Context): string {
  const text = (words: string) => escapeText(context.oneLine ? oneLine(words) : words, context.marks);
  switch (node.type) {
    case 'text':
      return text(node.text);
    case 'code':
      return codeSpan(context.oneLine ? oneLine(node.text) : node.text, context.marks);
    case 'mention': {
      const id = context.ids.get(node);
      if (id !== undefined) return `<@${id}>`;
      return text(oneLine(`${node.of === 'room' ? '#' : '@'}${node.name}`));
    }
    case 'emoji':
      return text(oneLine(`:${node.name}:`));
    case 'link': {
      if (!context.inLink && isBareUrl(node)) return link('', node.href, context.marks);
      const words = nodes(node.children, { ...context, inLink: true, oneLine: true });
      if (context.inLink) return words;
      return isUrl(node.href) ? link(words, node.href, context.marks) : withMailAddress(words, node.href, text);
    }
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
    case 'spoiler':
      return styled(node.type, node.children, context);
    default:
      return '';
  }
}

/** Discord makes no link of a mail address: it stands behind the words, if they don't tell it. */
function withMailAddress(words: string, href: string, write: (text: string) => string): string {
  const address = /^mailto:/i.test(href) ? write(readable(href)) : '';
  return words.includes(address) ? words : `${words} (${address})`;
}

/** Whether a link's words are its address. */
function isBareUrl({ href, children }: TextNode & { type: 'link' }): boolean {
  const [only, ...others] = children;
  return isUrl(href) && others.length === 0 && only?.type === 'text' && isAddress(only.text, href);
}

function styled(style: StyleName, children: RichText, context: Context): string {
  const mark = marks[style];
  if (context.marks.includes(mark)) return nodes(children, context);
  const body = nodes(children, { ...context, marks: [...context.marks, mark] });
  const core = body.trim();
  if (core === '') return body;
  const start = body.indexOf(core);
  // `||a\|||` would be closed too early.
  const gap = /[_~|]$/.test(core) && core.at(-1) === mark[0] ? '\u200b' : '';
  return `${body.slice(0, start)}${mark}${core}${gap}${mark}${body.slice(start + core.length)}`;
}

function block(node: TextNode, context: Context): string {
  switch (node.type) {
    case 'codeBlock':
      return context.oneLine ? codeSpan(oneLine(node.text), context.marks) : codeBlock(node.text, node.language, context.marks);
    case 'quote': {
      const body = nodes(node.children, context);
      if (body === '' || context.oneLine) return body;
      const sign = context.inItem ? '\\> ' : '> ';
      return prefixLines(body, sign, sign);
    }
    case 'heading': {
      const body = nodes(node.children, { ...context, inItem: true, oneLine: true }).trim();
      if (body === '' || context.oneLine) return body;
      return context.inItem ? body : `${'#'.repeat(Math.min(Math.max(node.level, 1), 3))} ${body}`;
    }
    case 'list':
      return list(node.ordered ? Math.max(node.start ?? 1, 0) : undefined, node.items, context);
    default:
      return '';
  }
}

function list(start: number | undefined, items: readonly RichText[], context: Context): string {
  const bodies = items.map((item) => nodes(item, { ...context, inItem: true }).trim());
  if (context.oneLine) return bodies.join(', ');
  return bodies.map((body, index) => prefixLines(body, start === undefined ? '- ' : `${start + index}. `, '  ')).join('\n');
}

function prefixLines(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first : others) + line)
    .join('\n');
}
