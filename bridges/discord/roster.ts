/** Who is called what in one guild. */
import { skeleton } from '../../src/text/skeleton.ts';

/** A member, as far as a roster knows them. */
export interface Member {
  readonly id: string;
  /** What people call them: the name in this guild, the one in all guilds, and the user name; some may be missing or the same. */
  readonly names: readonly string[];
  readonly roles: readonly string[];
}

/**
 * The members that are known, found by their names. Bounded: beyond `max`, those who were noted first are forgotten. A member takes
 * about 0.6 kB.
 */
export class Roster {
  readonly #max: number;
  readonly #members = new Map<string, Member>();
  readonly #byName = new Index();
  readonly #byLook = new Index();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a member in, or what has changed about them. */
  note(member: Member): void {
    this.forget(member.id);
    this.#members.set(member.id, member);
    for (const name of namesOf(member)) this.#byName.add(name, member.id);
    for (const look of looksOf(member)) this.#byLook.add(look, member.id);
    const [oldest] = this.#members.keys();
    if (this.#members.size > this.#max && oldest !== undefined) this.forget(oldest);
  }

  forget(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    for (const name of namesOf(member)) this.#byName.remove(name, id);
    for (const look of looksOf(member)) this.#byLook.remove(look, id);
  }

  get(id: string): Member | undefined {
    return this.#members.get(id);
  }

  /** All who are called exactly so, but for upper and lower case. */
  called(name: string): readonly Member[] {
    return this.#byName.get(keyOf(name)).flatMap((id) => this.#members.get(id) ?? []);
  }

  /** Whether somebody's name can be taken for this one. */
  looksKnown(name: string): boolean {
    return this.#byLook.has(skeleton(name));
  }
}

/** Ids under keys. A key with a single id, as most have, takes no set. */
class Index {
  readonly #ids = new Map<string, string | Set<string>>();

  add(key: string, id: string): void {
    const there = this.#ids.get(key);
    if (there === undefined) this.#ids.set(key, id);
    else if (typeof there === 'string') this.#ids.set(key, new Set([there, id]));
    else there.add(id);
  }

  remove(key: string, id: string): void {
    const there = this.#ids.get(key);
    if (there instanceof Set) there.delete(id);
    if (there === id || (there instanceof Set && there.size === 0)) this.#ids.delete(key);
  }

  get(key: string): readonly string[] {
    const found = this.#ids.get(key);
    return typeof found === 'string' ? [found] : [...(found ?? [])];
  }

  has(key: string): boolean {
    return this.#ids.has(key);
  }
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function namesOf({ names }: Member): Set<string> {
  return new Set(names.map(keyOf));
}

function looksOf({ names }: Member): Set<string> {
  return new Set(names.map(skeleton).filter((look) => look !== ''));
}
