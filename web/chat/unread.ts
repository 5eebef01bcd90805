/** What is unread in a log: how much, and a line above the first of it. */
import { h } from '../parts/dom.ts';

/** The line stays for so many milliseconds after all is read, so that one sees where one was. */
const STAYING = 8_000;

/** The unread of one log. */
export class Unread {
  readonly #changed: (count: number) => void;
  readonly #line = h('div', { class: 'marker' }, h('span', {}, 'New'));
  #count = 0;

  /** @param changed the number changed */
  constructor(changed: (count: number) => void) {
    this.#changed = changed;
  }

  /** Something came that nobody has seen. */
  add(element: HTMLElement): void {
    if (this.#count === 0) element.before(this.#line);
    this.#count += 1;
    this.#changed(this.#count);
  }

  /** All was seen. */
  read(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#changed(0);
    setTimeout(() => {
      if (this.#count === 0) this.#line.remove();
    }, STAYING);
  }
}
