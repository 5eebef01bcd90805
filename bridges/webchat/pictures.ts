/** Pictures of people and custom emoji. The browser loads none from elsewhere: the bridge fetches those of the two platforms that it knows. */
import type { Clock } from '../../src/clock.ts';
import type { HttpAnswer } from '../../src/http/route.ts';
import { refusal } from '../../src/http/server.ts';
import { Recent } from '../../src/recent.ts';

/** Below this, relative to the page. */
export const PICTURE_PREFIX = 'picture/';
/** The only addresses that are ever fetched: Discord's pictures and Steam's, which nobody can point elsewhere. */
const KNOWN =
  /^https:\/\/(?:cdn\.discordapp\.com\/(?:avatars|embed\/avatars|emojis|guilds)\/[\w/]{1,120}\.(?:png|webp|gif|jpg)|avatars\.(?:\w{1,20}\.)?steamstatic\.com\/[0-9a-f]{40}(?:_medium|_full)?\.jpg)$/;
const TYPES: ReadonlySet<string> = new Set(['image/png', 'image/webp', 'image/gif', 'image/jpeg']);
/** Bytes of one picture, and how many pictures are kept. */
const MAX_BYTES = 262_144;
const MAX_KEPT = 64;
/** How many are fetched at once, and how long one may take, in milliseconds. */
const MAX_RUNNING = 8;
const TIME = 5_000;

/** A picture as the page can show it: relative to the page. Undefined where it is shown without. @param base where the bridge serves */
export function pictureFor(url: string | undefined, base: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const own = ownFile(url, base);
  if (own !== undefined) return own;
  const plain = url.replace(/\?.*$/, '');
  return KNOWN.test(plain) ? `${PICTURE_PREFIX}${Buffer.from(plain).toString('base64url')}` : undefined;
}

/**
 * A file or an avatar that the bridge itself serves, relative to the page. Game servers tell addresses of pictures: a browser must not be
 * made to open anything else here, such as another stream of events.
 */
export function ownFile(url: string, base: string | undefined): string | undefined {
  if (base === undefined || !url.startsWith(`${base}/`)) return undefined;
  const path = url.slice(base.length);
  const { pathname, search } = new URL(path, 'http://localhost');
  return /^\/(?:media|avatar)\//.test(path) && `${pathname}${search}` === path ? `..${path}` : undefined;
}

/** Serves pictures of those platforms. */
export class Pictures {
  readonly #clock: Clock;
  readonly #kept = new Recent<string, { readonly type: string; readonly bytes: Buffer }>(MAX_KEPT);
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param name what stands behind the prefix */
  async answer(name: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = Buffer.from(name, 'base64url').toString();
    if (!KNOWN.test(url)) return refusal(404, 'There is no such picture.');
    const known = this.#kept.get(url);
    if (known === undefined && this.#running >= MAX_RUNNING)
      return refusal(503, 'Too many pictures at once.', { 'retry-after': '2' });
    const { type, bytes } = known ?? (await this.#fetch(url, signal)) ?? { type: '', bytes: undefined };
    if (bytes === undefined) return refusal(404, 'This picture can not be had.');
    return { status: 200, headers: { 'content-type': type, 'cache-control': 'private, max-age=86400' }, body: bytes };
  }

  async #fetch(url: string, signal: AbortSignal): Promise<{ type: string; bytes: Buffer } | undefined> {
    const ending = new AbortController();
    const end = () => ending.abort();
    const cancel = this.#clock.after(TIME, end);
    signal.addEventListener('abort', end, { once: true });
    this.#running++;
    try {
      const answer = await fetch(url, { redirect: 'error', signal: ending.signal });
      const type = answer.headers.get('content-type') ?? '';
      const bytes = answer.ok && TYPES.has(type) ? await bytesOf(answer) : undefined;
      if (bytes === undefined) return undefined;
      this.#kept.set(url, { type, bytes });
      return { type, bytes };
    } catch {
      // The page shows a letter instead.
      return undefined;
    } finally {
      cancel();
      this.#running--;
    }
  }
}

/** Undefined when there are too many. */
async function bytesOf(answer: Response): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > MAX_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
