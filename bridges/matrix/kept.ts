/** A value in the adapter's memory that changes often: only the latest is worth writing. */
import type { Logger } from 'pino';
import type { Memory } from '../../src/adapter.ts';
import { describe } from './homeserver.ts';

export class Kept {
  readonly #memory: Memory;
  readonly #key: string;
  readonly #log: Logger;
  /** What is still to be written; older values are worth nothing then. */
  #latest: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(memory: Memory, key: string, log: Logger) {
    this.#memory = memory;
    this.#key = key;
    this.#log = log;
  }

  /** What was kept last, unchecked; undefined if there is nothing. */
  async recall(): Promise<unknown> {
    const text = await this.#memory.get(this.#key);
    try {
      return JSON.parse(text ?? '');
    } catch {
      return undefined;
    }
  }

  /** Writes a value down, and waits for nothing. */
  keep(value: unknown): void {
    this.#latest = JSON.stringify(value);
    this.#writing ??= this.#write();
  }

  /** Resolves when the last value is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** One after the other, so that a disk that is full leaves one waiting and not thousands. */
  async #write(): Promise<void> {
    try {
      while (this.#latest !== undefined) {
        const value = this.#latest;
        this.#latest = undefined;
        await this.#memory.set(this.#key, value);
      }
    } catch (fault) {
      this.#log.warn(`Matrix: "${this.#key}" could not be kept (${describe(fault)}). It is written again when it changes.`);
    } finally {
      this.#writing = undefined;
    }
  }
}
