import type { RichText, TextNode } from './tree.ts';

/** What the signs around a node take: two on each side of a style, three and a line break on each side of code. */
const SIGNS = 8;

/**
 * About how many UTF-16 units a tree takes once its markup is written with signs, with every line in a quote. What a
 * platform adds to keep text literal, or for blocks in blocks, is not in it.
 */
export function extent(tree: RichText): number {
  return tree.reduce((sum, node) => sum + extentOf(node), 0);
}

function extentOf(node: TextNode): number {
  switch (node.type) {
    case 'text':
      return lines(node.text);
    case 'code':
      return lines(node.text) + SIGNS;
    case 'codeBlock':
      return lines(node.text) + (node.language?.length ?? 0) + SIGNS;
    case 'mention':
    case 'emoji':
      return node.name.length + 2;
    case 'link':
      return extent(node.children) + node.href.length + SIGNS;
    case 'list':
      return node.items.reduce((sum, item) => sum + extent(item) + SIGNS, 0);
    default:
      return extent(node.children) + SIGNS;
  }
}

/** A text's length, where each line break is followed by the sign of a quote and a blank. */
function lines(text: string): number {
  let length = text.length;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) length += 2;
  return length;
}
