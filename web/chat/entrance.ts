/** Getting in. */
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import type { Answer, Requests, Welcome } from './wire.ts';

const SERVICES = { steam: 'Sign in with Steam', discord: 'Sign in with Discord' } as const;

/** The form at the door. @param fault why somebody stands there again @param entered called when somebody got in */
export function entrance({ ways }: Welcome, fault: string, entered: () => void): HTMLElement {
  const told = h('p', { class: 'fault', role: 'alert' }, fault);
  const services = ways.filter((way) => way !== 'guest');
  const links = services.map((way) => h('a', { class: `button wide ${way}`, href: `login/${way}` }, SERVICES[way]));
  return h(
    'main',
    { class: 'entrance' },
    h(
      'div',
      { class: 'card' },
      h('h1', {}, 'Chat'),
      h('p', { class: 'muted' }, 'Talk with the players on the game servers, and with everybody who is connected to them.'),
      ...(ways.includes('guest') ? [guestForm(told, entered)] : []),
      ...(ways.includes('guest') && links.length > 0 ? [h('p', { class: 'or' }, 'or')] : []),
      ...links,
      ...(ways.length === 0 ? [h('p', {}, 'Nobody is let in here at the moment.')] : []),
      told,
    ),
  );
}

function guestForm(told: HTMLElement, entered: () => void): HTMLElement {
  const name = h('input', {
    id: 'nickname',
    maxlength: '64',
    autocomplete: 'nickname',
    required: true,
    autofocus: true,
    spellcheck: 'false',
  });
  const enter = async () => {
    const answer = await post<Answer>('guest', { name: name.value } satisfies Requests['guest']);
    told.textContent = answer.fault ?? '';
    if (answer.fault === undefined) entered();
    else name.focus();
  };
  return h(
    'form',
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          void enter();
        },
      },
    },
    h('label', { for: 'nickname' }, 'Your nickname'),
    h('div', { class: 'row' }, name, h('button', { type: 'submit', class: 'button primary' }, 'Enter')),
  );
}
