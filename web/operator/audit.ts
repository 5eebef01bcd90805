/** Who did what. */
import { h } from '../parts/dom.ts';
import { fullTime } from '../parts/time.ts';
import { Section, scrolling } from './redraw.ts';
import type { AuditEntry } from './wire.ts';
import { moment } from './words.ts';

/** So long nothing is typed before it is looked for, in milliseconds. */
const PAUSE = 300;

/** The audit log: the newest, or what is noted of one person. */
export class Audit {
  readonly section: Section<readonly AuditEntry[] | 'unknown'>;
  readonly #search = h('input', {
    type: 'search',
    class: 'small',
    placeholder: 'A name or an id',
    'aria-label': 'Only what somebody did, or what was done to them',
    maxlength: 100,
    on: { input: () => this.#typed() },
  });
  #newest: readonly AuditEntry[] | 'unknown' = [];
  #timer = 0;

  constructor() {
    this.section = new Section<readonly AuditEntry[] | 'unknown'>('audit', 'Audit log', (entries) => [
      entries === 'unknown' && h('p', { class: 'fault' }, 'The database does not answer.'),
      entries.length === 0 &&
        h('p', { class: 'muted' }, this.#wanted === '' ? 'Nothing is noted yet.' : 'Nothing is noted of them.'),
      entries !== 'unknown' &&
        entries.length > 0 &&
        scrolling('The audit log', h('ul', { class: 'rows audit' }, ...entries.map(entryRow))),
    ]);
    this.section.actions = [this.#search];
  }

  /** Shows the newest, unless somebody is looked for. */
  show(entries: readonly AuditEntry[] | 'unknown'): void {
    this.#newest = entries;
    if (this.#wanted === '') this.section.show(entries);
    else void this.#look();
  }

  get #wanted(): string {
    return this.#search.value.trim();
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), PAUSE);
  }

  async #look(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === '') return this.section.show(this.#newest);
    const answer = await fetch(`audit?person=${encodeURIComponent(wanted)}`).catch(() => undefined);
    // Something else was typed meanwhile.
    if (wanted !== this.#wanted) return;
    this.section.show(answer?.ok === true ? ((await answer.json()) as readonly AuditEntry[]) : 'unknown');
  }
}

function entryRow({ at, who, action, target, detail }: AuditEntry): HTMLElement {
  return h(
    'li',
    {},
    h('time', { class: 'muted small', datetime: new Date(at).toISOString(), title: fullTime(at) }, moment(at)),
    h(
      'div',
      {},
      h('p', {}, h('strong', {}, action), ' ', h('bdi', {}, target)),
      h('p', { class: 'small muted' }, 'by ', h('bdi', {}, who), detail !== '' && ': ', detail !== '' && h('bdi', {}, detail)),
    ),
  );
}
