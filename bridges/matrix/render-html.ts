/** Rich text → Matrix HTML. */
import { isBlock, type RichText, type TextNode } from '../../src/text/tree.ts';
import { isOpenable } from './links.ts';

/** By address, the `mxc:` URL that a custom emoji was uploaded as. */
export type EmojiUrls = ReadonlyMap<string, string>;

/**
 * The tree in the HTML that the specification allows in a `formatted_body`. All text is escaped: none can become markup. Mentions are
 * text, since they name nobody on Matrix, and so are emoji that were not uploaded.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export function renderHtml(tree: RichText, emoji: EmojiUrls = new Map()): string {
  return tree.map((node, index) => renderNode(node, emoji) + breakBefore(node, tree[index + 1])).join('');
}

/** A line break right before a block is not seen: it takes two for an empty line. */
function breakBefore(node: TextNode, next: TextNode | undefined): string {
  return next !== undefined && isBlock(next) && node.type === 'text' && node.text.endsWith('\n') ? '<br>' : '';
}

const styleTags = { bold: 'strong', italic: 'em', underline: 'u', strike: 'del' } as const;

function renderNode(node: TextNode, emoji: EmojiUrls): string {
  switch (node.type) {
    case 'text':
      return escapeHtml(withBlanks(node.text)).replaceAll('\n', '<br>');
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike': {
      const tag = styleTags[node.type];
      return `<${tag}>${renderHtml(node.children, emoji)}</${tag}>`;
    }
    case 'spoiler':
      return `<span data-mx-spoiler>${renderHtml(node.children, emoji)}</span>`;
    case 'code':
      return `<code>${escapeHtml(node.text)}</code>`;
    case 'codeBlock':
      return `<pre><code${languageClass(node.language)}>${escapeHtml(node.text)}\n</code></pre>`;
    case 'quote':
      return `<blockquote>${renderHtml(node.children, emoji)}</blockquote>`;
    case 'heading': {
      const level = Math.min(Math.max(Math.trunc(node.level), 1), 6);
      return `<h${level}>${renderHtml(node.children, emoji)}</h${level}>`;
    }
    case 'list': {
      const items = node.items.map((item) => `<li>${renderHtml(item, emoji)}</li>`).join('');
      if (!node.ordered) return `<ul>${items}</ul>`;
      return `<ol${node.start === undefined ? '' : ` start="${Math.trunc(node.start)}"`}>${items}</ol>`;
    }
    case 'link': {
      const text = renderHtml(node.children, emoji);
      return isOpenable(node.href) ? `<a href="${escapeHtml(node.href)}">${text}</a>` : text;
    }
    case 'mention':
      return escapeHtml(`${node.of === 'room' ? '#' : '@'}${node.name}`);
    case 'emoji':
      return renderEmoji(node.name, emoji.get(node.url ?? ''));
  }
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

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
