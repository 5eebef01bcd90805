/** Items in groups, each in the order in which they were added. */
export class Groups<Item> {
  readonly #groups = new Map<string, Item[]>();
  #count = 0;

  /** How many items there are. */
  get count(): number {
    return this.#count;
  }

  keys(): Iterable<string> {
    return this.#groups.keys();
  }

  add(key: string, item: Item): void {
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, [item]);
    else group.push(item);
    this.#count += 1;
  }

  /** Takes a whole group out. */
  take(key: string): Item[] {
    const group = this.#groups.get(key) ?? [];
    this.#groups.delete(key);
    this.#count -= group.length;
    return group;
  }

  clear(): void {
    this.#groups.clear();
    this.#count = 0;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const group of this.#groups.values()) yield* group;
  }
}
