/** People who do the same on one server within a short while, to be told together. */
import type { Person } from './wording.ts';

/** How long people are gathered, in milliseconds. */
interface GatheringTimes {
  /** From the first one on. */
  readonly window: number;
  /** Since the last ones were told. */
  readonly gap: number;
}

/** So many are known by name; beyond it they are only counted. */
const MAX_KNOWN = 200;

/** Those who came, or those who went. */
export class Gathering {
  readonly #times: GatheringTimes;
  readonly #people = new Map<string, Person>();
  #unknown = 0;
  #due: number | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(times: GatheringTimes) {
    this.#times = times;
  }

  /** When they are to be told, in milliseconds since the epoch; undefined when there are none. */
  get due(): number | undefined {
    return this.#due;
  }

  /** @param who tells people apart, also when they come back */
  add(now: number, who: string, person: Person): void {
    if (this.#people.size < MAX_KNOWN) this.#people.set(who, person);
    else if (!this.#people.has(who)) this.#unknown += 1;
    this.#due ??= Math.max(now + this.#times.window, this.#toldAt + this.#times.gap);
  }

  /** It did not last: it is no news. @returns whether somebody was taken out */
  cancel(who: string): boolean {
    const found = this.#people.delete(who);
    if (this.#people.size + this.#unknown === 0) this.#due = undefined;
    return found;
  }

  /** All of it is no news. */
  clear(): void {
    this.#people.clear();
    this.#unknown = 0;
    this.#due = undefined;
  }

  /** Takes them out when it is time. @returns undefined when it is not */
  take(now: number): { readonly people: readonly Person[]; readonly count: number } | undefined {
    if (this.#due === undefined || this.#due > now) return undefined;
    const taken = { people: [...this.#people.values()], count: this.#people.size + this.#unknown };
    this.clear();
    this.#toldAt = now;
    return taken;
  }
}
