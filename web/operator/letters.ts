/** What could not be delivered. */
import { h } from '../parts/dom.ts';
import type { Deeds } from './deeds.ts';
import { Section } from './redraw.ts';
import type { Letter, Letters } from './wire.ts';
import { count, figure, moment } from './words.ts';

/** Makes the section. */
export function lettersSection(deeds: Deeds): Section<Letters | 'unknown'> {
  const section: Section<Letters | 'unknown'> = new Section('letters', 'Dead letters', (data) => {
    const total = data === 'unknown' ? 0 : data.total;
    section.badge(total > 0 ? figure(total) : '', true);
    section.actions = total > 1 ? allActions(total, deeds) : [];
    if (data === 'unknown') return [h('p', { class: 'fault' }, 'The database does not answer.')];
    if (total === 0) return [h('p', { class: 'muted' }, 'Everything arrived that was not taken back.')];
    const left = total - data.letters.length;
    return [
      h('ul', { class: 'rows letters' }, ...data.letters.map((letter) => letterRow(letter, deeds))),
      left > 0 && h('p', { class: 'muted' }, `and ${count(left, 'older one')}`),
    ];
  });
  return section;
}

function allActions(total: number, deeds: Deeds): HTMLElement[] {
  const ask = {
    title: 'Drop all dead letters?',
    text: `${figure(total)} messages are forgotten for good. This can't be undone.`,
  };
  return [
    deeds.button('Try all again', 'Try all again: dead letters', 'retry', {}),
    deeds.button('Drop all', 'Drop all: dead letters', 'drop', {}, ask),
  ];
}

function letterRow({ id, destination, reason, failedAt, text }: Letter, deeds: Deeds): HTMLElement {
  const ask = { title: 'Drop it?', text: `This is forgotten for good, wherever it could not be delivered: ${text}` };
  return h(
    'li',
    {},
    h(
      'div',
      {},
      h('p', { class: 'clamped' }, h('bdi', {}, text)),
      h('p', { class: 'small' }, h('span', { class: 'muted' }, `${moment(failedAt)}, to `), h('bdi', {}, destination)),
      h('p', { class: 'fault small' }, reason),
    ),
    h(
      'div',
      { class: 'deeds' },
      deeds.button('Try again', `Try again: ${text}, to ${destination}`, 'retry', { ids: [id] }),
      deeds.button('Drop', `Drop: ${text}, to ${destination}`, 'drop', { ids: [id] }, ask),
    ),
  );
}
