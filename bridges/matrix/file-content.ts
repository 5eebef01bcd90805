/** A file that was uploaded → the content of the Matrix event that shows it. */
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
  readonly info: {
    readonly mimetype: string;
    readonly size?: number;
    readonly w?: number;
    readonly h?: number;
    readonly duration?: number;
  };
}

/** What clients show as a picture: others, and what a script could stand in, they offer to save. */
const pictures = /^image\/(png|apng|jpeg|gif|webp|avif)$/;

/**
 * @param caption what is said with it, and by whom
 * @param url where it was uploaded to
 */
export function toFileContent(caption: MatrixContent, file: Attachment, url: string): FileContent {
  const { size, width: w, height: h, duration } = file;
  const info = {
    mimetype: mimeTypeOf(file),
    ...(size !== undefined && { size }),
    ...(w !== undefined && h !== undefined && { w, h }),
    ...(duration !== undefined && { duration }),
  };
  const filename = safeFileName(file.name);
  // A body that is the file's name is no caption.
  const words = caption.body === '' ? { body: filename, formatted_body: renderHtml(literal(filename)) } : {};
  return { ...caption, ...words, msgtype: typeOf(file), filename, url, info, ...marksOf(file) };
}

function mimeTypeOf({ mimeType = '' }: Attachment): string {
  return /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(mimeType)?.[0].toLowerCase() ?? 'application/octet-stream';
}

/** Not every client knows a spoiler: none shows a file before somebody asks for it. */
function typeOf(file: Attachment): FileContent['msgtype'] {
  const mimeType = mimeTypeOf(file);
  if (file.spoiler) return 'm.file';
  if (pictures.test(mimeType)) return 'm.image';
  const [kind] = mimeType.split('/');
  return kind === 'video' || kind === 'audio' ? `m.${kind}` : 'm.file';
}

/** What newer clients know more of. A voice message is one only with its length: https://github.com/matrix-org/matrix-spec-proposals/pull/3245 */
function marksOf({ kind, duration, spoiler }: Attachment): Readonly<Record<string, unknown>> {
  const voice = kind === 'voice' ? { [voiceMark]: {}, 'org.matrix.msc1767.audio': { duration: duration ?? 0 } } : {};
  return { ...voice, ...(spoiler && { [spoilerMark]: true }) };
}
