/** Names of files, which may come from anybody. */

/** In characters. */
const MAX_LENGTH = 100;
const MAX_EXTENSION = 12;
/** What separates folders, what some file system forbids, and what can't be seen or turns the direction of reading. */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>:"|?*\\/]+/gu;

/** A name that any system can keep a file under: no folder, nothing invisible, not too long, never empty. Its ending stays. */
export function safeFileName(name: string): string {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const clean = last
    .replace(FORBIDDEN, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const characters = [...clean];
  if (characters.length <= MAX_LENGTH) return clean || 'file';
  const extension = new RegExp(`\\.[^. ]{1,${MAX_EXTENSION}}$`, 'u').exec(clean)?.[0] ?? '';
  return characters.slice(0, MAX_LENGTH - [...extension].length).join('') + extension;
}
