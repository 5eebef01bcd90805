/** The rooms, where there are several. */
import { h } from '../parts/dom.ts';

/** A row of tabs. Arrow keys go from one to the next. */
export class Tabs {
  readonly element = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Rooms', hidden: true });
  readonly #choose: (room: string) => void;
  readonly #tabs = new Map<string, HTMLElement>();

  constructor(choose: (room: string) => void) {
    this.#choose = choose;
  }

  /** @param controls the id of what the tab shows */
  add(room: string, controls: string): void {
    const tab = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        'aria-controls': controls,
        on: { click: () => this.#choose(room), keydown: (event) => this.#key(event, room) },
      },
      h('bdi', {}, room),
      h('span', { class: 'count', hidden: true }),
    );
    this.#tabs.set(room, tab);
    this.element.append(tab);
    this.element.hidden = this.#tabs.size < 2;
  }

  select(room: string): void {
    for (const [one, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(one === room));
      tab.tabIndex = one === room ? 0 : -1;
    }
  }

  setUnread(room: string, count: number): void {
    const badge = this.#tabs.get(room)?.querySelector<HTMLElement>('.count');
    if (!badge) return;
    badge.hidden = count === 0;
    badge.textContent = String(count);
  }

  #key(event: KeyboardEvent, room: string): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const rooms = [...this.#tabs.keys()];
    const next = rooms[(rooms.indexOf(room) + step + rooms.length) % rooms.length] ?? room;
    this.#choose(next);
    this.#tabs.get(next)?.focus();
  }
}
