/** The players of one server: who is there, and whose coming and going is news. All times are in milliseconds since the epoch. */
import { Gathering } from './gathering.ts';

/** A player of the server. */
export interface Player {
  /** Their number on the server, until they leave. */
  readonly id: number;
  /** Tells them apart for longer: who reconnects gets another number. */
  readonly who: string;
  readonly name: string;
}

/** Those who join are gathered for so long, and told no more often than this. */
const JOINS = { window: 4_000, gap: 20_000 };
/** Who leaves may be reconnecting, or the server may be about to change its map. */
const LEAVES = { window: 15_000, gap: 20_000 };
/** So long, whoever was there before may come back without a word: some machines take long to load a map. */
const RETURN = 180_000;
/** So many of those who were there are known when they come back. */
const MAX_BEFORE = 500;

/** Who comes and goes. */
export class Players {
  /** Those whose coming is to be told. */
  readonly joined = new Gathering(JOINS);
  /** Those whose going is to be told. */
  readonly left = new Gathering(LEAVES);
  readonly #present = new Map<number, string>();
  readonly #before = new Set<string>();
  #returnUntil = 0;
  #quietUntil = 0;

  /** How many are there. */
  get count(): number {
    return this.#present.size;
  }

  /** Somebody is there. @param isNews whether they joined just now */
  join(now: number, { id, who, name }: Player, isNews: boolean): void {
    this.#present.set(id, who);
    const wasThere = this.#before.delete(who) && now < this.#returnUntil;
    if (this.left.cancel(who) || wasThere || !isNews || now < this.#quietUntil) return;
    this.joined.add(now, who, { name });
  }

  /** Somebody left. @param isNews whether they left just now */
  leave(now: number, { id, who, name }: Player, isNews: boolean, reason: string | undefined): void {
    this.#present.delete(id);
    if (this.joined.cancel(who) || !isNews || now < this.#quietUntil) return;
    this.left.add(now, who, { name, reason });
  }

  /** For so long, their coming and going is no news. What they did just now was part of that. */
  unsettle(now: number, quiet: number): void {
    this.#remember(now, now + RETURN);
    this.#quietUntil = Math.max(this.#quietUntil, now + quiet);
  }

  /** They are gone together with their server, and may come back with it. */
  goAll(now: number): void {
    this.#remember(now, Number.POSITIVE_INFINITY);
    this.#present.clear();
  }

  #remember(now: number, until: number): void {
    this.joined.clear();
    this.left.clear();
    if (now >= this.#returnUntil) this.#before.clear();
    for (const who of this.#present.values()) if (this.#before.size < MAX_BEFORE) this.#before.add(who);
    this.#returnUntil = until;
  }
}
