/** What a code looks like: short enough to be typed in a game, and never like a word that somebody means to say. */

/** Letters and digits that nobody takes for one another. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ';
const DIGITS = '23456789';
const SIGNS = LETTERS + DIGITS;
const LENGTH = 6;
/** With fewer digits it could be a word: "thanks" has six good letters. */
const MIN_DIGITS = 2;

const FORM = new RegExp(`^[${SIGNS}]{${LENGTH}}$`, 'i');

/** Makes a code. There are about 430 million. @param draw gives a whole number from 0 up to but without `below`, which nobody can guess */
export function makeCode(draw: (below: number) => number): string {
  for (;;) {
    const code = Array.from({ length: LENGTH }, () => SIGNS.charAt(draw(SIGNS.length))).join('');
    if (hasForm(code)) return code;
  }
}

/** The code that a line is, in any case and with blanks around it; undefined for a line that can't be one. */
export function codeIn(line: string): string | undefined {
  const text = line.trim();
  return hasForm(text) ? text.toUpperCase() : undefined;
}

function hasForm(text: string): boolean {
  return FORM.test(text) && [...text].filter((sign) => DIGITS.includes(sign)).length >= MIN_DIGITS;
}
