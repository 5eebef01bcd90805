/** What goes with a message, in words: for places that know no replies and no files. */
import type { Attachment, Quote, Thread } from '../event.ts';
import { excerpt } from './excerpt.ts';
import { sanitizeName } from './names.ts';

/** The longest excerpt of a message that is answered, in UTF-16 units. */
const MAX_EXCERPT = 40;

/** `(re Bob: how are you?)`, on one line. */
export function replyWords({ author, text }: Quote): string {
  return `(re ${sanitizeName(author) || 'somebody'}: ${excerpt(text, MAX_EXCERPT)})`;
}

/** `[Raid tonight]`, on one line: where in its room something was said. */
export function threadWords({ name = '' }: Thread): string {
  return `[${sanitizeName(excerpt(name, MAX_EXCERPT)) || 'thread'}]`;
}

/** `[image cat.png, 1.2 MB: a sleeping cat]`, on one line. What a spoiler shows is not described. */
export function fileLabel(attachment: Attachment): string {
  const { name, kind, spoiler } = attachment;
  const words = [spoiler === true ? 'spoiler' : '', kindOf(attachment), kind === 'voice' ? '' : sanitizeName(name)];
  const label = [words.filter((word) => word !== '').join(' '), ...measures(attachment)].join(', ');
  return `[${label}${caption(attachment)}]`;
}

/** ` (image, 1.2 MB): a sleeping cat`, on one line, to stand behind a file's name. Empty where nothing is known of the file. */
export function fileNotes(attachment: Attachment): string {
  const kind = kindOf(attachment);
  const notes = [...(kind === 'file' ? [] : [kind]), ...measures(attachment)];
  return `${notes.length === 0 ? '' : ` (${notes.join(', ')})`}${caption(attachment)}`;
}

function kindOf({ kind, mimeType }: Attachment): string {
  if (kind !== undefined) return kind === 'voice' ? 'voice message' : kind;
  return /^(image|video|audio)\//.exec(mimeType ?? '')?.[1] ?? 'file';
}

/** How long it plays, or else how large it is. */
function measures({ size, duration }: Attachment): string[] {
  if (duration !== undefined) return [playingTime(duration)];
  return size === undefined ? [] : [sizeInWords(size)];
}

function caption({ description, spoiler }: Attachment): string {
  const words = spoiler === true ? '' : excerpt(description ?? '');
  return words === '' ? '' : `: ${words}`;
}

/** `1:05` */
function playingTime(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
