/** Parts of the page that are drawn anew when what they show has changed. */
import { type Child, h } from '../parts/dom.ts';

/** Puts other content into an element. What had the focus keeps it by its `data-key`; where that is gone, its section has it. */
function redraw(element: HTMLElement, ...content: readonly Child[]): void {
  const focused = element.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : undefined;
  element.replaceChildren(...content.filter((child) => child !== undefined && child !== false));
  if (!focused) return;
  const same = [...element.querySelectorAll<HTMLElement>('[data-key]')].find((one) => one.dataset['key'] === focused);
  (same ?? element.closest('section'))?.focus();
}

/** A part of the page under a heading. */
export class Section<Data> {
  readonly element: HTMLElement;
  readonly #title: string;
  readonly #draw: (data: Data) => readonly Child[];
  readonly #badge = h('span', { class: 'badge', hidden: true });
  readonly #body = h('div', { class: 'body' });
  readonly #actions = h('div', { class: 'actions' });
  #data: Data | undefined;
  #shown = '';

  /** @param draw makes its content */
  constructor(id: string, title: string, draw: (data: Data) => readonly Child[]) {
    this.#title = title;
    this.#draw = draw;
    const heading = h('h2', { id: `${id}-title` }, title, this.#badge);
    this.element = h(
      'section',
      { id, class: 'card', 'aria-labelledby': heading.id, tabindex: -1 },
      h('header', {}, heading, this.#actions),
      this.#body,
    );
  }

  /** A link to it. */
  get link(): HTMLElement {
    return h('a', { href: `#${this.element.id}` }, this.#title);
  }

  /** Puts something beside its heading. */
  set actions(actions: readonly Child[]) {
    redraw(this.#actions, ...actions);
  }

  /** A count beside its heading. @param isBad whether it should not be there */
  badge(text: string, isBad = false): void {
    this.#badge.hidden = text === '';
    this.#badge.textContent = text;
    this.#badge.classList.toggle('bad', isBad);
  }

  /** Shows something, unless it is shown already. */
  show(data: Data): void {
    const text = JSON.stringify(data);
    this.#data = data;
    if (text === this.#shown) return;
    this.#shown = text;
    this.again();
  }

  /** Draws it once more: what it says of times is another thing now. */
  again(): void {
    if (this.#data !== undefined) redraw(this.#body, ...this.#draw(this.#data));
  }
}

/** A part that scrolls by itself, which keys can scroll as well. */
export function scrolling(label: string, ...content: readonly Child[]): HTMLElement {
  return h('div', { class: 'scrolling', role: 'region', 'aria-label': label, tabindex: 0, 'data-key': label }, ...content);
}
