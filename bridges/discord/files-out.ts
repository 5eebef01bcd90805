/** Which files go with which message of Discord, and what is said of those that can't go. */
import type { Attachment, Message } from '../../src/event.ts';
import { fileNotes } from '../../src/text/context.ts';
import { safeFileName } from '../../src/text/file-name.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import { renderMarkdown } from './markdown/render.ts';

/** https://discord.com/developers/docs/resources/message#create-message */
const maxFiles = 10;
/** Bytes that may go with one message: what the least boosted guild takes, whatever this one does, so that it is always cut alike. */
const maxTogether = 10 * 1024 * 1024;
/** UTF-16 units that the words for a message's files may take, should none of them arrive. */
const maxWords = 1_900;
/** https://discord.com/developers/docs/resources/message#attachment-object */
const maxDescription = 1_024;

/** The sign before a file that is told of in words: by it, the words for files are known again. */
export const fileSign = '\u{1F4CE}';

/** The files that can be sent, in order and as many as go together. Always the same for the same message. */
export function fileGroups({ attachments }: Pick<Message, 'attachments'>): Attachment[][] {
  const groups: Attachment[][] = [];
  for (const file of attachments) {
    if (file.media === undefined) continue;
    const group = groups.at(-1);
    if (group !== undefined && fits([...group, file])) group.push(file);
    else groups.push([file]);
  }
  return groups;
}

function fits(group: readonly Attachment[]): boolean {
  const bytes = group.reduce((sum, { size }) => sum + (size || maxTogether), 0);
  return group.length <= maxFiles && bytes <= maxTogether && inWords(group).length <= maxWords;
}

/** A file in words, with the way to it where there is one. @param why it is not there, where that is worth saying */
export function fileInWords(file: Attachment, why?: string): TextNode[] {
  const { name, url, spoiler } = file;
  const words = literal(`${fileSign} ${sanitizeName(name) || 'file'}`);
  const node: TextNode = url === undefined ? { type: 'bold', children: words } : { type: 'link', href: url, children: words };
  const reason = url === undefined && why !== undefined ? literal(` – ${why}`) : [];
  return [spoiler ? { type: 'spoiler', children: [node] } : node, ...literal(fileNotes(file)), ...reason];
}

/** Files that are not there, each on a line, as markdown. */
export function inWords(files: readonly Attachment[], why?: (file: Attachment) => string): string {
  const lines = files.map((file): RichText => fileInWords(file, why?.(file) ?? tooLarge));
  return lines.map((line) => renderMarkdown(line)).join('\n');
}

export const tooLarge = 'too large for Discord';
export const notThere = 'could not be fetched';

/** What Discord is told of a file. */
export interface FileFace {
  readonly name: string;
  readonly description?: string;
}

/** A file as Discord shows it: hidden by its name, and a picture only with its ending. */
export function faceOf({ name, mimeType, spoiler, description }: Attachment): FileFace {
  const safe = safeFileName(name);
  const ending = /\.[^.\s]{1,12}$/.test(safe) ? '' : (endings[mimeType ?? ''] ?? '');
  return {
    name: `${spoiler ? 'SPOILER_' : ''}${safe}${ending}`,
    ...(description && { description: [...description].slice(0, maxDescription).join('') }),
  };
}

const endings: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/apng': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'video/mp4': '.mp4',
  'video/webm': '.webm',
  'audio/ogg': '.ogg',
  'audio/mpeg': '.mp3',
  'text/plain': '.txt',
};
