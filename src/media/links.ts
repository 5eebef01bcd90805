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
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** How long an address works, in milliseconds: what was said in a chat is not for everybody for ever. */
const LIFETIME = 30 * 86_400_000;
/** Bytes of the signature: nobody guesses 128 bits. */
const SIGNATURE = 16;
const KEY = 'link-key';

/** How long a name may be in an address: a line in a game holds few characters. */
const MAX_NAME = 60;

const payload = z.tuple([z.int().min(0), z.string(), z.string()]);

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
    const expires = Math.ceil((now + LIFETIME) / 1_000);
    const said = Buffer.from(JSON.stringify([expires, source.adapter, source.uri])).toString('base64url');
    const file = shortName(safeFileName(name));
    return `${this.#base}${said}.${this.#sign(said, file).toString('base64url')}/${file}`;
  }

  /** What an address says; undefined for one that is not ours. @param path what stands behind the base */
  read(path: string): Link | undefined {
    const [, said = '', signature = '', file = ''] = /^([\w-]+)\.([\w-]+)\/([^/]+)$/.exec(path) ?? [];
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== SIGNATURE || !timingSafeEqual(given, this.#sign(said, file))) return undefined;
    const [expires, adapter, uri] = payload.parse(JSON.parse(Buffer.from(said, 'base64url').toString()));
    return { source: { adapter: adapter as AdapterId, uri }, name: decodeURIComponent(file), expires: expires * 1_000 };
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
