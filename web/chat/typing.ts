/** Who types. */
import { h } from '../parts/dom.ts';
import type { Person } from './wire.ts';

/** Whoever was not heard of for so many milliseconds types no more. */
const LASTING = 5_000;

/** The line that says it. */
export class Typing {
  readonly element = h('p', { class: 'typing', 'aria-live': 'off' });
  readonly #people = new Map<string, { readonly name: string; readonly timer: number }>();

  /** Somebody types. @param lasting for so many milliseconds, unless they are heard of again */
  heard({ key, name }: Person, lasting = LASTING): void {
    clearTimeout(this.#people.get(key)?.timer);
    this.#people.set(key, { name, timer: setTimeout(() => this.done(key), lasting) });
    this.#draw();
  }

  /** Somebody has said it. @param key absent for everybody */
  done(key?: string): void {
    for (const [one, { timer }] of this.#people) {
      if (key !== undefined && one !== key) continue;
      clearTimeout(timer);
      this.#people.delete(one);
    }
    this.#draw();
  }

  #draw(): void {
    const names = [...this.#people.values()].map(({ name }) => name);
    const [first = '', second = ''] = names;
    this.element.textContent =
      names.length === 0
        ? ''
        : names.length > 2
          ? 'Several people are typing …'
          : `${names.length === 1 ? `${first} is` : `${first} and ${second} are`} typing …`;
  }
}
