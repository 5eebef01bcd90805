/** What a name looks like, to tell whether it could be taken for another one. */
import { lookAlikes } from './confusables.ts';

/** Letters in black circles and squares, and the letters of flags: Unicode has no decomposition of them. */
const BOXED_ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6];
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
/** What is left of letters and digits that many typefaces hardly tell apart. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/[i1]/g, 'l'],
  [/0/g, 'o'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
];

/**
 * Two names with the same skeleton may be taken for each other: they differ in case, blanks, punctuation, accents, what can't be seen,
 * or in letters that look alike.
 * It is coarser than Unicode's own, since names are compared as a reader glances at them. Never shown to anybody.
 * https://www.unicode.org/reports/tr39/#Confusable_Detection
 */
export function skeleton(name: string): string {
  const letters = decomposed(name);
  const seen = letters.replace(/[^\p{L}\p{N}]/gu, '');
  // A name of signs alone looks like nothing but itself.
  return SAME.reduce((text, [alike, one]) => text.replace(alike, one), seen === '' ? letters : seen);
}

/** In lower case, without accents and what can't be seen, each letter as the Latin one that it looks like. */
function decomposed(name: string): string {
  const plain = name.normalize('NFKD').replace(/[\p{M}\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu, '');
  return Array.from(plain, latin).join('');
}

function latin(character: string): string {
  const lower = character.toLowerCase();
  const found = lookAlikes.get(character) ?? lookAlikes.get(lower) ?? lookAlikes.get(character.toUpperCase());
  return found ?? boxed(character) ?? lower;
}

function boxed(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  const start = BOXED_ALPHABETS.find((first) => code >= first && code < first + ALPHABET.length);
  return start === undefined ? undefined : ALPHABET[code - start];
}
