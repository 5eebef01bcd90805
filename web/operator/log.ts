/** The log as it is written. */
import { h } from '../parts/dom.ts';
import { Section, scrolling } from './redraw.ts';
import type { LogLine } from './wire.ts';
import { count } from './words.ts';

/** So many lines are shown. */
const MAX_LINES = 500;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The live log. */
export class Log {
  readonly section: Section<never>;
  readonly #list = h('ol', { class: 'log' });
  readonly #window = scrolling('The log', this.#list);
  readonly #level = h(
    'select',
    { class: 'small', 'aria-label': 'At least of this level', on: { change: () => this.#draw() } },
    ...[
      ['trace', 'Everything'],
      ['warn', 'Warnings and faults'],
      ['error', 'Faults'],
    ].map(([value, words]) => h('option', { value }, words)),
  );
  readonly #search = h('input', {
    type: 'search',
    class: 'small',
    placeholder: 'Words',
    'aria-label': 'Only lines with these words',
    on: { input: () => this.#draw() },
  });
  #lines: LogLine[] = [];

  constructor() {
    this.section = new Section<never>('log', 'Log', () => []);
    this.section.actions = [this.#level, this.#search];
    this.section.element.append(this.#window);
  }

  /** All is new: another stream begins. */
  clear(): void {
    this.#lines = [];
    this.#draw();
  }

  /** Lines came. @param missed so many before them did not */
  add(lines: readonly LogLine[], missed: number): void {
    const atEnd = this.#isAtEnd;
    this.#lines = [...this.#lines, ...lines].slice(-MAX_LINES);
    if (missed > 0) this.#list.append(h('li', { class: 'muted' }, `… ${count(missed, 'line')} too fast to show`));
    this.#list.append(...lines.filter((line) => this.#fits(line)).map(lineRow));
    while (this.#list.childElementCount > MAX_LINES) this.#list.firstElementChild?.remove();
    if (atEnd) this.#toEnd();
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#lines.filter((line) => this.#fits(line)).map(lineRow));
    this.#toEnd();
  }

  #fits({ level, from, text, more }: LogLine): boolean {
    const words = this.#search.value.trim().toLowerCase();
    return LEVELS.indexOf(level) >= LEVELS.indexOf(this.#level.value) && `${from} ${text} ${more}`.toLowerCase().includes(words);
  }

  /** Whoever reads further up is left there. */
  get #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#window;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #toEnd(): void {
    this.#window.scrollTop = this.#window.scrollHeight;
  }
}

function lineRow({ level, at, from, text, more }: LogLine): HTMLElement {
  return h(
    'li',
    { 'data-level': level },
    h('time', { class: 'muted' }, at === 0 ? '' : time.format(at)),
    h('span', { class: 'level' }, level),
    from !== '' && h('span', { class: 'from' }, from),
    h('bdi', {}, text),
    more !== '' && h('span', { class: 'muted more' }, pairs(more)),
  );
}

/** `key=value` for each key of an object that stands as JSON. */
function pairs(json: string): string {
  const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(JSON.parse(json) as object)
    .map(([key, value]) => `${key}=${words(value)}`)
    .join(' ');
}
