/** The charts of the page. */
import { h } from '../parts/dom.ts';
import { Chart } from './chart.ts';
import type { Sample } from './wire.ts';
import { duration, figure } from './words.ts';

/** So many samples are shown: three hours of them. */
const MAX_SAMPLES = 720;

/** How it was in the last hours. */
export class Charts {
  readonly element: HTMLElement;
  readonly #charts = [
    new Chart({
      title: 'Messages a minute',
      lines: [
        { name: '', value: ({ messages }) => messages, looks: 'main' },
        { name: 'given up', value: ({ lost }) => (lost === 0 ? null : lost), looks: 'second' },
      ],
      words: figure,
      least: 10,
    }),
    new Chart({
      title: 'Time to deliver',
      lines: [
        { name: 'half within', value: ({ median }) => median, looks: 'main' },
        { name: '95 % within', value: ({ slow }) => slow, looks: 'second' },
      ],
      words: duration,
      least: 100,
    }),
    new Chart({
      title: 'Waiting',
      lines: [{ name: '', value: ({ waiting }) => waiting, looks: 'main' }],
      words: figure,
      least: 10,
    }),
    new Chart({
      title: 'Players',
      lines: [{ name: '', value: ({ players }) => players, looks: 'main' }],
      words: figure,
      least: 10,
    }),
  ];
  #samples: readonly Sample[] = [];

  constructor() {
    this.element = h(
      'section',
      { class: 'charts', 'aria-label': 'The last hours' },
      ...this.#charts.map(({ element }) => element),
    );
  }

  /** Another stream begins. */
  clear(): void {
    this.#samples = [];
  }

  /** Samples came, the oldest first. */
  add(samples: readonly Sample[]): void {
    this.#samples = [...this.#samples, ...samples].slice(-MAX_SAMPLES);
    for (const chart of this.#charts) chart.show(this.#samples);
  }
}
