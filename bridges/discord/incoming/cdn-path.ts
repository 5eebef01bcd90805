/** Where Discord's files are, whatever address they have at the moment. */
import type { AdapterId, Attachment } from '../../../src/event.ts';

/** What there is to read: files of messages, emoji, stickers, and people's pictures. https://discord.com/developers/docs/reference#image-formatting */
const known = new RegExp(
  `^(?:${[
    'attachments/\\d{1,20}/\\d{1,20}/[^/?#]{1,500}',
    '(?:emojis|stickers)/\\d{1,20}\\.\\w{1,5}',
    '(?:guilds/\\d{1,20}/users/\\d{1,20}/avatars|avatars/\\d{1,20})/\\w{1,40}\\.\\w{1,5}(?:\\?size=\\d{1,4})?',
    'embed/avatars/\\d\\.png',
  ].join('|')})$`,
);

/** An attachment, before it is known which adapter it came through. */
export interface CdnAttachment extends Omit<Attachment, 'media'> {
  /** Its path at the CDN. */
  readonly cdn?: string;
}

/** Whether a text is the path of something at the CDN that anybody may be shown. */
export function isCdnPath(path: string): boolean {
  return known.test(path);
}

/** The path that goes with an address, as a part of an attachment; nothing where it leads to nothing that could be read. */
export function cdnOf(address: string): Pick<CdnAttachment, 'cdn'> {
  const path = URL.canParse(address) ? new URL(address).pathname.slice(1) : '';
  return isCdnPath(path) ? { cdn: path } : {};
}

/** What stands before the path of a video where a picture out of it is meant. */
export const stillMark = 'still:';

/** The files of a message, with where they can be read. */
export function withMedia(attachments: readonly CdnAttachment[], adapter: AdapterId): Attachment[] {
  return attachments.map(({ cdn, ...file }) => {
    if (cdn === undefined) return file;
    const isVideo = file.mimeType?.startsWith('video/') === true;
    return { ...file, media: { adapter, uri: cdn }, ...(isVideo && { still: { adapter, uri: `${stillMark}${cdn}` } }) };
  });
}
