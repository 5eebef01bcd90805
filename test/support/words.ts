import type { RichText } from '../../src/text/tree.ts';

/** The words of a tree without any markup, as somebody would read them out. */
export function words(tree: RichText): string {
  return tree
    .map((node) => {
      switch (node.type) {
        case 'text':
        case 'code':
        case 'codeBlock':
          return node.text;
        case 'mention':
        case 'emoji':
          return node.name;
        case 'list':
          return node.items.map(words).join('\n');
        default:
          return words(node.children);
      }
    })
    .join('');
}
