/** The messages of one room, in their order, with what separates them. */
import { h } from '../parts/dom.ts';
import { dayName } from '../parts/time.ts';
import { type Item, type ItemDeeds, itemElement } from './items.ts';
import { beginsDay, isAfter, isOfSame } from './order.ts';
import { focusOn, Pointing } from './pointing.ts';
import { StickToEnd } from './stick-to-end.ts';
import { Unread } from './unread.ts';

/** So many items are shown; beyond that, the oldest go while somebody reads at the end. */
const MAX_ITEMS = 800;

interface Shown {
  readonly item: Item;
  readonly element: HTMLElement;
  /** The day that begins above it. */
  day: HTMLElement | undefined;
}

/** What a log needs of the page. */
export interface LogOptions extends ItemDeeds {
  readonly room: string;
  /** Whether somebody looks at it now. */
  readonly isRead: () => boolean;
  /** The number of unread messages changed. */
  readonly unread: (count: number) => void;
  /** Asks for what was said earlier. Resolves with whether there may be more. */
  readonly earlier: (place: number) => Promise<boolean>;
  /** An item got the focus, or the mouse is over it. */
  readonly pointed: (item: Item, element: HTMLElement) => void;
}

/** One room's log. */
export class Log {
  /** What scrolls. */
  readonly element: HTMLElement;
  readonly #options: LogOptions;
  readonly #list: HTMLElement;
  readonly #earlier: HTMLButtonElement;
  readonly #shown: Shown[] = [];
  readonly #unread: Unread;
  readonly #pointing: Pointing;
  readonly #end: StickToEnd;
  /** Whether what comes now was missed, and is no news to be read out one by one. */
  #filling = true;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#unread = new Unread(options.unread);
    this.#pointing = new Pointing(this.#shown, options.pointed);
    this.#earlier = h(
      'button',
      { type: 'button', class: 'button earlier', hidden: true, on: { click: () => void this.#showEarlier() } },
      'Show earlier messages',
    );
    this.#list = h('div', { class: 'items' });
    this.element = h(
      'div',
      {
        class: 'log',
        role: 'log',
        tabindex: '0',
        'aria-label': `Messages in ${options.room}`,
        'aria-busy': 'true',
        on: {
          keydown: (event) => this.#pointing.key(event),
          focusin: (event) => this.#pointing.point(event),
          mouseover: (event) => this.#pointing.point(event),
        },
      },
      this.#earlier,
      this.#list,
    );
    this.#end = new StickToEnd(this.element, this.#list, () => this.#read());
  }

  /** Whether the last messages can be seen. */
  get isAtEnd(): boolean {
    return this.#end.isSeen;
  }

  /** The entries that stand there, the last one first. */
  *entries(): IterableIterator<Extract<Item, { type: 'entry' }>> {
    for (const { item } of [...this.#shown].reverse()) if (item.type === 'entry') yield item;
  }

  /** Adds an item where it belongs, or shows it as it is now. */
  put(item: Item): void {
    const wasAtEnd = this.#end.sticks;
    const known = this.#shown.findIndex((one) => one.item.entry.id === item.entry.id);
    if (known === -1) this.#insert(item, wasAtEnd);
    else this.#replace(known, item);
    if (wasAtEnd) this.toEnd();
  }

  /** What was missed comes now. */
  fill(): void {
    this.#filling = true;
    this.element.setAttribute('aria-busy', 'true');
  }

  /** All that was missed has come. */
  filled(): void {
    this.#filling = false;
    this.element.setAttribute('aria-busy', 'false');
    this.#earlier.hidden = this.#firstPlace() <= 1;
  }

  /** Everything goes: it was of another history. */
  clear(): void {
    for (const one of this.#shown.splice(0)) this.#takeOut(one);
    this.#read();
  }

  toEnd(): void {
    this.#end.go();
    this.#read();
  }

  /** Goes to a message, and lets it be seen. */
  jump(id: string): void {
    const found = this.#shown.find(({ item }) => item.entry.id === id);
    if (!found) return;
    focusOn(found.element);
    found.element.classList.add('flash');
    setTimeout(() => found.element.classList.remove('flash'), 1_600);
  }

  #insert(item: Item, wasAtEnd: boolean): void {
    let index = this.#shown.length;
    while (index > 0 && isAfter(this.#shown[index - 1]?.item, item)) index--;
    const shown: Shown = { item, element: itemElement(item, this.#options), day: undefined };
    const next = this.#shown[index];
    this.#shown.splice(index, 0, shown);
    this.#list.insertBefore(shown.element, next ? (next.day ?? next.element) : null);
    this.#settle(index);
    this.#settle(index + 1);
    const isNews = index === this.#shown.length - 1 && item.type !== 'note';
    if (isNews && !this.#filling && !(this.#options.isRead() && wasAtEnd)) this.#unread.add(shown.element);
    const [oldest] = this.#shown;
    if (this.#shown.length > MAX_ITEMS && wasAtEnd && oldest) {
      this.#shown.shift();
      this.#takeOut(oldest);
      this.#settle(0);
      this.#earlier.hidden = false;
    }
    if (this.#shown.length === 1) shown.element.tabIndex = 0;
  }

  #replace(index: number, item: Item): void {
    const before = this.#shown[index];
    if (!before) return;
    const element = itemElement(item, this.#options);
    element.tabIndex = before.element.tabIndex;
    const hadFocus = before.element.contains(document.activeElement);
    before.element.replaceWith(element);
    this.#shown[index] = { item, element, day: before.day };
    this.#settle(index);
    this.#settle(index + 1);
    if (hadFocus) element.focus();
  }

  /** Whether a day begins with it, and whether it stands under the name above. */
  #settle(index: number): void {
    const one = this.#shown[index];
    if (!one) return;
    const above = this.#shown[index - 1]?.item;
    const newDay = beginsDay(above, one.item);
    if (newDay && one.day === undefined) {
      one.day = h('div', { class: 'day' });
      one.element.before(one.day);
      this.#nameDays();
    } else if (!newDay && one.day !== undefined) {
      one.day.remove();
      one.day = undefined;
    }
    one.element.classList.toggle('same', !newDay && isOfSame(above, one.item));
  }

  /** A page may stay open for days: what was today is yesterday then. */
  #nameDays(): void {
    const now = Date.now();
    for (const { item, day } of this.#shown) {
      if (day === undefined) continue;
      const name = dayName(item.entry.at, now);
      if (day.textContent !== name) day.replaceChildren(h('span', {}, name));
    }
  }

  #takeOut({ element, day }: Shown): void {
    element.remove();
    day?.remove();
  }

  #read(): void {
    if (!this.#options.isRead()) return;
    this.#unread.read();
    this.#nameDays();
  }

  #firstPlace(): number {
    for (const { item } of this.#shown) if (item.type === 'entry') return item.entry.place;
    return 0;
  }

  async #showEarlier(): Promise<void> {
    const [first] = this.#shown;
    const top = first?.element.offsetTop ?? 0;
    this.#earlier.disabled = true;
    this.fill();
    const more = await this.#options.earlier(this.#firstPlace());
    this.filled();
    this.#earlier.disabled = false;
    if (!more) this.#earlier.hidden = true;
    // What was read stays where it was.
    if (first) this.element.scrollTop += first.element.offsetTop - top;
    if (first) focusOn(first.element);
  }
}
