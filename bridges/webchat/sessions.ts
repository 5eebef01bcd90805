/** Who has signed in. A browser is known by a random token, of which only a hash is kept here. */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Author } from '../../src/event.ts';
import { Slots } from './slots.ts';

/** How somebody got in. */
export type Kind = 'guest' | 'steam' | 'discord';

/** Somebody who got in. */
export interface Session {
  readonly kind: Kind;
  /** `steam:…`, `discord:…`, or one that is made up for a guest. */
  readonly author: Author;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** So many browsers are signed in at once. */
const MAX_SESSIONS = 1_000;
/** How long one stays so, in milliseconds. */
const LIFETIME: Readonly<Record<Kind, number>> = { guest: 7 * 86_400_000, steam: 30 * 86_400_000, discord: 30 * 86_400_000 };
/** Of a token: nobody guesses 256 bits. */
const TOKEN_BYTES = 32;

const row = z.object({
  hash: z.string(),
  kind: z.enum(['guest', 'steam', 'discord']),
  author: z.object({ id: z.string(), name: z.string(), avatar: z.string().optional(), link: z.string().optional() }),
  expires: z.int(),
});
type Row = z.infer<typeof row>;

/** The sessions of a web chat. */
export class Sessions {
  readonly #slots: Slots<Row>;
  readonly #clock: Clock;
  /** By hash; with each its slot. */
  readonly #known = new Map<string, { readonly row: Row; readonly slot: number }>();

  constructor(memory: Memory, clock: Clock) {
    this.#slots = new Slots({ memory, name: 'session', size: MAX_SESSIONS, schema: row });
    this.#clock = clock;
  }

  /** Recalls who was signed in. */
  async load(): Promise<void> {
    for (const [slot, known] of await this.#slots.load()) this.#known.set(known.hash, { row: known, slot });
  }

  /** Lets somebody in. Resolves with the token for their browser, when that is kept; undefined when there is no room for another guest. */
  async open(kind: Kind, author: Author): Promise<string | undefined> {
    const slot = this.#slotFor(kind);
    if (slot === undefined) return undefined;
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const opened = { hash: hashOf(token), kind, author, expires: this.#clock.now() + LIFETIME[kind] };
    this.#known.set(opened.hash, { row: opened, slot });
    await this.#slots.put(slot, opened);
    return token;
  }

  /** Whose token it is, until it expires. */
  of(token: string | undefined): Session | undefined {
    const known = token === undefined ? undefined : this.#known.get(hashOf(token));
    return known && known.row.expires > this.#clock.now() ? sessionOf(known.row) : undefined;
  }

  /** How long a session of this kind lasts, in seconds. */
  secondsOf(kind: Kind): number {
    return LIFETIME[kind] / 1_000;
  }

  /** Everybody who is signed in. */
  *all(): IterableIterator<Session> {
    for (const { row: known } of this.#known.values()) if (known.expires > this.#clock.now()) yield sessionOf(known);
  }

  /** Ends one. Resolves when that is kept. */
  async close(token: string): Promise<void> {
    const hash = hashOf(token);
    const known = this.#known.get(hash);
    if (!known) return;
    this.#known.delete(hash);
    await this.#slots.put(known.slot, undefined);
  }

  /** A free slot; or that of the guest who got in first, and of somebody with an account only for another one. */
  #slotFor(kind: Kind): number | undefined {
    const now = this.#clock.now();
    for (const [hash, { row: known }] of this.#known) if (known.expires <= now) this.#known.delete(hash);
    if (this.#known.size < MAX_SESSIONS) {
      const taken = new Set([...this.#known.values()].map(({ slot }) => slot));
      for (let slot = 0; slot < MAX_SESSIONS; slot++) if (!taken.has(slot)) return slot;
    }
    const first = (of: (one: Row) => boolean) => [...this.#known].find(([, { row: known }]) => of(known));
    const [hash, going] = first((one) => one.kind === 'guest') ?? (kind === 'guest' ? undefined : first(() => true)) ?? [];
    if (hash === undefined) return undefined;
    this.#known.delete(hash);
    return going?.slot;
  }
}

function sessionOf({ kind, author: { id, name, avatar, link }, expires }: Row): Session {
  return { kind, author: { id, name, ...(avatar && { avatar }), ...(link && { link }) }, expires };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
