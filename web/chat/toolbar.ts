/** What can be done with the message that one points at: a row of buttons, which goes from message to message. */
import { h, iconButton } from '../parts/dom.ts';
import type { Entry } from './wire.ts';

/** What the buttons do. */
export interface ToolbarDeeds {
  readonly isMine: (entry: Entry) => boolean;
  readonly reply: (entry: Entry) => void;
  readonly react: (entry: Entry, emoji: string) => void;
  readonly edit: (entry: Entry) => void;
  readonly remove: (entry: Entry) => void;
}

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🎉', '👀', '🔥'];

/** The one toolbar of the page. */
export class Toolbar {
  readonly #deeds: ToolbarDeeds;
  readonly #element = h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'This message', 'aria-live': 'off' });
  #entry: Entry | undefined;

  constructor(deeds: ToolbarDeeds) {
    this.#deeds = deeds;
  }

  /** Goes to a message. */
  show(entry: Entry, at: HTMLElement): void {
    if (entry === this.#entry && this.#element.parentElement === at) return;
    this.#entry = entry;
    const { reply, edit, remove, isMine } = this.#deeds;
    const mine = isMine(entry)
      ? [iconButton('edit', 'Edit', () => edit(entry)), iconButton('remove', 'Delete', () => remove(entry))]
      : [];
    this.#element.replaceChildren(
      iconButton('react', 'React', () => this.#choose(entry), { 'aria-expanded': 'false' }),
      iconButton('reply', 'Answer', () => reply(entry)),
      ...mine,
    );
    at.append(this.#element);
  }

  /** Lets an emoji be chosen. */
  #choose(entry: Entry): void {
    const choose = (emoji: string) => () => {
      this.#entry = undefined;
      this.#element.remove();
      this.#deeds.react(entry, emoji);
    };
    const choices = EMOJI.map((emoji) =>
      h(
        'button',
        { type: 'button', class: 'emoji-choice', 'aria-label': `React with ${emoji}`, on: { click: choose(emoji) } },
        emoji,
      ),
    );
    this.#element.replaceChildren(...choices);
    choices[0]?.focus();
  }
}
