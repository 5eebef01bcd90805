/** Files: their addresses are signed and expire. https://discord.com/developers/docs/reference#signed-attachment-cdn-urls */
import { createHmac, randomBytes } from 'node:crypto';
import type { APIAttachment } from 'discord.js';
import type { Clock } from '../../../src/clock.ts';
import type { StoredAttachment } from './state.ts';

const LIFETIME = 24 * 60 * 60 * 1000;

/** What a picture out of any video looks like: 30 by 20, and red. */
const STILL = {
  contentType: 'image/webp',
  content: Buffer.from('UklGRh4AAABXRUJQVlA4TBEAAAAvHcAEAAdQjyLXo/+BiOh/AAA=', 'base64'),
};

/** Keeps the files and hands them out by their addresses. */
export class AttachmentStore {
  readonly #files = new Map<string, StoredAttachment>();
  readonly #pictures = new Map<string, Pick<StoredAttachment, 'contentType' | 'content'>>();
  readonly #key = randomBytes(32);
  readonly #origin: string;
  readonly #clock: Clock;

  constructor(origin: string, clock: Clock) {
    this.#origin = origin;
    this.#clock = clock;
  }

  add(file: StoredAttachment): StoredAttachment {
    this.#files.set(pathOf(file), file);
    return file;
  }

  /** A picture of Discord's own, under an address that never expires: `/emojis/1.png`. */
  addPicture(path: string, file: Pick<StoredAttachment, 'contentType' | 'content'>): void {
    this.#pictures.set(path, file);
  }

  /** The file at an address; undefined when the address is wrong or has expired. */
  at(url: URL): Pick<StoredAttachment, 'contentType' | 'content'> | undefined {
    const picture = this.#pictures.get(url.pathname);
    if (picture) return picture;
    const { ex, is, hm } = Object.fromEntries(url.searchParams);
    const file = this.#files.get(url.pathname);
    const expired = Number.parseInt(ex ?? '0', 16) * 1000 < this.#clock.now();
    if (expired || hm !== this.#sign(url.pathname, ex, is)) return undefined;
    return file?.contentType.startsWith('video/') && url.searchParams.get('format') === 'webp' ? STILL : file;
  }

  /** An address that works for a day from now, of a file or not. */
  refreshed(address: string): string {
    return this.#signed(new URL(address).pathname);
  }

  /** An attachment as the API writes it, with an address that works for a day from now. */
  shape(file: StoredAttachment): APIAttachment {
    const url = this.#signed(pathOf(file));
    const filename = safeName(file.filename);
    return {
      id: file.id,
      filename,
      ...(filename !== file.filename && { title: file.filename.replace(/\.[^.]*$/, '') }),
      ...(file.description !== null && { description: file.description }),
      content_type: file.contentType,
      size: file.content.byteLength,
      url,
      proxy_url: url,
      ...(file.seconds !== null && { duration_secs: file.seconds, waveform: 'AAAA' }),
      ...pngSize(file),
    };
  }

  #signed(path: string): string {
    const now = this.#clock.now();
    const ex = Math.floor((now + LIFETIME) / 1000).toString(16);
    const is = Math.floor(now / 1000).toString(16);
    return `${this.#origin}${path}?ex=${ex}&is=${is}&hm=${this.#sign(path, ex, is)}&`;
  }

  #sign(path: string, ex: string | undefined, is: string | undefined): string {
    return createHmac('sha256', this.#key).update(`${path} ${ex} ${is}`).digest('hex');
  }
}

function pathOf(file: StoredAttachment): string {
  return `/attachments/${file.channelId}/${file.id}/${safeName(file.filename)}`;
}

/** Discord puts `_` for everything unusual in a file's name. */
function safeName(name: string): string {
  return name.replace(/[^\w.-]/g, '_');
}

function pngSize({ content, contentType }: StoredAttachment): { width?: number; height?: number } {
  if (contentType !== 'image/png' || content.byteLength < 24) return {};
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
