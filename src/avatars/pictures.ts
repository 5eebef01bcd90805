/** Pictures of people that the bridge itself can read: those that it draws, and those of Steam. Nobody can name it any other address. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Medium } from '../adapter.ts';
import { letterPicture } from './letter-route.ts';
import { isSteamPicture } from './steam.ts';

export interface PicturesOptions {
  /** Where the bridge is reached by everybody; undefined where it is not. */
  readonly publicUrl: string | undefined;
  /** What Steam's pictures are fetched with. */
  readonly fetch: typeof fetch;
}

export class Pictures {
  readonly #options: PicturesOptions;

  constructor(options: PicturesOptions) {
    this.#options = options;
  }

  /** Whether an address is that of such a picture. */
  has(url: string): boolean {
    return this.#pathIn(url) !== undefined || isSteamPicture(url);
  }

  /** Reads one; undefined when there is none. Throws where it may be there another time. */
  async open(url: string, signal: AbortSignal): Promise<Medium | undefined> {
    const path = this.#pathIn(url);
    const drawn = path === undefined ? undefined : letterPicture(path);
    if (drawn) return { stream: Readable.from([drawn]), size: drawn.length, type: 'image/png' };
    return isSteamPicture(url) ? this.#fetch(url, signal) : undefined;
  }

  #pathIn(url: string): string | undefined {
    const { publicUrl } = this.#options;
    return publicUrl !== undefined && url.startsWith(`${publicUrl}/`) ? url.slice(publicUrl.length) : undefined;
  }

  async #fetch(url: string, signal: AbortSignal): Promise<Medium | undefined> {
    const response = await this.#options.fetch(url, { signal, redirect: 'error' });
    if (!response.ok) await response.body?.cancel();
    if (response.status === 404) return undefined;
    if (!response.ok || response.body === null) throw new Error(`Steam answered with status ${response.status}`);
    const stream = Readable.fromWeb(response.body as ReadableStream);
    return { stream, size: undefined, type: response.headers.get('content-type') ?? undefined };
  }
}
