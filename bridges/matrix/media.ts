/** The homeserver's media: read and uploaded. https://spec.matrix.org/v1.13/client-server-api/#content-repository */
import { MatrixError } from 'matrix-bot-sdk';
import { z } from 'zod';
import type { LoadedFile, Medium } from '../../src/adapter.ts';
import { mxcParts } from './files.ts';
import { type Homeserver, isAbsent } from './homeserver.ts';

const uploaded = z.object({ content_uri: z.string().refine((uri) => mxcParts(uri) !== undefined) });
const config = z.object({ 'm.upload.size': z.number().positive().optional().catch(undefined) });

/** What stands before the `mxc:` URL of somebody's picture: of that, a small copy is enough. */
const pictureMark = 'picture:';
/** https://spec.matrix.org/v1.13/client-server-api/#thumbnails */
const thumbnail = new URLSearchParams({ width: '256', height: '256', method: 'crop', animated: 'false' });
/** What a copy may be. Servers that make none send what was uploaded. */
const pictureTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** What {@link openFile} knows somebody's picture by. */
export function pictureUri(mxc: string): string {
  return pictureMark + mxc;
}

/**
 * Opens a file by its `mxc:` URL, or what {@link pictureUri} made of one; undefined when it is neither, or is not there. Rejects with what
 * the homeserver says.
 * @param signal ends the stream as well
 */
export async function openFile(homeserver: Homeserver, uri: string, signal: AbortSignal): Promise<Medium | undefined> {
  if (!uri.startsWith(pictureMark)) return openMxc(homeserver, uri, 'download', signal);
  const medium = await openMxc(homeserver, uri.slice(pictureMark.length), 'thumbnail', signal).catch((fault: unknown) => {
    // There is something, but nothing that a picture could be made of.
    if (!(fault instanceof MatrixError && fault.statusCode === 400)) throw fault;
    return undefined;
  });
  if (medium === undefined || pictureTypes.has(medium.type ?? '')) return medium;
  medium.stream.destroy();
  return undefined;
}

async function openMxc(
  homeserver: Homeserver,
  uri: string,
  what: 'download' | 'thumbnail',
  signal: AbortSignal,
): Promise<Medium | undefined> {
  const parts = mxcParts(uri);
  if (parts === undefined) return undefined;
  const query = what === 'thumbnail' ? `?${thumbnail}` : '';
  const path = `${encodeURIComponent(parts.server)}/${encodeURIComponent(parts.media)}${query}`;
  const download = (from: string) => homeserver.download(`${from}/${what}/${path}`, signal);
  const found = await orIfAbsent(download('/_matrix/client/v1/media'), async (code) =>
    // Before version 1.11 of the specification, nobody needed a token.
    code === 'M_UNRECOGNIZED' ? orIfAbsent(download('/_matrix/media/v3'), async () => undefined) : undefined,
  );
  if (found === undefined) return undefined;
  const { headers, stream } = found;
  const length = headers.get('content-length') ?? '';
  // What is packed has another length when it is unpacked.
  const isKnown = /^\d{1,15}$/.test(length) && !headers.has('content-encoding');
  return { stream, size: isKnown ? Number(length) : undefined, type: headers.get('content-type') ?? undefined };
}

/** Uploads a file. Gives its `mxc:` URL. Rejects with what the homeserver says. */
export async function upload(
  homeserver: Homeserver,
  file: LoadedFile,
  filename: string,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<string> {
  const answer = await homeserver.call('POST', '/_matrix/media/v3/upload', { ...options, query: { filename }, file });
  return uploaded.parse(answer).content_uri;
}

/** The largest upload that the homeserver takes, in bytes; undefined where it doesn't say. */
export async function uploadLimit(homeserver: Homeserver, signal: AbortSignal): Promise<number | undefined> {
  const ask = (from: string) => homeserver.call('GET', `${from}/config`, { signal });
  const answer = await orIfAbsent(ask('/_matrix/client/v1/media'), () =>
    orIfAbsent(ask('/_matrix/media/v3'), async () => undefined),
  );
  return config.safeParse(answer).data?.['m.upload.size'];
}

async function orIfAbsent<T>(answer: Promise<T>, otherwise: (code: string) => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (fault) {
    if (!isAbsent(fault)) throw fault;
    return otherwise(fault.errcode);
  }
}
