/** What goes with a message, in words: for places that know no replies and no files. */
import type { Attachment, Quote } from '../event.ts';
import { excerpt } from './excerpt.ts';
import { sanitizeName } from './names.ts';

/** The longest excerpt of a message that is answered, in UTF-16 units. */
const MAX_EXCERPT = 40;

/** `(re Bob: how are you?)`, on one line. */
export function replyWords({ author, text }: Quote): string {
  return `(re ${sanitizeName(author) || 'somebody'}: ${excerpt(text, MAX_EXCERPT)})`;
}

/** `[image cat.png]`, on one line. */
export function fileLabel({ name, mimeType, spoiler }: Attachment): string {
  const kind = /^(image|video|audio)\//.exec(mimeType ?? '')?.[1] ?? 'file';
  return `[${[spoiler === true ? 'spoiler' : '', kind, sanitizeName(name)].filter((word) => word !== '').join(' ')}]`;
}
