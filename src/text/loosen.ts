/** Taking markup off, step by step, where it takes more room than there is. */
import { toPlain } from './plain.ts';
import { literal, type RichText, type TextNode } from './tree.ts';

/** The same with less markup: the innermost first node is written as plain text. Undefined if the tree begins with plain text. */
export function loosen([first, ...others]: RichText): RichText | undefined {
  if (first === undefined || first.type === 'text') return undefined;
  return [...loosenNode(first), ...others];
}

function loosenNode(node: Exclude<TextNode, { type: 'text' }>): RichText {
  switch (node.type) {
    case 'code':
    case 'codeBlock':
    case 'mention':
    case 'emoji':
      return literal(toPlain([node]));
    case 'list': {
      const [item = [], ...items] = node.items;
      const looser = loosen(item);
      if (looser !== undefined) return [{ ...node, items: [looser, ...items] }];
      const start = (node.start ?? 1) + 1;
      const others: RichText = items.length === 0 ? [] : [{ ...node, ...(node.ordered && { start }), items }];
      return [...item, ...others];
    }
    default: {
      const looser = loosen(node.children);
      if (looser !== undefined) return [{ ...node, children: looser }];
      return node.type === 'link'
        ? [...node.children, ...literal(node.children.length > 0 ? ` (${node.href})` : node.href)]
        : node.children;
    }
  }
}
