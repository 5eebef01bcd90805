/** What can be typed next, as a list above the field. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import type { Answer, Completion, CompletionItem, Person, Requests } from './wire.ts';

/** What the list needs of the page. */
export interface CompletionsOptions {
  readonly field: HTMLTextAreaElement;
  readonly room: () => string;
  /** Those who can be addressed with an @. */
  readonly people: () => readonly Person[];
  /** Something was put into the field. */
  readonly typed: () => void;
}

/** The bridge is asked when somebody pauses for so many milliseconds. */
const PAUSE = 150;
const MAX_NAMES = 8;
/** An @ with the beginning of a name behind it, where somebody types. */
const ADDRESSED = /(?:^|\s)@([^@\n]{0,32})$/u;

/** The list of one field. */
export class Completions {
  readonly element = h('ul', {
    id: 'completions',
    class: 'completions',
    role: 'listbox',
    'aria-label': 'What can be typed next',
  });
  readonly #options: CompletionsOptions;
  #shown: Completion | undefined;
  #active = -1;
  #timer = 0;
  /** The newest question: an answer to an older one comes too late. */
  #asked = 0;

  constructor(options: CompletionsOptions) {
    this.#options = options;
    this.element.hidden = true;
    options.field.setAttribute('aria-autocomplete', 'list');
    options.field.addEventListener('blur', () => this.close());
  }

  /** Somebody has typed: offers what fits. */
  update(): void {
    const { field, room, people } = this.#options;
    clearTimeout(this.#timer);
    this.#asked += 1;
    const text = field.value.slice(0, field.selectionStart);
    if (field.selectionStart !== field.selectionEnd) this.#show(undefined, '');
    else if (/^\/(?!\/|me\s)/.test(text)) this.#timer = setTimeout(() => void this.#ask(text, room()), PAUSE);
    else this.#show(namesIn(text, people()), text);
  }

  async #ask(text: string, room: string): Promise<void> {
    const asked = this.#asked;
    const { completion }: Answer = await post<Answer>('complete', { room, text } satisfies Requests['complete']);
    if (asked === this.#asked) this.#show(completion, text);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#show(undefined, '');
  }

  /** Whether a key was meant for the list. */
  key(event: KeyboardEvent): boolean {
    const { items = [] } = this.#shown ?? {};
    if (items.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const active = items[this.#active];
    const isEnter = event.key === 'Enter' && !event.shiftKey && this.#changes(active);
    if (step !== undefined) this.#activate((Math.max(this.#active, step < 0 ? 0 : -1) + step + items.length) % items.length);
    else if (event.key === 'Escape') this.close();
    else if (event.key === 'Tab' && !event.shiftKey) this.#choose(active ?? items[0]);
    else if (isEnter) this.#choose(active);
    else return false;
    event.preventDefault();
    return true;
  }

  #show(completion: Completion | undefined, text: string): void {
    this.#shown = completion;
    const { field } = this.#options;
    const isOpen = completion !== undefined;
    this.element.hidden = !isOpen;
    this.element.replaceChildren(...(completion?.items ?? []).map((item, index) => this.#option(item, index)));
    // A field that always was one would be read out as a list to choose from, and not as where one writes.
    for (const [name, value] of [
      ['role', 'combobox'],
      ['aria-expanded', 'true'],
      ['aria-controls', this.element.id],
    ] as const) {
      if (isOpen) field.setAttribute(name, value);
      else field.removeAttribute(name);
    }
    // Where nothing of it is typed yet, Enter sends what stands there.
    const isBegun = completion !== undefined && text.length > completion.from;
    this.#activate(isBegun ? 0 : -1);
  }

  #option({ label, note }: CompletionItem, index: number): HTMLElement {
    const choose = () => this.#choose(this.#shown?.items[index]);
    return h(
      'li',
      {
        id: `completion-${index}`,
        role: 'option',
        // The field keeps the focus, and a telephone its keyboard.
        on: { mousedown: (event) => event.preventDefault(), click: choose },
      },
      h('bdi', {}, label),
      note === undefined ? undefined : h('span', { class: 'muted' }, note),
    );
  }

  #activate(index: number): void {
    this.#active = index;
    const { field } = this.#options;
    for (const [place, option] of [...this.element.children].entries()) {
      option.setAttribute('aria-selected', String(place === index));
      if (place === index) option.scrollIntoView({ block: 'nearest' });
    }
    if (index >= 0) field.setAttribute('aria-activedescendant', `completion-${index}`);
    else field.removeAttribute('aria-activedescendant');
  }

  /** Whether choosing it would change what stands there: else it is complete, and Enter sends it. */
  #changes(item: CompletionItem | undefined): boolean {
    const { field } = this.#options;
    if (item === undefined || this.#shown === undefined) return false;
    return field.value.slice(this.#shown.from, field.selectionStart).trimEnd() !== item.text.trimEnd();
  }

  #choose(item: CompletionItem | undefined): void {
    const { field, typed } = this.#options;
    if (item === undefined || this.#shown === undefined) return;
    const rest = field.value.slice(field.selectionStart).replace(/^ /, '');
    const before = `${field.value.slice(0, this.#shown.from)}${item.text}`;
    field.value = before + rest;
    field.focus();
    field.setSelectionRange(before.length, before.length);
    typed();
    // What comes next.
    this.update();
  }
}

/** The names that fit what is typed behind an @. */
function namesIn(text: string, people: readonly Person[]): Completion | undefined {
  const typed = ADDRESSED.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return undefined;
  const names = [...new Set(people.map(({ name }) => name))].filter((name) => name.toLowerCase().startsWith(typed));
  const items = names.slice(0, MAX_NAMES).map((name) => ({ text: `@${name} `, label: name }));
  return items.length === 0 ? undefined : { from: text.length - typed.length - 1, items };
}
