/** Cutting what is too long for a platform into parts, at places where a reader would pause. */
import { codePointEdge, findCut } from './edges.ts';
import { loosen } from './loosen.ts';
import { roll, type Strip, unroll } from './strip.ts';
import type { RichText } from './tree.ts';

/**
 * `text` in parts of at most `max` UTF-16 units, cut at the best edge: paragraph, line, sentence, word, grapheme. Nothing is lost but
 * the white space at a cut; no part is empty. Only a code point that is longer than `max` by itself makes a longer part.
 */
export function splitText(text: string, max: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (text.length - from > max) {
    const { end, next } = findCut(text, from, from + max);
    if (end > from) parts.push(text.slice(from, end));
    from = next;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/**
 * `tree` in parts that each fit. Every part is a whole tree: the styles, quotes, lists and code blocks that a cut goes through are
 * closed in one part and opened again in the next; code is cut at its lines. A mention, an emoji or a link that never fits is
 * written as its plain text. `fits` is asked about a dozen times per part and must hold for a smaller part when it holds for a larger
 * one; if it refuses even a single letter, what is left is returned as one part.
 */
export function splitTree(tree: RichText, fits: (part: RichText) => boolean): RichText[] {
  const parts: RichText[] = [];
  let rest = tree;
  while (!fits(rest)) {
    const strip = unroll(rest);
    const { found, from } = takeParts(strip, fits);
    parts.push(...found);
    const left = roll(strip, from, strip.text.length);
    if (left.length === 0) return parts;
    const looser = fits(left) ? left : loosen(left);
    if (looser === undefined) return [...parts, left];
    rest = looser;
  }
  return rest.length === 0 ? parts : [...parts, rest];
}

/** Cuts parts off the strip until the rest fits or no piece of it does; says where it stopped. */
function takeParts(strip: Strip, fits: (part: RichText) => boolean): { found: RichText[]; from: number } {
  const found: RichText[] = [];
  const fitsUpTo = (from: number, to: number): boolean => fits(roll(strip, from, codePointEdge(strip.text, to)));
  let from = 0;
  let guess = 512;
  while (from < strip.text.length) {
    let limit = farthest(from, strip.text.length, guess, fitsUpTo);
    if (limit === strip.text.length) break;
    let cut = findCut(strip.text, from, Math.max(limit, from + 1));
    while (limit > from && !fits(roll(strip, from, cut.end))) {
      limit = Math.min(limit, cut.end) - 1;
      cut = findCut(strip.text, from, Math.max(limit, from + 1));
    }
    if (limit <= from) break;
    const part = roll(strip, from, cut.end);
    if (part.length > 0) found.push(part);
    guess = limit - from;
    from = cut.next;
  }
  return { found, from };
}

/** The largest index up to which `fits` holds (`from` itself if for none): doubling from a guess, then halving the gap. */
function farthest(from: number, end: number, guess: number, fits: (from: number, to: number) => boolean): number {
  let good = from;
  let bad = Math.min(end, from + guess);
  while (fits(from, bad)) {
    good = bad;
    if (bad === end) return end;
    bad = Math.min(end, from + 2 * (bad - from));
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (fits(from, middle)) good = middle;
    else bad = middle;
  }
  return good;
}
