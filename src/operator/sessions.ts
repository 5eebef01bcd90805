/** Browsers that brought the token. In memory only: after a restart they bring it again. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { FloodLimiter } from '../flood.ts';
import { networkOf } from '../http/address-limit.ts';

/** A browser that got in. */
export interface Session {
  /** Where it was when it did. */
  readonly address: string;
  readonly expires: number;
}

/** So long one stays signed in, in milliseconds: a day's work. */
const LIFETIME = 12 * 3_600_000;
/** So many are at once; who got in first goes. */
const MAX_SESSIONS = 50;
/** So often a minute somebody may try. */
const TRIES = 10;
/** Of a cookie: nobody guesses 256 bits. */
const COOKIE_BYTES = 32;

/** Who is signed in. */
export class Sessions {
  readonly #token: Buffer;
  readonly #clock: Clock;
  /** By the hash of the cookie: whoever reads the memory of the process can't use it. */
  readonly #sessions = new Map<string, Session>();
  readonly #tries: FloodLimiter;

  constructor(token: string, clock: Clock) {
    this.#token = digest(token);
    this.#clock = clock;
    this.#tries = new FloodLimiter({ perMinute: TRIES, clock });
  }

  /** How long a session lasts, in seconds. */
  readonly seconds = LIFETIME / 1_000;

  /** Lets somebody in who brings the token. @returns what their browser keeps; `wrong`; or `wait`, when they tried too often */
  enter(token: string, address: string): { readonly cookie: string } | 'wrong' | 'wait' {
    if (this.#tries.allow(networkOf(address)) !== 'yes') return 'wait';
    if (!timingSafeEqual(digest(token), this.#token)) return 'wrong';
    const now = this.#clock.now();
    for (const [hash, { expires }] of this.#sessions) if (expires <= now) this.#sessions.delete(hash);
    const [first] = this.#sessions.keys();
    if (first !== undefined && this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(first);
    const cookie = randomBytes(COOKIE_BYTES).toString('base64url');
    this.#sessions.set(hashOf(cookie), { address, expires: now + LIFETIME });
    return { cookie };
  }

  /** Whose cookie it is, until the session ends. */
  of(cookie: string | undefined): Session | undefined {
    const session = cookie === undefined ? undefined : this.#sessions.get(hashOf(cookie));
    return session && this.holds(session) ? session : undefined;
  }

  /** Whether a session has not ended. */
  holds(session: Session): boolean {
    return session.expires > this.#clock.now();
  }

  /** Ends one. @returns which one it was */
  end(cookie: string): Session | undefined {
    const hash = hashOf(cookie);
    const session = this.#sessions.get(hash);
    this.#sessions.delete(hash);
    return session;
  }
}

/** Of one length, and so comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hashOf(cookie: string): string {
  return digest(cookie).toString('base64url');
}
