import type { RichText, TextNode } from '../../../../src/text/tree.ts';

const tags = { bold: 'b', italic: 'i', underline: 'u', strike: 's', spoiler: 'spoiler', quote: 'q' } as const;

/** A tree on one line, so that a table of cases stays readable. */
export function outline(tree: RichText): string {
  return tree.map(node).join('');
}

function node(it: TextNode): string {
  switch (it.type) {
    case 'text':
      return it.text;
    case 'code':
      return `<code>${it.text}</code>`;
    case 'codeBlock':
      return `<pre${it.language === undefined ? '' : ` ${it.language}`}>${it.text}</pre>`;
    case 'heading':
      return `<h${it.level}>${outline(it.children)}</h${it.level}>`;
    case 'list': {
      const tag = it.ordered ? 'ol' : 'ul';
      const start = it.start === undefined ? '' : ` ${it.start}`;
      return `<${tag}${start}>${it.items.map((item) => `<li>${outline(item)}</li>`).join('')}</${tag}>`;
    }
    case 'link':
      return `<a ${it.href}>${outline(it.children)}</a>`;
    case 'mention':
      return `<at ${it.of}>${it.name}</at>`;
    case 'emoji':
      return `<emoji ${it.name}>`;
    default:
      return `<${tags[it.type]}>${outline(it.children)}</${tags[it.type]}>`;
  }
}
