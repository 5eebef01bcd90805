/** Files and stickers of a message. */
import { type Attachment as DiscordAttachment, StickerFormatType } from 'discord.js';
import { type CdnAttachment, cdnOf } from './cdn-path.ts';

/** A file as Discord tells of it. https://discord.com/developers/docs/resources/message#attachment-object */
export type DiscordFile = Pick<
  DiscordAttachment,
  'name' | 'title' | 'url' | 'size' | 'contentType' | 'description' | 'duration' | 'spoiler' | 'width' | 'height'
>;

/** @param voice whether the message is one that was spoken */
export function fileOf(file: DiscordFile, voice: boolean): CdnAttachment {
  const name = nameOf(file);
  const { width, height } = file;
  return {
    name: name.replace(spoilerMark, ''),
    url: file.url,
    ...cdnOf(file.url),
    size: file.size,
    ...(width !== null && height !== null && { width, height }),
    ...(file.contentType !== null && { mimeType: file.contentType }),
    ...(file.duration !== null && { duration: Math.round(file.duration * 1_000) }),
    ...(file.description !== null && { description: file.description }),
    ...(voice && { kind: 'voice' }),
    ...((file.spoiler || spoilerMark.test(name)) && { spoiler: true }),
  };
}

/** How Discord's clients mark a file that is hidden until somebody looks. */
const spoilerMark = /^SPOILER_/;

/** The name that its author gave it: Discord puts `_` for letters that are unusual in a file's name, and keeps the title. */
function nameOf({ name, title }: DiscordFile): string {
  return title === null || title === '' ? name : `${title}${/\.[^.]*$/.exec(name)?.[0] ?? ''}`;
}

/** https://discord.com/developers/docs/resources/sticker#sticker-object */
export interface DiscordSticker {
  readonly name: string;
  readonly format: StickerFormatType;
  readonly url: string;
}

/** A sticker as its picture. One that is drawn by a program (Lottie) has none. */
export function stickerOf({ name, format, url }: DiscordSticker): CdnAttachment {
  const mimeType = stickerTypes[format];
  return { name, kind: 'sticker', ...(mimeType !== undefined && { url, ...cdnOf(url), mimeType }) };
}

const stickerTypes: Partial<Record<StickerFormatType, string>> = {
  [StickerFormatType.PNG]: 'image/png',
  [StickerFormatType.APNG]: 'image/apng',
  [StickerFormatType.GIF]: 'image/gif',
};
