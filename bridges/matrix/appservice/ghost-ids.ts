/** The user ids of ghosts: made of ids that stay the same, never of names, so that nobody can be taken for somebody else. */
import { createHash } from 'node:crypto';
import type { Author, Place } from '../../../src/event.ts';

/** Whom a ghost stands for: a player of a game server, or a user of another platform. */
export interface GhostOf {
  readonly kind: 'player' | 'user';
  /** The game server's id, or the adapter's. */
  readonly home: string;
  /** The player's SteamID or number, or the user's id. */
  readonly who: string;
}

/** Signs that an encoded part never has: they can stand between two of them. */
export const separators = '_./+';
/** Stands before the home of a platform's user: no game server can call itself so. */
const userMark = '.';
/** An encoded part is at most so long; a longer one is named by its hash. A whole user id may have 255 bytes. */
const maxPart = 80;
const hashMark = '=-';

/** Takes ids apart and puts them together. */
export class GhostIds {
  readonly #prefix: string;
  readonly #separator: string;
  readonly #serverName: string;
  readonly #form: RegExp;

  /** @param template the part before the colon, with `{server}` and `{player}` in it: see the adapter's configuration */
  constructor(template: string, serverName: string) {
    const [prefix = '', separator = ''] = template.split(/\{server\}|\{player\}/);
    this.#prefix = prefix;
    this.#separator = separator;
    this.#serverName = serverName;
    const part = '((?:[a-z0-9-]|=[0-9a-f]{2}|=-)+)';
    this.#form = new RegExp(`^@${escaped(prefix)}(\\${userMark}?)${part}${escaped(separator)}${part}:${escaped(serverName)}$`);
  }

  /** The ghost of whoever speaks at a place. */
  of(place: Place, { id, steamid64 }: Pick<Author, 'id' | 'steamid64'>): string {
    const home = place.kind === 'server' ? encode(place.server) : `${userMark}${encode(place.adapter)}`;
    const who = encode(place.kind === 'server' ? (steamid64 ?? id) : id);
    return `@${this.#prefix}${home}${this.#separator}${who}:${this.#serverName}`;
  }

  /** Whether a user id is one that a ghost can have. */
  isGhost(userId: string): boolean {
    return this.#form.test(userId);
  }

  /** Whom a ghost stands for; undefined where that was too long to be written into its id, and for who is no ghost. */
  read(userId: string): GhostOf | undefined {
    const [, mark = '', home = '', who = ''] = this.#form.exec(userId) ?? [];
    if (home === '' || home.startsWith(hashMark) || who.startsWith(hashMark)) return undefined;
    return { kind: mark === '' ? 'player' : 'user', home: decode(home), who: decode(who) };
  }

  /** What matches all ghosts and nobody else: for the homeserver. */
  get pattern(): string {
    return `@${escaped(this.#prefix)}.*:${escaped(this.#serverName)}`;
  }
}

/** Letters and digits stand for themselves; of everything else, the bytes are written down. */
export function encode(text: string): string {
  const encoded = [...text].map((sign) => (/^[a-z0-9-]$/.test(sign) ? sign : bytesOf(sign))).join('');
  return encoded.length <= maxPart ? encoded : `${hashMark}${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

/** @param part as {@link encode} makes it, but no hash */
export function decode(part: string): string {
  const bytes = part
    .match(/=[0-9a-f]{2}|./g)
    ?.map((one) => (one.length === 3 ? Number.parseInt(one.slice(1), 16) : one.charCodeAt(0)));
  return Buffer.from(bytes ?? []).toString();
}

/** For a regular expression, in JavaScript as in Python. */
export function escaped(text: string): string {
  return text.replace(/[.+/\\*?[\](){}|^$]/g, '\\$&');
}

function bytesOf(sign: string): string {
  return [...Buffer.from(sign)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join('');
}
