/** A file that was uploaded → the content of the Matrix event that shows it. */
import type { FileFacts, UploadedFile } from '../../src/adapter.ts';
import type { Attachment } from '../../src/event.ts';
import { safeFileName } from '../../src/text/file-name.ts';
import { literal } from '../../src/text/tree.ts';
import type { MatrixContent } from './content.ts';
import { spoilerMark, voiceMark } from './files.ts';
import { renderHtml } from './render-html.ts';

/**
 * The content of an event with a file.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export interface FileContent extends Omit<MatrixContent, 'msgtype'> {
  readonly msgtype: 'm.image' | 'm.video' | 'm.audio' | 'm.file';
  /** Where it differs from the body, the body is a caption: https://spec.matrix.org/v1.13/client-server-api/#media-captions */
  readonly filename: string;
  /** `mxc://server/media` */
  readonly url: string;
  readonly info: PictureInfo & {
    readonly duration?: number;
    /** A small picture of a video. Of pictures, homeservers make one themselves. */
    readonly thumbnail_url?: string;
    readonly thumbnail_info?: PictureInfo;
  };
}

interface PictureInfo {
  readonly mimetype: string;
  readonly size: number;
  readonly w?: number;
  readonly h?: number;
}

/** The media type of what could be anything. */
const anyType = 'application/octet-stream';

/** What clients show as a picture: others, and what a script could stand in, they offer to save. */
const pictures = /^image\/(png|apng|jpeg|gif|webp|avif)$/;

/**
 * @param caption what is said with it, and by whom
 * @param uploaded what it turned out to be
 * @param still the picture out of it that was uploaded as well, where it is a video
 */
export function toFileContent(
  caption: MatrixContent,
  { mimeType: type, ...said }: Attachment,
  uploaded: UploadedFile,
  still?: UploadedFile,
): FileContent {
  // Many programs leave out what they send.
  const file = { ...said, mimeType: mimeTypeOf(type) ?? mimeTypeOf(uploaded.type) ?? anyType };
  const { width = said.width, height = said.height } = uploaded;
  const info = {
    ...infoOf({ ...uploaded, type: file.mimeType, ...(width !== undefined && height !== undefined && { width, height }) }),
    ...(said.duration !== undefined && { duration: said.duration }),
    ...(still && { thumbnail_url: still.uri, thumbnail_info: infoOf(still) }),
  };
  const { uri: url } = uploaded;
  const filename = safeFileName(file.name);
  // A body that is the file's name is no caption.
  const words = caption.body === '' ? { body: filename, formatted_body: renderHtml(literal(filename)) } : {};
  return { ...caption, ...words, msgtype: typeOf(file), filename, url, info, ...marksOf(file) };
}

function infoOf({ type: mimetype, size, width: w, height: h }: FileFacts): PictureInfo {
  return { mimetype, size, ...(w !== undefined && h !== undefined && { w, h }) };
}

function mimeTypeOf(said = ''): string | undefined {
  const type = /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(said)?.[0].toLowerCase();
  return type === anyType ? undefined : type;
}

/** Not every client knows a spoiler: none shows a file before somebody asks for it. */
function typeOf({ mimeType, spoiler }: Attachment & { readonly mimeType: string }): FileContent['msgtype'] {
  if (spoiler) return 'm.file';
  if (pictures.test(mimeType)) return 'm.image';
  const [kind] = mimeType.split('/');
  return kind === 'video' || kind === 'audio' ? `m.${kind}` : 'm.file';
}

/** What newer clients know more of. A voice message is one only with its length: https://github.com/matrix-org/matrix-spec-proposals/pull/3245 */
function marksOf({ kind, duration, spoiler }: Attachment): Readonly<Record<string, unknown>> {
  const voice = kind === 'voice' ? { [voiceMark]: {}, 'org.matrix.msc1767.audio': { duration: duration ?? 0 } } : {};
  return { ...voice, ...(spoiler && { [spoilerMark]: true }) };
}
