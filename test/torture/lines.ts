/**
 * What is said: lines that can be told apart wherever they are seen, whole or in parts. A line is made of marks, words of letters and
 * digits that no platform changes or cuts; a few lines are an equal, short "gg", which carries no mark and is told by who said it.
 */
import type { Random } from './random.ts';

/** What many people say, several times in a row. */
export const COMMON = 'gg';

const MARK = /\b([A-Z][a-z]+)(\d+)x[0-9a-f]{6}p(\d+)\b/g;

/** Who speaks, in a game, on Matrix and in a digest. */
const HEADER = /([A-Z]\w+)(?:@\w+| \(\w+\)):/g;

/** A line before it is said. */
export interface Line {
  /** What is typed on Discord or in a game, and the plain body on Matrix. */
  readonly text: string;
  /** With Matrix' markup, where there is any. */
  readonly html?: string;
  /** The marks in it, in order; for a common one, {@link COMMON} alone. */
  readonly items: readonly string[];
}

/** Something that can be found again: a mark or {@link COMMON}, and who said it. */
export interface Found {
  readonly speaker: string;
  readonly item: string;
  /** Who said it, as it is seen there. */
  readonly as: string;
}

/** What a speaker says next. @param longest how many marks a line can hold at most */
export function nextLine(random: Random, speaker: string, number: number, longest: number): Line {
  const kind = random.next();
  if (kind < 0.08) return { text: COMMON, items: [COMMON] };
  const tag = random.whole(0, 0xff_ff_ff).toString(16).padStart(6, '0');
  const count = kind < 0.14 ? random.whole(longest >> 1, longest) : 1;
  const items = Array.from({ length: count }, (_, part) => `${speaker}${number}x${tag}p${part}`);
  const text = items.join(' ');
  if (kind > 0.94)
    return { text: `**${text}** *and* \`more\``, html: `<strong>${text}</strong> <em>and</em> <code>more</code>`, items };
  if (kind > 0.88) return { text: `_look_ <at> @everyone: ${text} ;*`, items };
  return { text, items };
}

/**
 * What is found in a message, in order. A message may hold lines of several speakers.
 * @param author the name above it, where the platform has one
 * @param speakers everybody who may have said something
 */
export function findIn(text: string, author: string, speakers: ReadonlySet<string>): Found[] {
  let speaker = /^[A-Za-z0-9]+/.exec(author)?.[0] ?? '';
  return text.split(/\n| \/ /).flatMap((line) => {
    const piece = line.replace(/[*_`~>|\\]/g, '').trim();
    const header = [...piece.matchAll(HEADER)].at(-1);
    speaker = header?.[1] ?? speaker;
    const marks = [...piece.matchAll(MARK)].map(([item, by = '']) => ({ speaker: by, item, as: speaker }));
    if (marks.length > 0) return marks;
    const rest = header ? piece.slice(header.index + header[0].length).trim() : piece;
    return rest === COMMON && speakers.has(speaker) ? [{ speaker, item: COMMON, as: speaker }] : [];
  });
}
