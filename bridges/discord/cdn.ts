/** Discord's files: their addresses are signed and expire, and the bot gets new ones. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import type { Medium } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Message } from '../../src/event.ts';
import type { Api } from './api.ts';
import { isCdnPath, stillMark } from './incoming/cdn-path.ts';

/** https://discord.com/developers/docs/reference#image-formatting */
const discordCdn = 'https://cdn.discordapp.com';
/**
 * Where moving stickers are, and where files are turned into what clients show.
 * https://discord.com/developers/docs/resources/sticker#sticker-object-sticker-format-types
 */
const discordMedia = 'https://media.discordapp.net';

/** https://discord.com/developers/docs/reference#signed-attachment-cdn-urls */
const refreshed = z.object({ refreshed_urls: z.tuple([z.object({ refreshed: z.url({ protocol: /^https?$/ }) })]) });

/** An address is not used any more so many milliseconds before it expires. */
const margin = 60_000;
/** So many addresses are remembered. */
const maxAddresses = 2_000;

/** Opens files by their paths at the CDN. */
export class Cdn {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #url: string | undefined;
  /** By path, the latest address of a file. */
  readonly #addresses = new Map<string, string>();

  /** @param url where the CDN is, if not at Discord */
  constructor(api: Api, clock: Clock, url: string | undefined) {
    this.#api = api;
    this.#clock = clock;
    this.#url = url;
  }

  /** Remembers the addresses of a message's files as long as they are good. */
  note({ attachments }: Pick<Message, 'attachments'>): void {
    for (const { media, url } of attachments) if (media !== undefined && url !== undefined) this.#keep(media.uri, url);
  }

  /**
   * Opens a file; undefined when there is none.
   * @param named its path, or for a picture of Discord's own, its address; behind {@link stillMark} for a picture out of a video
   */
  async open(named: string, signal: AbortSignal): Promise<Medium | undefined> {
    const isStill = named.startsWith(stillMark);
    const uri = isStill ? named.slice(stillMark.length) : named;
    const path = uri.startsWith(`${discordCdn}/`) ? uri.slice(discordCdn.length + 1) : uri;
    if (!isCdnPath(path)) return undefined;
    if (!path.startsWith('attachments/')) return fetchFile(this.#pictureAt(path), signal);
    const fetchAt = (address: string) => fetchFile(isStill ? this.#stillAt(address) : address, signal);
    const address = this.#addresses.get(path);
    const found = address !== undefined && this.#isGood(address) ? await fetchAt(address) : undefined;
    if (found !== undefined) return found;
    const fresh = await this.#refreshed(`${this.#url ?? discordCdn}/${path}`, signal);
    this.#keep(path, fresh);
    return fetchAt(fresh);
  }

  /** A picture out of a video. Discord does not promise it, but its own clients ask for it in this way. */
  #stillAt(address: string): string {
    const { pathname, searchParams } = new URL(address);
    searchParams.set('format', 'webp');
    return `${this.#url ?? discordMedia}${pathname}?${searchParams}`;
  }

  async #refreshed(url: string, signal: AbortSignal): Promise<string> {
    const options = { body: { attachment_urls: [url] }, signal, patient: true };
    const answer = refreshed.parse(await this.#api.requests.request('post', '/attachments/refresh-urls', options));
    return answer.refreshed_urls[0].refreshed;
  }

  #pictureAt(path: string): string {
    const isMoving = path.startsWith('stickers/') && path.endsWith('.gif');
    return `${this.#url ?? (isMoving ? discordMedia : discordCdn)}/${path}`;
  }

  #keep(path: string, address: string): void {
    this.#addresses.delete(path);
    this.#addresses.set(path, address);
    const [oldest] = this.#addresses.keys();
    if (this.#addresses.size > maxAddresses && oldest !== undefined) this.#addresses.delete(oldest);
  }

  /** https://discord.com/developers/docs/reference#signed-attachment-cdn-urls */
  #isGood(address: string): boolean {
    const expires = new URL(address).searchParams.get('ex');
    return expires === null || Number.parseInt(expires, 16) * 1_000 - margin > this.#clock.now();
  }
}

/** Undefined when it is not there, or not for us. */
async function fetchFile(address: string, signal: AbortSignal): Promise<Medium | undefined> {
  const response = await fetch(address, { signal, redirect: 'error', headers: { 'accept-encoding': 'identity' } });
  if (!response.ok) await response.body?.cancel();
  if ([403, 404, 410].includes(response.status)) return undefined;
  if (!response.ok) throw new Error(`Discord answered with status ${response.status}`);
  const length = response.headers.get('content-length') ?? '';
  const isKnown = /^\d{1,15}$/.test(length) && !response.headers.has('content-encoding');
  return {
    stream: response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream),
    size: isKnown ? Number(length) : undefined,
    type: response.headers.get('content-type') ?? undefined,
  };
}
