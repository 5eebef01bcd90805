/** Where a text may be cut. */

/** A cut in a text: what is before `end` is one part, the next one starts at `next`; white space lies between. UTF-16 indexes. */
export interface Cut {
  readonly end: number;
  readonly next: number;
}

const SENTENCE_END = new Set('.!?…');
/** Full stops of scripts that write no space after them. */
const WIDE_SENTENCE_END = new Set('。！？');
/** White space where a line may break; a no-break space is none. */
const SPACE = new Set(' \t\n\r\v\f\u3000');

/** UTF-16 units after the limit that are read to see whether a grapheme goes on there: more than any real one has. */
const GRAPHEME_REACH = 64;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Edges between parts, the best first; each says whether a text may be cut before index `at`. */
const EDGES: readonly ((text: string, at: number) => boolean)[] = [
  (text, at) => text[at] === '\n' && text[at + 1] === '\n',
  (text, at) => text[at] === '\n',
  (text, at) => (isSpace(text, at) && SENTENCE_END.has(text[at - 1] ?? '')) || WIDE_SENTENCE_END.has(text[at - 1] ?? ''),
  isSpace,
];

/**
 * The best cut of `text` after `from` so that the part is at most `limit - from` UTF-16 units long: at a paragraph, a line, a
 * sentence or a word if that leaves the part at least half full, else at any word, else between two graphemes. Only a grapheme that
 * is too long by itself is cut between its code points, and a code point is never cut.
 */
export function findCut(text: string, from: number, limit: number): Cut {
  const half = from + Math.ceil((limit - from) / 2);
  for (const isEdge of EDGES) {
    const at = lastEdge(text, half, limit, isEdge);
    if (at !== undefined) return withoutSpace(text, from, at);
  }
  const word = lastEdge(text, from + 1, half - 1, isSpace);
  if (word !== undefined) return withoutSpace(text, from, word);
  const at = from + graphemeEdge(text.slice(from, limit + GRAPHEME_REACH), limit - from);
  return { end: at, next: at };
}

/** `at`, or the index before it if that is where the code point starts. */
export function codePointEdge(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at;
}

function isSpace(text: string, at: number): boolean {
  return SPACE.has(text[at] ?? '');
}

function lastEdge(text: string, first: number, last: number, isEdge: (text: string, at: number) => boolean): number | undefined {
  for (let at = last; at >= first; at -= 1) if (isEdge(text, at)) return at;
  return undefined;
}

function withoutSpace(text: string, from: number, at: number): Cut {
  let end = at;
  while (end > from && isSpace(text, end - 1)) end -= 1;
  let next = at;
  while (isSpace(text, next)) next += 1;
  return { end, next };
}

function graphemeEdge(text: string, limit: number): number {
  const at = graphemes.segment(text).containing(limit)?.index ?? limit;
  return at > 0 ? at : codePointEdge(text, limit) || 2;
}
