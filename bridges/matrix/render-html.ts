/** Rich text → Matrix HTML. */
import { isBlock, type RichText, type TextNode } from '../../src/text/tree.ts';
import { isOpenable, userLink } from './links.ts';

/** By address, the `mxc:` URL that a custom emoji was uploaded as. */
export type EmojiUrls = ReadonlyMap<string, string>;
/** By the mentions in the tree that call somebody, who that is: a user id. */
export type Calls = ReadonlyMap<TextNode, string>;

/** What becomes more than text. */
export interface Known {
  readonly emoji?: EmojiUrls | undefined;
  readonly calls?: Calls | undefined;
}

/**
 * The tree in the HTML that the specification allows in a `formatted_body`. All text is escaped: none can become markup. Mentions are
 * text where they name nobody on Matrix, and so are emoji that were not uploaded.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export function renderHtml(tree: RichText, known: Known = {}): string {
  return tree.map((node, index) => renderNode(node, known) + breakBefore(node, tree[index + 1])).join('');
}

/** A line break right before a block is not seen: it takes two for an empty line. */
function breakBefore(node: TextNode, next: TextNode | undefined): string {
  return next !== undefined && isBlock(next) && node.type === 'text' && node.text.endsWith('\n') ? '<br>' : '';
}

const styleTags = { bold: 'strong', italic: 'em', underline: 'u', strike: 'del' } as const;

function renderNode(node: TextNode, known: Known): string {
  switch (node.type) {
    case 'text':
      return escapeHtml(withBlanks(node.text)).replaceAll('\n', '<br>');
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike': {
      const tag = styleTags[node.type];
      return `<${tag}>${renderHtml(node.children, known)}</${tag}>`;
    }
    case 'spoiler':
      return `<span data-mx-spoiler>${renderHtml(node.children, known)}</span>`;
    case 'code':
      return `<code>${escapeHtml(node.text)}</code>`;
    case 'codeBlock':
      return `<pre><code${languageClass(node.language)}>${escapeHtml(node.text)}\n</code></pre>`;
    case 'quote':
      return `<blockquote>${renderHtml(node.children, known)}</blockquote>`;
    case 'heading': {
      const level = Math.min(Math.max(Math.trunc(node.level), 1), 6);
      return `<h${level}>${renderHtml(node.children, known)}</h${level}>`;
    }
    case 'list': {
      const items = node.items.map((item) => `<li>${renderHtml(item, known)}</li>`).join('');
      if (!node.ordered) return `<ul>${items}</ul>`;
      return `<ol${node.start === undefined ? '' : ` start="${Math.trunc(node.start)}"`}>${items}</ol>`;
    }
    case 'link': {
      const text = renderHtml(node.children, known);
      return isOpenable(node.href) ? `<a href="${escapeHtml(node.href)}">${text}</a>` : text;
    }
    case 'mention':
      return renderMention(`${node.of === 'room' ? '#' : '@'}${node.name}`, known.calls?.get(node));
    case 'emoji':
      return renderEmoji(node.name, known.emoji?.get(node.url ?? ''));
  }
}

function renderMention(words: string, userId: string | undefined): string {
  const text = escapeHtml(words);
  return userId?.startsWith('@') ? `<a href="${escapeHtml(userLink(userId))}">${text}</a>` : text;
}

/** https://github.com/matrix-org/matrix-spec-proposals/pull/2545 */
function renderEmoji(name: string, mxc: string | undefined): string {
  const words = escapeHtml(`:${name}:`);
  if (mxc === undefined) return words;
  return `<img data-mx-emoticon src="${escapeHtml(mxc)}" alt="${words}" title="${words}" height="32">`;
}

function languageClass(language: string | undefined): string {
  return language === undefined ? '' : ` class="language-${escapeHtml(language)}"`;
}

/** With blanks that HTML does not take away, where several stand together or at the beginning of a line. */
function withBlanks(text: string): string {
  return text.replace(/(?<=[ \n]) /g, '\u00a0');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
