/** Addresses under which a bridged file can be read for a while by whoever has them. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Memory } from '../adapter.ts';
import type { AdapterId, Attachment, MediaSource } from '../event.ts';
import { safeFileName } from '../text/file-name.ts';

/** What an address says. */
export interface Link {
  readonly source: MediaSource;
  readonly name: string;
  /** Milliseconds since the epoch; undefined for never. */
  readonly expires: number | undefined;
}

/** How long an address works, in milliseconds: what was said in a chat is not for everybody for ever. */
const LIFETIME = 30 * 86_400_000;
/** Bytes of the signature: nobody guesses 128 bits. */
const SIGNATURE = 16;
const KEY = 'link-key';

/** How long a name may be in an address: a line in a game holds few characters. */
const MAX_NAME = 60;
/** What a picture of a person is called in its address: nobody reads that. */
const PICTURE = 'picture';

const payload = z.tuple([z.int().min(0).nullable(), z.string(), z.string()]);

/** The key that addresses are signed with: as old as the store. */
export async function linkKey(memory: Memory): Promise<Buffer> {
  const known = await memory.get(KEY);
  if (known !== undefined) return Buffer.from(known, 'base64');
  const key = randomBytes(32);
  await memory.set(KEY, key.toString('base64'));
  return key;
}

/** Writes addresses, and reads them again. All that a signature stands for was bridged. */
export class Links {
  readonly #base: string;
  readonly #key: Buffer;

  /** @param base what stands before the signed part: `https://bridge.example/media/` */
  constructor(base: string, key: Buffer) {
    this.#base = base;
    this.#key = key;
  }

  /** The address of a file. */
  write(source: MediaSource, { name }: Pick<Attachment, 'name'>, now: number): string {
    return this.#address(source, shortName(safeFileName(name)), Math.ceil((now + LIFETIME) / 1_000));
  }

  /**
   * The address of a person's picture. It is always the same for the same picture and never too old, since Discord puts messages under one
   * head, and programs keep what they have fetched, by the address. So it opens for ever what the bridge has shown once, and nothing else.
   */
  writePicture(source: MediaSource): string {
    return this.#address(source, PICTURE, null);
  }

  /** The picture at an address that {@link writePicture} gave; undefined for any other. */
  pictureAt(url: string): MediaSource | undefined {
    const link = url.startsWith(this.#base) ? this.read(url.slice(this.#base.length)) : undefined;
    return link?.expires === undefined ? link?.source : undefined;
  }

  /** What an address says; undefined for one that is not ours. @param path what stands behind the base */
  read(path: string): Link | undefined {
    const [, said = '', signature = '', file = ''] = /^([\w-]+)\.([\w-]+)\/([^/]+)$/.exec(path) ?? [];
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== SIGNATURE || !timingSafeEqual(given, this.#sign(said, file))) return undefined;
    const [expires, adapter, uri] = payload.parse(JSON.parse(Buffer.from(said, 'base64url').toString()));
    const source = { adapter: adapter as AdapterId, uri };
    return { source, name: decodeURIComponent(file), expires: expires === null ? undefined : expires * 1_000 };
  }

  /** @param expires in seconds since the epoch; null for never */
  #address({ adapter, uri }: MediaSource, file: string, expires: number | null): string {
    const said = Buffer.from(JSON.stringify([expires, adapter, uri])).toString('base64url');
    return `${this.#base}${said}.${this.#sign(said, file).toString('base64url')}/${file}`;
  }

  #sign(said: string, file: string): Buffer {
    return createHmac('sha256', this.#key).update(`media ${said}/${file}`).digest().subarray(0, SIGNATURE);
  }
}

/** A name as it stands in an address; of one that is too long there, the ending. */
function shortName(name: string): string {
  const encode = (text: string) => encodeURIComponent(text).replace(/['()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const encoded = encode(name);
  if (encoded.length <= MAX_NAME) return encoded;
  return `file${/\.[A-Za-z0-9]{1,12}$/.exec(name)?.[0] ?? ''}`;
}
