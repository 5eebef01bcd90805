/** Unseen, it keeps programs from taking a piece of text for an address: a name is no place for an advertisement. */
const WORD_JOINER = '\u2060';

/** A text in which no program finds an address. */
export function unlinked(text: string): string {
  return text.replace(/(?<=\S)[.:](?=\S)/g, `$&${WORD_JOINER}`);
}
