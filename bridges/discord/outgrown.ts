import type { Memory } from '../../src/adapter.ts';
import { Notebook } from './notebook.ts';

/** So many are remembered: those that were taken away last. */
const most = 1_000;
const key = 'outgrown';

/**
 * The native ids of parts that an edit took away, since the text had become shorter: should it grow again, it goes on at the end of the
 * room. What somebody else deleted is not among them, and does not come again. Kept over a restart.
 */
export class Outgrown {
  readonly #notebook: Notebook;
  readonly #ids = new Set<string>();
  #loading: Promise<void> | undefined;

  constructor(memory: Memory) {
    this.#notebook = new Notebook(memory);
  }

  /** The parts of a message that are not among them. Rejects when what was kept can't be read now. */
  async without(parts: readonly string[]): Promise<string[]> {
    this.#loading ??= this.#load();
    await this.#loading;
    return parts.filter((id) => !this.#ids.has(id));
  }

  /** A part was taken away. Never waits for the memory. */
  note(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > most && oldest !== undefined) this.#ids.delete(oldest);
    void this.#notebook.write(key, () => [...this.#ids].join(' '));
  }

  async #load(): Promise<void> {
    try {
      const kept = (await this.#notebook.read(key)) ?? '';
      for (const id of kept.split(' ')) if (/^\d{1,20}(\/\d{1,20})?$/.test(id)) this.#ids.add(id);
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}
