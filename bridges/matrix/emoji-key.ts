/** Emoji as the keys of reactions. */
import { isEmoji, qualifiedEmoji } from '../../src/text/emoji.ts';

/**
 * The emoji that are shown as such by default and that may all the same be followed by what asks for that, as hexadecimal ranges.
 * https://unicode.org/Public/UNIDATA/emoji/emoji-variation-sequences.txt
 */
const twofold = `231a-23ea 23f3-26c5 26d4-26fd 2753 2757 2b1b-1f004 1f21a-1f22f 1f30d-1f30f 1f315 1f31c 1f378 1f393 1f3a7 1f3ac-1f3ae
  1f3c2 1f3c4 1f3c6 1f3ca 1f3e0 1f3ed 1f408 1f415 1f41f 1f426 1f442 1f446-1f449 1f44d-1f44e 1f453 1f46a 1f47d 1f4a3 1f4b0 1f4b3 1f4bb
  1f4bf 1f4cb 1f4da 1f4df 1f4e4-1f4e6 1f4ea-1f4ed 1f4f7 1f4f9-1f4fb 1f508 1f50d 1f512-1f513 1f550-1f567 1f610 1f687 1f68d 1f691 1f694
  1f698 1f6ad 1f6b2 1f6b9-1f6ba 1f6bc`;
const ranges = twofold.split(/\s+/).map((range) => range.split('-').map((point) => Number.parseInt(point, 16)));

/**
 * The key that clients give a reaction: two that differ in it stand beside each other. It has the mark that asks for an emoji wherever
 * that may be. https://spec.matrix.org/v1.13/client-server-api/#mannotation-relationship-type
 */
export function emojiKey(text: string): string {
  if (!isEmoji(text)) return text;
  const emoji = qualifiedEmoji(text);
  const [only = '', ...more] = emoji;
  const point = only.codePointAt(0) ?? 0;
  const isTwofold = more.length === 0 && /\p{Emoji_Presentation}/u.test(only);
  return isTwofold && ranges.some(([first = 0, last = first]) => first <= point && point <= last) ? `${emoji}\ufe0f` : emoji;
}
