/** Which item of a log one points at: with the mouse, or with the keys that go from one to the next. */
import type { Item } from './items.ts';

/** An item as it stands in the page. */
interface Shown {
  readonly item: Item;
  readonly element: HTMLElement;
}

/** The pointing in one log. */
export class Pointing {
  readonly #shown: readonly Shown[];
  readonly #pointed: (item: Item, element: HTMLElement) => void;

  /** @param shown what stands there, as it is at any time @param pointed an item got the focus, or the mouse is over it */
  constructor(shown: readonly Shown[], pointed: (item: Item, element: HTMLElement) => void) {
    this.#shown = shown;
    this.#pointed = pointed;
  }

  /** Up and down go from message to message, Home and End to the first and the last. */
  key(event: KeyboardEvent): void {
    const index = this.#shown.findIndex(({ element }) => element === event.target);
    if (index === -1) return;
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: this.#shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = this.#shown[Math.min(Math.max(to, 0), this.#shown.length - 1)];
    if (next) focusOn(next.element);
  }

  point(event: Event): void {
    const element = (event.target as HTMLElement).closest<HTMLElement>('.item');
    const one = element === null ? undefined : this.#shown.find((shown) => shown.element === element);
    if (!one) return;
    if (event.type === 'focusin') {
      // Tab comes back to where one was.
      for (const other of this.#shown) if (other.element.tabIndex === 0) other.element.tabIndex = -1;
      one.element.tabIndex = 0;
    }
    this.#pointed(one.item, one.element);
  }
}

/** Gives an item the focus, so that it can be seen. */
export function focusOn(element: HTMLElement): void {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest' });
}
