/** Putting pieces of rich text on lines of their own. */
import { isBlock, type RichText, type TextNode } from './tree.ts';

/** Each piece on a line of its own; blocks need no line break, and empty pieces no line. */
export function asLines(pieces: readonly RichText[]): RichText {
  const joined: TextNode[] = [];
  for (const piece of pieces) {
    const [last, next] = [joined.at(-1), piece[0]];
    if (last !== undefined && next !== undefined && !isBlock(last) && !isBlock(next)) joined.push({ type: 'text', text: '\n' });
    joined.push(...piece);
  }
  return joined;
}
