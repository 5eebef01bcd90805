/** Rich text → Matrix HTML. */
import type { RichText, TextNode } from '../../src/text/tree.ts';
import { isOpenable } from './links.ts';

/** By address, the `mxc:` URL that a custom emoji was uploaded as. */
export type EmojiUrls = ReadonlyMap<string, string>;

/**
 * The tree in the HTML that the specification allows in a `formatted_body`. All text is escaped: none can become markup. Mentions are
 * text, since they name nobody on Matrix, and so are emoji that were not uploaded.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export function renderHtml(tree: RichText, emoji: EmojiUrls = new Map()): string {
  return tree.map((node) => renderNode(node, emoji)).join('');
}

const styleTags = { bold: 'strong', italic: 'em', underline: 'u', strike: 'del' } as const;

function renderNode(node: TextNode, emoji: EmojiUrls): string {
  switch (node.type) {
    case 'text':
      return escapeHtml(node.text).replaceAll('\n', '<br>');
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

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
