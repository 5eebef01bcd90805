import { isBlock, type RichText, type StyleName, type TextNode } from '../../../src/text/tree.ts';

/** Moves styles into the blocks that they surround, since Discord's marks can't surround any. Only a spoiler stays: it must hide all. */
export function surface(tree: RichText): RichText {
  return tree.flatMap((node) => (isStyle(node) && holdsBlock(node) ? surface(inward(node.type, node.children)) : [node]));
}

function inward(style: StyleName, tree: RichText): RichText {
  const moved: TextNode[] = [];
  let run: TextNode[] = [];
  for (const node of tree) {
    if (!holdsBlock(node)) {
      if (run.length === 0) moved.push({ type: style, children: run });
      run.push(node);
      continue;
    }
    run = [];
    if (node.type === 'list') moved.push({ ...node, items: node.items.map((item) => inward(style, item)) });
    else moved.push('children' in node ? { ...node, children: inward(style, node.children) } : node);
  }
  return moved;
}

/** Whether there is a block in it that stands on lines of its own there. */
function holdsBlock(node: TextNode): boolean {
  return isBlock(node) || (isStyle(node) && node.children.some(holdsBlock));
}

function isStyle(node: TextNode): node is Extract<TextNode, { type: StyleName }> {
  return node.type === 'bold' || node.type === 'italic' || node.type === 'underline' || node.type === 'strike';
}
