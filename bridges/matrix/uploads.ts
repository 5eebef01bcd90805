/** Brings files and custom emoji to the homeserver, each once. */
import type { Logger } from 'pino';
import type { MediaReader, UploadedFile } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Attachment, MediaSource, Message } from '../../src/event.ts';
import { safeFileName } from '../../src/text/file-name.ts';
import type { RichText } from '../../src/text/tree.ts';
import type { Draft, MatrixContent } from './content.ts';
import { type FileContent, toFileContent } from './file-content.ts';
import { describe, type Homeserver, isPassing, retryAfter } from './homeserver.ts';
import { upload, uploadLimit } from './media.ts';

/** What uploads are made with. */
export interface UploadsOptions {
  readonly homeserver: Homeserver;
  readonly media: MediaReader;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Milliseconds that an upload may take, with all tries: a delivery has half a minute for everything. */
const uploadTime = 12_000;
/** So many different emoji of one message are shown as pictures. */
const maxEmoji = 20;
/** So large may an emoji or avatar be, in bytes. */
const maxPictureSize = 1_000_000;
/** How long nobody tries again to have an emoji or avatar, in milliseconds. */
const picturePause = 600_000;
/** So many pictures are remembered without asking the store. */
const maxKnown = 1_000;

export class Uploads {
  readonly #options: UploadsOptions;
  #limit: number | undefined;
  readonly #running = new Map<string, Promise<UploadedFile | undefined>>();
  /** By adapter and address, what an emoji or avatar was uploaded as, or until when it isn't tried again. */
  readonly #pictures = new Map<string, UploadedFile | number>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * What is sent for a draft: with its file, or where that can't be had or is too large, in words.
   * Rejects when the homeserver asks for a pause, or with the signal's reason.
   */
  async contentOf({ content, file }: Draft, signal: AbortSignal): Promise<MatrixContent | FileContent> {
    const { attachment, caption } = file ?? {};
    if (attachment?.media === undefined || caption === undefined) return content;
    const uploaded = await this.#once(attachment, attachment.media, await this.#maxBytes(signal), signal);
    if (uploaded === undefined) return content;
    const still = attachment.still && (await this.#pictureAt(attachment.still, 'still', signal));
    return toFileContent(caption, attachment, uploaded, still);
  }

  /** What the custom emoji in a message are known by at the homeserver, by their addresses; those that can't be had are left out. */
  async emojiIn({ body, place }: Message, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (place.kind !== 'room') return new Map();
    const found = [...emojiOf(body)].slice(0, maxEmoji).map(async ([url, name]): Promise<[string, string][]> => {
      const picture = await this.#pictureAt({ adapter: place.adapter, uri: url }, name, signal);
      return picture === undefined ? [] : [[url, picture.uri]];
    });
    return new Map((await Promise.all(found)).flat());
  }

  /** What the picture of whoever says something is known by at the homeserver; undefined where there is none, or it can't be had. */
  async avatarOf({ author, place }: Pick<Message, 'author' | 'place'>, signal: AbortSignal): Promise<string | undefined> {
    const source = this.#options.media.pictureOf(author, place);
    const picture = source && (await this.#pictureAt(source, 'avatar', signal));
    return picture?.uri;
  }

  async #pictureAt(source: MediaSource, name: string, signal: AbortSignal): Promise<UploadedFile | undefined> {
    const { clock } = this.#options;
    const key = `${source.adapter} ${source.uri}`;
    const known = this.#pictures.get(key);
    if (typeof known === 'object') return known;
    if (known !== undefined && known > clock.now()) return undefined;
    const uploaded = await this.#once({ name, media: source }, source, maxPictureSize, signal).catch(() => {
      // Nobody's text waits for a picture in it or beside it: it goes without, and the picture is tried again after a while.
      signal.throwIfAborted();
      return undefined;
    });
    this.#pictures.set(key, uploaded ?? clock.now() + picturePause);
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > maxKnown && oldest !== undefined) this.#pictures.delete(oldest);
    return uploaded;
  }

  /** Uploads a file unless it was uploaded before, or another room's message is doing so. */
  async #once(file: Attachment, source: MediaSource, maxBytes: number, signal: AbortSignal): Promise<UploadedFile | undefined> {
    const key = `${source.adapter} ${source.uri}`;
    const others = await this.#running.get(key)?.catch(() => undefined);
    if (others !== undefined) return others;
    const known = await this.#options.media.uploaded(source);
    if (known !== undefined) return known;
    const own = this.#options.media.load([file], maxBytes, signal, async ([loaded]) => {
      if (loaded === undefined) return undefined;
      const uri = await this.#upload(loaded, safeFileName(file.name), signal);
      if (uri === undefined) return undefined;
      const { bytes: _, ...facts } = loaded;
      const uploaded = { ...facts, uri };
      this.#options.media.noteUpload(source, uploaded);
      return uploaded;
    });
    this.#running.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#running.get(key) === own) this.#running.delete(key);
    }
  }

  /** Undefined when the homeserver will not have it. */
  async #upload(file: Parameters<typeof upload>[1], name: string, signal: AbortSignal): Promise<string | undefined> {
    const { homeserver, clock, log } = this.#options;
    const end = clock.now() + uploadTime;
    let fault: unknown;
    do {
      try {
        return await upload(homeserver, file, name, { signal, timeout: Math.max(1, end - clock.now()) });
      } catch (error) {
        signal.throwIfAborted();
        if (retryAfter(error) !== undefined) throw error;
        const isSecond = fault !== undefined;
        fault = error;
        if (isSecond || !isPassing(error)) break;
      }
    } while (clock.now() < end);
    log.warn({ file: name, bytes: file.bytes.length }, `The homeserver did not take a file: ${describe(fault)}`);
    return undefined;
  }

  async #maxBytes(signal: AbortSignal): Promise<number> {
    const { homeserver, media } = this.#options;
    this.#limit ??= await uploadLimit(homeserver, signal).catch(() => undefined);
    return Math.min(this.#limit ?? media.maxBytes, media.maxBytes);
  }
}

/** The custom emoji in a text: their addresses and names. */
function emojiOf(tree: RichText, found = new Map<string, string>()): Map<string, string> {
  for (const node of tree) {
    if (node.type === 'emoji' && node.url !== undefined) found.set(node.url, node.name);
    else if ('children' in node) emojiOf(node.children, found);
    else if (node.type === 'list') for (const item of node.items) emojiOf(item, found);
  }
  return found;
}
