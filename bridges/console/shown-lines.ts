/** What stood on the console lately: a removal names a message only by its id, and a printed line can't be taken away. */

import { excerpt } from '../../src/text/excerpt.ts';

/** How many lines are known. */
const MAX_LINES = 500;

/** The beginnings of the latest lines, by the id of their message. */
export class ShownLines {
  readonly #lines = new Map<string, string>();

  /** Remembers a line; the oldest is forgotten. An edited message is known by its latest line. */
  add(id: string, line: string): void {
    // A slice would keep the whole text alive.
    this.#lines.set(id, Buffer.from(excerpt(line)).toString());
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > MAX_LINES && oldest !== undefined) this.#lines.delete(oldest);
  }

  /** The beginning of a message's line; undefined if it was never shown or is long past. */
  get(id: string | undefined): string | undefined {
    return id === undefined ? undefined : this.#lines.get(id);
  }
}
