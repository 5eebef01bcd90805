/** Members who are called by name in what somebody elsewhere typed. */
import type { Names } from '../../src/text/calls.ts';

/** https://discord.com/developers/docs/resources/user#usernames-and-nicknames */
export const discordNames: Names = { everybody: /^(?:everyone|here)$/i, longest: 32 };

/**
 * Whether a shown text is another one but for who is called in it, which may have changed since. Both without what can't be seen.
 * @param shown with `<@id>` where somebody was called
 * @param plain with names
 */
export function readsLike(shown: string, plain: string): boolean {
  const [start = '', ...pieces] = shown.split(/<@\d+>/);
  const end = pieces.pop();
  if (end === undefined) return shown === plain;
  if (!plain.startsWith(start)) return false;
  let at = start.length;
  for (const piece of pieces) {
    const next = plain[at] === '@' ? plain.indexOf(piece, at + 2) : -1;
    if (next < 0) return false;
    at = next + piece.length;
  }
  return plain[at] === '@' && plain.length - end.length > at + 1 && plain.endsWith(end);
}
