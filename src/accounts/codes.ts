/** The codes that are out: who got them, and whether they are still good. */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { LinkCode, LinkCodeStore } from '../store/link-codes.ts';
import { makeCode } from './code.ts';

/** Who asks for a code. */
export type Owner = Omit<LinkCode, 'code' | 'expiresAt'>;

/** What codes are made with. */
export interface CodesOptions {
  readonly store: LinkCodeStore;
  readonly clock: Clock;
  /** A whole number from 0 up to but without `below`, which nobody can guess. */
  readonly draw: (below: number) => number;
}

/** Milliseconds that a code is good for. */
export const LIFETIME = 10 * 60_000;
/** Milliseconds for which one that is over is still recognised: whoever says it then is told, and nobody else reads it. */
const MEMORY = 60 * 60_000;
/** So many are remembered. */
const MOST = 1_000;

/** A code as it is remembered. */
interface Known {
  readonly claim: LinkCode;
  isGood: boolean;
}

/** Each code is good once, for ten minutes, and until its owner asks for another one. */
export class Codes {
  readonly #options: CodesOptions;
  /** In the order of their making, which is that of their end. */
  readonly #known = new Map<string, Known>();

  private constructor(options: CodesOptions) {
    this.#options = options;
  }

  /** Recalls the codes that an earlier process gave out. Rejects when the store can't be read. */
  static async open(options: CodesOptions): Promise<Codes> {
    const codes = new Codes(options);
    for (const claim of await options.store.all()) codes.#known.set(claim.code, { claim, isGood: true });
    codes.#sweep();
    return codes;
  }

  /** Gives somebody a code, the only good one that they have. Undefined when too many people have one now. */
  issue(owner: Owner): string | undefined {
    const { store, clock, draw } = this.#options;
    this.#sweep();
    for (const [code, { claim }] of this.#known)
      if (claim.adapter === owner.adapter && claim.userId === owner.userId) this.spend(code);
    if (this.#known.size >= MOST) return undefined;
    let code = makeCode(draw);
    while (this.#known.has(code)) code = makeCode(draw);
    const claim = { ...owner, code, expiresAt: clock.now() + LIFETIME };
    this.#known.set(code, { claim, isGood: true });
    store.put(claim);
    return code;
  }

  /** Who got a code, and whether it is still good. It takes as long for one that nobody got. */
  find(code: string): { readonly claim: LinkCode; readonly isGood: boolean } | undefined {
    const wanted = Buffer.from(code);
    let found: Known | undefined;
    for (const [known, entry] of this.#known) if (timingSafeEqual(Buffer.from(known), wanted)) found = entry;
    return found && { claim: found.claim, isGood: found.isGood && this.#options.clock.now() < found.claim.expiresAt };
  }

  /** A code is good no more: it was used, or its owner has another one. */
  spend(code: string): void {
    const entry = this.#known.get(code);
    if (entry !== undefined) entry.isGood = false;
    this.#options.store.remove(code);
  }

  /** Forgets what nobody will ask for any more, and, before there is no room, what is good no more. */
  #sweep(): void {
    const now = this.#options.clock.now();
    for (const [code, { claim, isGood }] of this.#known) {
      const isOver = !isGood || now >= claim.expiresAt;
      if (now >= claim.expiresAt + MEMORY || (isOver && this.#known.size >= MOST)) this.#forget(code);
    }
  }

  #forget(code: string): void {
    this.#known.delete(code);
    this.#options.store.remove(code);
  }
}
