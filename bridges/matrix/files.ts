/** A file in a Matrix event → an attachment. */
import { z } from 'zod';
import type { Attachment, Place } from '../../src/event.ts';

const text = z.string().optional().catch(undefined);
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER).transform(Math.round).optional().catch(undefined);

/** The key by which clients know a voice message. https://github.com/matrix-org/matrix-spec-proposals/pull/3245 */
export const voiceMark = 'org.matrix.msc3245.voice';
/** The key by which clients hide a picture. https://github.com/matrix-org/matrix-spec-proposals/pull/4193 */
export const spoilerMark = 'page.codeberg.everypizza.msc4193.spoiler';

/** @see https://spec.matrix.org/v1.13/client-server-api/#media-captions */
export const fileContent = z.object({
  body: z.string(),
  filename: text,
  /** Absent where it is encrypted. */
  url: text,
  info: z
    .object({ mimetype: text, size: amount, w: amount, h: amount, duration: amount, thumbnail_url: text })
    .optional()
    .catch(undefined),
  [voiceMark]: z.unknown().optional(),
  [spoilerMark]: z.unknown().optional(),
});

/** An attachment, before it is known which adapter it came through. */
export interface MatrixFile extends Omit<Attachment, 'media' | 'still'> {
  /** Where it is: `mxc://server/media`. */
  readonly mxc?: string;
  /** Where a picture out of it is, where it is a video. */
  readonly stillMxc?: string;
}

/** @param sticker whether the event is one */
export function fileOf(content: z.infer<typeof fileContent>, sticker: boolean): MatrixFile {
  const { filename, body, url, info } = content;
  const { mimetype, size, w, h, duration, thumbnail_url: still } = info ?? {};
  const hasStill = mimetype?.startsWith('video/') && still !== undefined && mxcParts(still) !== undefined;
  const kind = sticker ? 'sticker' : content[voiceMark] === undefined ? undefined : 'voice';
  return {
    name: filename ?? body,
    ...(url !== undefined && mxcParts(url) && { mxc: url }),
    ...(hasStill && { stillMxc: still }),
    ...(mimetype !== undefined && { mimeType: mimetype }),
    ...(size !== undefined && { size }),
    ...(w !== undefined && h !== undefined && { width: w, height: h }),
    ...(duration !== undefined && { duration }),
    ...(kind !== undefined && { kind }),
    ...(content[spoilerMark] === true && { spoiler: true }),
  };
}

/** An attachment of a message that was said there. An `mxc:` URL can be opened by Matrix users only, so it has no other. */
export function attachmentAt(place: Place, { mxc, stillMxc, ...file }: MatrixFile): Attachment {
  if (mxc === undefined || place.kind !== 'room') return file;
  const { adapter } = place;
  return { ...file, media: { adapter, uri: mxc }, ...(stillMxc !== undefined && { still: { adapter, uri: stillMxc } }) };
}

/**
 * The server and the media id of an `mxc:` URL; undefined if it is none.
 * @see https://spec.matrix.org/v1.13/client-server-api/#matrix-content-mxc-uris
 */
export function mxcParts(url: string): { readonly server: string; readonly media: string } | undefined {
  const [, server, media] = /^mxc:\/\/([A-Za-z0-9.:[\]-]{1,255})\/([\w-]{1,255})$/.exec(url) ?? [];
  return server === undefined || media === undefined ? undefined : { server, media };
}
