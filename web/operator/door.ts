/** What somebody sees who is not in: where to put the token, or why nobody gets in from where they are. */
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import type { Answer, Requests, Welcome } from './wire.ts';

/** Makes the door. @param entered called when somebody got in */
export function door(welcome: Welcome, fault: string, entered: () => void): HTMLElement {
  const content = welcome.entry === 'refused' ? [h('p', {}, welcome.why)] : [form(fault, entered)];
  return h('main', { class: 'door' }, h('h1', {}, "The bridge's operator"), ...content);
}

function form(fault: string, entered: () => void): HTMLElement {
  const told = h('p', { class: 'fault', role: 'alert' }, fault);
  const token = h('input', { id: 'token', type: 'password', autocomplete: 'current-password', required: true, maxlength: 1_000 });
  const button = h('button', { class: 'button primary' }, 'Sign in');
  const send = async () => {
    button.disabled = true;
    const answer = await post<Answer>('sign-in', { token: token.value.trim() } satisfies Requests['sign-in']);
    button.disabled = false;
    told.textContent = answer.fault ?? '';
    if (answer.fault === undefined) entered();
    else token.select();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void send();
  };
  return h(
    'form',
    { on: { submit } },
    h('label', { for: 'token' }, 'Token'),
    h('p', { class: 'muted' }, 'What stands as HTTP_OPERATOR_TOKEN or http.operator_token in the configuration of the bridge.'),
    token,
    told,
    button,
  );
}
