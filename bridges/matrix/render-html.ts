/** Rich text → Matrix HTML. */
import type { RichText, TextNode } from '../../src/text/tree.ts';
import { isOpenable } from './links.ts';

/**
 * The tree in the HTML that the specification allows in a `formatted_body`. All text is escaped: none can become markup. Mentions
 * and emoji are text, since they name nobody and nothing on Matrix.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export function renderHtml(tree: RichText): string {
  return tree.map(renderNode).join('');
}

const styleTags = { bold: 'strong', italic: 'em', underline: 'u', strike: 'del' } as const;

function renderNode(node: TextNode): string {
  switch (node.type) {
    case 'text':
      return escapeHtml(node.text).replaceAll('\n', '<br>');
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike': {
      const tag = styleTags[node.type];
      return `<${tag}>${renderHtml(node.children)}</${tag}>`;
    }
    case 'spoiler':
      return `<span data-mx-spoiler>${renderHtml(node.children)}</span>`;
    case 'code':
      return `<code>${escapeHtml(node.text)}</code>`;
    case 'codeBlock':
      return `<pre><code${languageClass(node.language)}>${escapeHtml(node.text)}\n</code></pre>`;
    case 'quote':
      return `<blockquote>${renderHtml(node.children)}</blockquote>`;
    case 'heading': {
      const level = Math.min(Math.max(Math.trunc(node.level), 1), 6);
      return `<h${level}>${renderHtml(node.children)}</h${level}>`;
    }
    case 'list': {
      const items = node.items.map((item) => `<li>${renderHtml(item)}</li>`).join('');
      if (!node.ordered) return `<ul>${items}</ul>`;
      return `<ol${node.start === undefined ? '' : ` start="${Math.trunc(node.start)}"`}>${items}</ol>`;
    }
    case 'link': {
      const text = renderHtml(node.children);
      return isOpenable(node.href) ? `<a href="${escapeHtml(node.href)}">${text}</a>` : text;
    }
    case 'mention':
      return escapeHtml(`${node.of === 'room' ? '#' : '@'}${node.name}`);
    case 'emoji':
      return escapeHtml(`:${node.name}:`);
  }
}

function languageClass(language: string | undefined): string {
  return language === undefined ? '' : ` class="language-${escapeHtml(language)}"`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
