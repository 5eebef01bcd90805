import type { Memory } from '../../src/adapter.ts';

/** Keeps what changes often: never waits, and writes each key once at a time, with what it is then. */
export class Notebook {
  readonly #memory: Memory;
  /** The keys that are being written, and whether they changed meanwhile. */
  readonly #writing = new Map<string, boolean>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** What was kept under a key. */
  read(key: string): Promise<string | undefined> {
    return this.#memory.get(key);
  }

  /** @param now gives the value as it is when it is written */
  async write(key: string, now: () => string): Promise<void> {
    if (this.#writing.has(key)) {
      this.#writing.set(key, true);
      return;
    }
    do {
      this.#writing.set(key, false);
      await this.#memory.set(key, now()).catch(() => {});
    } while (this.#writing.get(key));
    this.#writing.delete(key);
  }
}
