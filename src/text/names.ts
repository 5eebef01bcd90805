/** Names as people of any platform may see them: visible, on one line, of bounded length. */

/** The longest name, in grapheme clusters (what a reader takes for one letter) and in code points. */
const MAX_GRAPHEMES = 64;
const MAX_CODE_POINTS = 128;
/** Marks that one letter may carry: the fullest scripts (Tibetan, Hebrew, Vietnamese) need no more than three. */
const MAX_MARKS = 3;
/** UTF-16 units that are looked at: what comes after is not read, so that a name of 1 MB costs no more than one of 4 kB. */
const MAX_READ = 4_096;

/** White space of every kind, and two characters that look like nothing else (blank Braille, musical null note). */
const BLANK = /[\p{Z}\t-\r\u0085\u2800\u{1D159}]/gu;

/**
 * An emoji with its skin tone, variation selector and joined emoji, or a keycap (to be kept); else a character that nobody sees:
 * control, bidi, zero-width, tag, filler, private or unassigned, half a surrogate pair.
 * https://unicode.org/reports/tr51/#Definitions
 */
const EMOJI_OR_UNSEEN =
  /(?<emoji>\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?){0,4}|[0-9#*]\uFE0F\u20E3)|[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu');
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A name fit to be shown: NFC, one line, nothing invisible, at most 64 grapheme clusters and 128 code points. `''` when nothing
 * visible is left; what to call such a user is the caller's to say. Sanitising a sanitised name changes nothing.
 */
export function sanitizeName(name: string): string {
  const seen = name
    .slice(0, MAX_READ)
    .replace(BLANK, ' ')
    .replace(EMOJI_OR_UNSEEN, '$<emoji>')
    .normalize('NFC')
    .replace(TOO_MANY_MARKS, '$1')
    .replace(/ {2,}/g, ' ')
    .replace(/^[ \p{M}]+/u, '');
  return VISIBLE.test(seen) ? shorten(seen).trimEnd() : '';
}

/** The leading grapheme clusters that fit both limits. A single cluster over the limit is cut between code points. */
function shorten(name: string): string {
  // A cluster or a code point has at least one UTF-16 unit, so most names need no counting, which is slow.
  if (name.length <= MAX_GRAPHEMES) return name;
  let kept = '';
  let clusters = 0;
  let codePoints = 0;
  for (const { segment } of graphemes.segment(name)) {
    clusters += 1;
    codePoints += [...segment].length;
    if (clusters > MAX_GRAPHEMES || codePoints > MAX_CODE_POINTS) break;
    kept += segment;
  }
  return kept === '' ? [...name].slice(0, MAX_CODE_POINTS).join('') : kept;
}
