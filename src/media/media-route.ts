/** Serves bridged files: to whoever has a signed address, or whom an adapter has let in. */
import { pipeline, type Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Medium } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { MediaSource } from '../event.ts';
import type { HttpAnswer, HttpRequest, Route } from '../http/route.ts';
import { refusal } from '../http/server.ts';
import type { Links } from './links.ts';
import { typeOf } from './loader.ts';
import { cut, rangeIn } from './range.ts';

/** What files are served with. */
export interface FileServerOptions {
  /** So large may a file be, in bytes. */
  readonly maxBytes: number;
  readonly open: (source: MediaSource, signal: AbortSignal) => Promise<Medium | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Below this. */
export const MEDIA_PREFIX = '/media/';
/** So many files are read at once. */
const MAX_OPEN = 32;
/** How long a platform may take to begin, in milliseconds. */
const OPEN_TIME = 15_000;

/** What a browser may show, and nothing in which a script could stand. */
const INLINE: ReadonlySet<string> = new Set([
  ...['png', 'apng', 'jpeg', 'gif', 'webp', 'avif'].map((type) => `image/${type}`),
  ...['mpeg', 'ogg', 'wav', 'x-wav', 'flac', 'aac', 'mp4', 'webm'].map((type) => `audio/${type}`),
  ...['mp4', 'webm', 'ogg', 'quicktime'].map((type) => `video/${type}`),
]);

const HEADERS = {
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'public, max-age=3600',
  'x-robots-tag': 'noindex',
};

/** Answers whoever may read a file. */
export type FileServer = (source: MediaSource, name: string, request: HttpRequest) => Promise<HttpAnswer>;

/** Serves files in such a way that a browser runs nothing of them. */
export function fileServer(options: FileServerOptions): FileServer {
  let open = 0;
  return async (source, name, request) => {
    if (open >= MAX_OPEN) return refusal(503, 'Too many files are read at once.', { 'retry-after': '5' });
    open++;
    let medium: Medium | undefined;
    try {
      medium = await opened(source, request.signal, options);
    } catch (error) {
      options.log.debug({ err: error, adapter: source.adapter }, 'a file could not be opened for a reader');
      return refusal(502, 'The file can not be had just now.');
    } finally {
      if (medium === undefined) open--;
    }
    if (medium === undefined) return refusal(404, 'This file is not there any more.');
    medium.stream.once('close', () => open--);
    return answerWith(medium, name, request, options.maxBytes);
  };
}

/** The route under which files are served to whoever has a signed address. */
export function mediaRoute(links: Links, clock: Clock, serve: FileServer): Route {
  return {
    prefix: MEDIA_PREFIX,
    async answer(request) {
      const link = links.read(request.path);
      if (!link) return refusal(404, 'There is no such file.');
      if (link.expires !== undefined && link.expires < clock.now()) return refusal(410, 'This link is too old.');
      return serve(link.source, link.name, request);
    },
  };
}

/** Gives up when the one who asks is gone, or the platform takes too long to begin. */
async function opened(source: MediaSource, gone: AbortSignal, { open, clock }: FileServerOptions): Promise<Medium | undefined> {
  const ending = new AbortController();
  const end = () => ending.abort(new Error('given up'));
  const cancel = clock.after(OPEN_TIME, () => ending.abort(new Error('no answer in time')));
  gone.addEventListener('abort', end, { once: true });
  const late = new Promise<never>((_, reject) => ending.signal.addEventListener('abort', () => reject(ending.signal.reason)));
  try {
    return await Promise.race([open(source, ending.signal), late]);
  } finally {
    cancel();
  }
}

function answerWith({ stream, size, type }: Medium, name: string, { headers }: HttpRequest, maxBytes: number): HttpAnswer {
  if (size !== undefined && size > maxBytes) {
    stream.destroy();
    return refusal(413, 'The file is too large.');
  }
  const known = typeOf(type);
  const isShown = INLINE.has(known);
  const own = {
    ...HEADERS,
    'content-type': isShown ? known : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, '_')}`,
  };
  if (size === undefined) return { status: 200, headers: own, body: through(stream, Number.POSITIVE_INFINITY, 0, maxBytes) };
  const range = rangeIn(headers.range, size);
  if (range === 'none') {
    stream.destroy();
    return refusal(416, 'The file has no such part.', { 'content-range': `bytes */${size}` });
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const length = { 'accept-ranges': 'bytes', 'content-length': String(last - first + 1) };
  const body = size === 0 ? stream : through(stream, last, first, maxBytes);
  if (!range) return { status: 200, headers: { ...own, ...length }, body };
  return { status: 206, headers: { ...own, ...length, 'content-range': `bytes ${first}-${last}/${size}` }, body };
}

function through(stream: Readable, last: number, first: number, maxBytes: number): Readable {
  // What goes wrong is seen where it is read.
  return pipeline(stream, cut({ first, last }, maxBytes), () => {});
}
