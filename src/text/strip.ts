/** A tree unrolled, so that it can be cut anywhere and what lies between two cuts be rolled up into a tree again. */
import type { RichText, TextNode } from './tree.ts';

/** A node with a tree inside, at one place of the tree; for a list also each of its items. */
interface Wrap {
  readonly node: Extract<TextNode, { children: RichText }> | Extract<TextNode, { items: readonly RichText[] }>;
  readonly item?: number;
}

/** A node without a tree inside, and all that it stands in, the outermost first. */
interface Leaf {
  readonly node: Exclude<TextNode, { items: readonly RichText[] }>;
  readonly start: number;
  readonly end: number;
  readonly wraps: readonly Wrap[];
}

/**
 * A tree as a strip that can be cut at any index. Its text is there to find good edges only: it has a line break around every block
 * and before every list item, one stand-in character for what can't be cut, and no space inside code.
 */
export interface Strip {
  readonly text: string;
  readonly leaves: readonly Leaf[];
}

const STAND_IN = '\uFFFC';
const BLOCKS: ReadonlySet<TextNode['type']> = new Set(['codeBlock', 'quote', 'heading', 'list'] as const);

/** Lays a tree out as a strip. */
export function unroll(tree: RichText): Strip {
  const strip = { text: '', leaves: [] as Leaf[] };
  unrollAll(strip, tree, []);
  return strip;
}

interface OpenStrip {
  text: string;
  readonly leaves: Leaf[];
}

function unrollAll(strip: OpenStrip, tree: RichText, wraps: readonly Wrap[]): void {
  for (const node of tree) {
    if (BLOCKS.has(node.type)) strip.text += '\n';
    if (node.type === 'list') {
      const list: Wrap = { node };
      node.items.forEach((content, item) => {
        strip.text += '\n';
        unrollAll(strip, content, [...wraps, list, { node, item }]);
      });
    } else if ('children' in node && node.children.length > 0) {
      unrollAll(strip, node.children, [...wraps, { node }]);
    } else {
      const shown = leafText(node);
      strip.leaves.push({ node, start: strip.text.length, end: strip.text.length + shown.length, wraps });
      strip.text += shown;
    }
    if (BLOCKS.has(node.type)) strip.text += '\n';
  }
}

function leafText(node: Leaf['node']): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
    case 'codeBlock':
      return node.text.replace(/[^\S\n]/g, STAND_IN);
    case 'mention':
    case 'emoji':
    case 'link':
      return STAND_IN;
    default:
      return '';
  }
}

/** The tree of what is between two indexes of the strip. */
export function roll(strip: Strip, from: number, to: number): RichText {
  const inside: Leaf[] = [];
  for (let index = firstAfter(strip.leaves, from); index < strip.leaves.length; index += 1) {
    const leaf = strip.leaves[index];
    if (leaf === undefined || leaf.start >= to) break;
    if (leaf.end === leaf.start) continue;
    inside.push({ ...leaf, node: sliceLeaf(leaf, from, to) });
  }
  return regrow(inside, 0);
}

/** The first leaf that ends after `at`. */
function firstAfter(leaves: readonly Leaf[], at: number): number {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((leaves[middle]?.end ?? at) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sliceLeaf({ node, start }: Leaf, from: number, to: number): Leaf['node'] {
  if (node.type !== 'text' && node.type !== 'code' && node.type !== 'codeBlock') return node;
  return { ...node, text: node.text.slice(Math.max(0, from - start), to - start) };
}

/** Puts leaves back into what they stand in, from the given depth on. */
function regrow(leaves: readonly Leaf[], depth: number): RichText {
  return runs(leaves, depth).map(({ wrap, run, first }) => {
    if (wrap === undefined) return first.node;
    if (wrap.node.type !== 'list') return { ...wrap.node, children: regrow(run, depth + 1) };
    const items = runs(run, depth + 1);
    const start = (wrap.node.start ?? 1) + (items[0]?.wrap?.item ?? 0);
    return { ...wrap.node, ...(wrap.node.ordered && { start }), items: items.map((item) => regrow(item.run, depth + 2)) };
  });
}

/** Neighbours that stand in the same wrap at this depth, together; a leaf that stands in none is alone. */
function runs(leaves: readonly Leaf[], depth: number): { wrap: Wrap | undefined; run: Leaf[]; first: Leaf }[] {
  const found: { wrap: Wrap | undefined; run: Leaf[]; first: Leaf }[] = [];
  for (const leaf of leaves) {
    const wrap = leaf.wraps[depth];
    const last = found.at(-1);
    if (last !== undefined && wrap !== undefined && last.wrap === wrap) last.run.push(leaf);
    else found.push({ wrap, run: [leaf], first: leaf });
  }
  return found;
}
