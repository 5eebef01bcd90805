import { isBlock, type RichText, type StyleName, type TextNode } from '../../../src/text/tree.ts';

/**
 * Moves styles into the blocks that they surround, since Discord's marks can't surround any. Only a spoiler stays: it must hide all.
 * @param styles those around the tree
 */
export function surface(tree: RichText, styles: readonly StyleName[] = []): RichText {
  const surfaced: TextNode[] = [];
  let run: TextNode[] = [];
  const endRun = () => {
    if (run.length > 0) surfaced.push(...styles.reduce<RichText>((children, type) => [{ type, children }], run));
    run = [];
  };
  for (const node of tree) {
    if (!holdsBlock(node)) {
      run.push(node);
      continue;
    }
    endRun();
    if (isStyle(node)) surfaced.push(...surface(node.children, styles.includes(node.type) ? styles : [node.type, ...styles]));
    else surfaced.push(styles.length === 0 ? node : inside(node, styles));
  }
  endRun();
  return surfaced;
}

function inside(block: TextNode, styles: readonly StyleName[]): TextNode {
  if (block.type === 'list') return { ...block, items: block.items.map((item) => surface(item, styles)) };
  return 'children' in block ? { ...block, children: surface(block.children, styles) } : block;
}

/** Whether there is a block in it that stands on lines of its own there. */
function holdsBlock(node: TextNode): boolean {
  return isBlock(node) || (isStyle(node) && node.children.some(holdsBlock));
}

function isStyle(node: TextNode): node is Extract<TextNode, { type: StyleName }> {
  return node.type === 'bold' || node.type === 'italic' || node.type === 'underline' || node.type === 'strike';
}
