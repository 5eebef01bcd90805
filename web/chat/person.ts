/** People: their picture, their color, and what can be done with them. */
import { openDialog } from '../parts/dialog.ts';
import { h } from '../parts/dom.ts';
import { span } from '../parts/time.ts';
import type { Person } from './wire.ts';

/** How many colors there are: see `style.css`. */
const COLORS = 12;

/** The class of a person's color: always the same for the same person. */
export function colorOf({ key }: Person): string {
  let sum = 0;
  for (const sign of key) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9_973;
  return `color-${sum % COLORS}`;
}

/** A person's picture, or their initial where there is none or it can't be had. */
export function avatarOf(person: Person): HTMLElement {
  const [initial = '?'] = person.name.match(/[\p{L}\p{N}]/u) ?? [];
  const letter = () => h('span', { class: `avatar ${colorOf(person)}`, 'aria-hidden': 'true' }, initial.toUpperCase());
  if (person.picture === undefined) return letter();
  const image = h('img', {
    class: 'avatar',
    src: person.picture,
    alt: '',
    width: '40',
    height: '40',
    loading: 'lazy',
    on: { error: () => image.replaceWith(letter()) },
  });
  return image;
}

/** What can be done with somebody, by whoever has this page open. */
export interface Deeds {
  readonly moderator: boolean;
  readonly isMe: (person: Person) => boolean;
  readonly whisper: (person: Person) => void;
  /** Lets a command be typed: its reason is still missing. */
  readonly prepare: (command: string) => void;
}

/** Shows somebody, and what can be done with them. @param since when they came, in milliseconds since the epoch */
export function showPerson(person: Person, where: string, deeds: Deeds, since?: number): void {
  const { player, link } = person;
  const action = (label: string, run: () => void, kind = '') =>
    h(
      'button',
      {
        type: 'button',
        class: `button ${kind}`,
        on: {
          click: () => {
            close();
            run();
          },
        },
      },
      label,
    );
  // The bridge itself, and what several people said at once, are nobody to whisper to.
  const isSomebody = person.key !== 'bridge' && person.key !== 'several';
  const handle = player && `${player.server}/${player.user}`;
  const moderate = (verb: string) => action(verb, () => deeds.prepare(`/${verb.toLowerCase()} ${handle} `), 'danger');
  const close = openDialog(person.name, [
    h(
      'div',
      { class: 'person-card' },
      avatarOf(person),
      h(
        'div',
        {},
        h('p', { class: 'where' }, where),
        since === undefined ? undefined : h('p', { class: 'muted' }, `Here for ${span(Date.now() - since)}`),
        link === undefined ? undefined : h('p', {}, h('a', { href: link }, 'Profile')),
      ),
    ),
    h(
      'div',
      { class: 'dialog-actions' },
      isSomebody && !deeds.isMe(person) ? action('Whisper', () => deeds.whisper(person), 'primary') : undefined,
      ...(handle !== undefined && deeds.moderator ? ['Slap', 'Kick', 'Ban'].map(moderate) : []),
    ),
  ]);
}
