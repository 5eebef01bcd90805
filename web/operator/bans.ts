/** Who may not be heard. */
import { h } from '../parts/dom.ts';
import type { Deeds } from './deeds.ts';
import { Section, scrolling } from './redraw.ts';
import type { Ban, Bans } from './wire.ts';
import { count, figure, moment } from './words.ts';

/** Makes the section. */
export function bansSection(deeds: Deeds): Section<Bans> {
  const section: Section<Bans> = new Section('bans', 'Bans', ({ total, bans }) => {
    section.badge(total > 0 ? figure(total) : '');
    if (total === 0) return [h('p', { class: 'muted' }, 'This bridge holds no bans.')];
    const left = total - bans.length;
    return [
      scrolling(
        'The bans',
        h('ul', { class: 'rows' }, ...bans.map((ban) => banRow(ban, deeds))),
        left > 0 && h('p', { class: 'muted' }, `and ${count(left, 'older one')}`),
      ),
    ];
  });
  return section;
}

function banRow({ adapter, userId, name, reason, by, at, until }: Ban, deeds: Deeds): HTMLElement {
  const end = until === undefined ? 'for ever' : `until ${moment(until)}`;
  const ask = { title: `Lift the ban of ${name}?`, text: `They were banned by ${by}: ${reason || 'no reason was given'}.` };
  return h(
    'li',
    {},
    h(
      'div',
      {},
      h('p', {}, h('bdi', {}, name), h('span', { class: 'muted small' }, ` ${adapter} ${userId}`)),
      h(
        'p',
        { class: 'small' },
        h('span', { class: 'muted' }, `${end}, by `),
        h('bdi', {}, by),
        h('span', { class: 'muted' }, `, ${moment(at)}`),
      ),
      reason !== '' && h('p', { class: 'small' }, h('bdi', {}, reason)),
    ),
    h('div', { class: 'deeds' }, deeds.button('Lift', `Lift the ban of ${name}`, 'unban', { adapter, userId }, ask)),
  );
}
