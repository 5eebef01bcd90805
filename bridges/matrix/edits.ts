/** Which message each edit was of, kept over a restart: an edit that is taken back does not say so any more. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import { Kept } from './kept.ts';

const pairs = z.array(z.tuple([z.string(), z.string()]));

/** So many edits are remembered, the latest. */
const maxEdits = 200;

export class Edits {
  readonly #kept: Kept;
  /** From an edit to its message, by their event ids; the latest at the end. */
  #messages = new Map<string, string>();

  constructor(store: Memory, log: Logger) {
    this.#kept = new Kept(store, 'edits', log);
  }

  /** Recalls what an earlier process knew. Comes first. Rejects when the memory can't be read. */
  async restore(): Promise<void> {
    this.#messages = new Map(pairs.safeParse(await this.#kept.recall()).data);
  }

  /** A message was edited. */
  note(edit: string, message: string): void {
    this.#messages.delete(edit);
    this.#messages.set(edit, message);
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > maxEdits && oldest !== undefined) this.#messages.delete(oldest);
    this.#keep();
  }

  /** The message that an event was an edit of. */
  messageOf(edit: string): string | undefined {
    return this.#messages.get(edit);
  }

  /** Whether a message reads otherwise without an edit: where there are later ones, it does not. */
  isLatest(edit: string): boolean {
    const message = this.#messages.get(edit);
    return [...this.#messages].findLast(([, one]) => one === message)?.[0] === edit;
  }

  /** An edit was taken back. */
  forget(edit: string): void {
    if (this.#messages.delete(edit)) this.#keep();
  }

  /** Resolves when all is written. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }

  #keep(): void {
    this.#kept.keep([...this.#messages]);
  }
}
