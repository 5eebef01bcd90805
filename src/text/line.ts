/** One line of text, for places where a line break would let somebody write a line in another's name. */

/** Control and bidi characters and half surrogate pairs, except for white space; the joiners of emoji and scripts are kept. */
const CONTROLS = /(?![\t-\r\u0085])[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\u{E0001}]/gu;

const BLANKS = /[\s\u0085]+/g;
/** What some program that shows the text may take for the end of a line. */
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

/** `text` on one line: line breaks shown as ` / `, control and bidi characters removed, white space collapsed and trimmed. */
export function toLine(text: string): string {
  return text
    .replace(CONTROLS, '')
    .replace(/^[\s\u0085]+/, '')
    .replace(BLANKS, (blanks, at: number, whole: string) =>
      at + blanks.length === whole.length ? '' : LINE_BREAK.test(blanks) ? ' / ' : ' ',
    );
}
