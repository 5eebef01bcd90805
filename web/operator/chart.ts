/** A small chart of the last hours: lines over time, drawn by hand. */
import { h } from '../parts/dom.ts';
import { clockTime } from '../parts/time.ts';
import type { Sample } from './wire.ts';

/** A line of a chart. */
interface Line {
  /** What stands before its values: `median`. */
  readonly name: string;
  readonly value: (sample: Sample) => number | null;
  readonly looks: 'main' | 'second';
}

/** What a chart shows. */
export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly Line[];
  /** A value in words. */
  readonly words: (value: number) => string;
  /** The highest value of the axis is at least this. */
  readonly least: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 72;
/** A chart is at least so many milliseconds wide: the first minutes do not look like a mountain. */
const LEAST_TIME = 180_000;
/** Two samples that are so far apart, in milliseconds, are not joined: the page or the bridge was away. */
const GAP = 60_000;
/** So wide is a value that has no other beside it to be joined with. */
const DASH = 8;

/** One chart, with its value of now in large. */
export class Chart {
  readonly element: HTMLElement;
  readonly #options: ChartOptions;
  readonly #now = h('strong', { class: 'figure' }, '–');
  readonly #note = h('span', { class: 'muted note' }, 'in a moment');
  readonly #from = h('span', {});
  readonly #top = h('span', { class: 'peak' });
  readonly #svg: SVGElement;
  readonly #cursor: SVGElement;
  #samples: readonly Sample[] = [];
  /** The sample that is looked at; undefined for the last one. */
  #at: number | undefined;

  constructor(options: ChartOptions) {
    this.#options = options;
    this.#svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', tabindex: '0' });
    this.#svg.setAttribute('aria-label', `${options.title}: nothing to show yet`);
    this.#cursor = svg('line', { class: 'cursor', y1: '0', y2: String(HEIGHT) });
    this.#svg.addEventListener('pointermove', (event) => this.#point(event));
    this.#svg.addEventListener('pointerleave', () => this.#look(undefined));
    this.#svg.addEventListener('blur', () => this.#look(undefined));
    this.#svg.addEventListener('keydown', (event) => this.#key(event));
    this.element = h(
      'figure',
      { class: 'card chart' },
      h('figcaption', {}, options.title),
      h('div', { class: 'now' }, this.#now, this.#note),
      h('div', { class: 'plot' }, this.#top, this.#svg),
      h('div', { class: 'axis muted', 'aria-hidden': 'true' }, this.#from, h('span', {}, 'now')),
    );
  }

  /** Shows these, the oldest first. */
  show(samples: readonly Sample[]): void {
    this.#samples = samples;
    const last = samples.at(-1);
    if (!last) return;
    const { lines, title, words } = this.#options;
    const from = Math.min(samples[0]?.at ?? last.at, last.at - LEAST_TIME);
    const highest = this.#highest();
    const x = (at: number) => ((at - from) / (last.at - from)) * WIDTH;
    const y = (value: number) => HEIGHT - 1 - (value / highest) * (HEIGHT - 4);
    this.#svg.replaceChildren(
      ...lines.flatMap(({ value, looks }) =>
        stretches(samples, value).flatMap((points) => {
          const steps = points.map(([at, one], index) => `${index === 0 ? 'M' : 'L'}${round(x(at))} ${round(y(one))}`).join('');
          const [first, final] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
          const area = svg('path', { class: 'area', d: `${steps}L${round(x(final))} ${HEIGHT}L${round(x(first))} ${HEIGHT}Z` });
          // A value that stands alone is a dash, which ends where it was measured.
          const dash = `M${round(Math.max(0, x(final) - DASH))} ${round(y(points[0]?.[1] ?? 0))}h${DASH}`;
          const line = svg('path', { class: `line ${looks}`, d: points.length > 1 ? steps : dash });
          return looks === 'main' ? [area, line] : [line];
        }),
      ),
      this.#cursor,
    );
    this.#from.textContent = clockTime(from);
    this.#top.textContent = words(highest);
    this.#svg.setAttribute(
      'aria-label',
      `${title} since ${clockTime(from)}: now ${this.#words(last)}, at most ${words(this.#peak())}`,
    );
    this.#tell();
  }

  /** Where the axis ends: a round number above all values. */
  #highest(): number {
    const wanted = Math.max(this.#peak(), this.#options.least);
    const unit = 10 ** Math.floor(Math.log10(wanted));
    return Math.ceil(wanted / unit) * unit;
  }

  #peak(): number {
    return Math.max(0, ...this.#options.lines.flatMap(({ value }) => this.#samples.map((sample) => value(sample) ?? 0)));
  }

  #tell(): void {
    const sample = this.#at === undefined ? this.#samples.at(-1) : this.#samples[this.#at];
    if (!sample) return;
    const { lines, words } = this.#options;
    const [main, ...others] = lines.map(({ name, value }) => ({ name, value: value(sample) }));
    this.#now.textContent = main?.value == null ? '–' : words(main.value);
    const rest = others.map(({ name, value }) => (value === null ? '' : `${name} ${words(value)}`)).join(', ');
    this.#note.textContent =
      this.#at === undefined ? rest : [`at ${clockTime(sample.at)}`, rest].filter((word) => word !== '').join(', ');
    const [from, to] = [this.#samples[0]?.at ?? 0, this.#samples.at(-1)?.at ?? 0];
    const x = String(((sample.at - Math.min(from, to - LEAST_TIME)) / Math.max(to - from, LEAST_TIME)) * WIDTH);
    this.#cursor.setAttribute('x1', x);
    this.#cursor.setAttribute('x2', x);
    this.#cursor.classList.toggle('shown', this.#at !== undefined);
  }

  #words(sample: Sample): string {
    const { lines, words } = this.#options;
    const values = lines.map(({ name, value }) => ({ name, value: value(sample) }));
    const told = values.flatMap(({ name, value }) => (value === null ? [] : `${name} ${words(value)}`.trim()));
    return told.join(', ') || 'none';
  }

  #look(at: number | undefined): void {
    this.#at = at;
    this.#tell();
  }

  #point({ clientX }: PointerEvent): void {
    const [from, to] = [this.#samples[0]?.at ?? 0, this.#samples.at(-1)?.at ?? 0];
    const { left, width } = this.#svg.getBoundingClientRect();
    const wanted = to - (1 - (clientX - left) / width) * Math.max(to - from, LEAST_TIME);
    const distance = (sample: Sample | undefined) => Math.abs((sample?.at ?? 0) - wanted);
    const nearest = this.#samples.reduce((best, sample, at) => (distance(sample) < distance(this.#samples[best]) ? at : best), 0);
    this.#look(nearest);
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
    if (step === undefined || this.#samples.length === 0) return;
    event.preventDefault();
    const last = this.#samples.length - 1;
    this.#look(Math.max(0, Math.min(last, (this.#at ?? last) + step)));
    const sample = this.#samples[this.#at ?? last];
    if (sample) this.#svg.setAttribute('aria-label', `${this.#options.title} at ${clockTime(sample.at)}: ${this.#words(sample)}`);
  }
}

/** The points of a line, in stretches without a gap. */
function stretches(samples: readonly Sample[], value: Line['value']): [at: number, value: number][][] {
  const all: [number, number][][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    const one = value(sample);
    if (one === null) continue;
    if (sample.at - before > GAP) all.push([]);
    all.at(-1)?.push([sample.at, one]);
    before = sample.at;
  }
  return all;
}

function svg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element as SVGElement;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
