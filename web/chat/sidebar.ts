/** The list of who is there: beside the messages, or above them on narrow screens, where a button opens it. */
import { h, icon, iconButton } from '../parts/dom.ts';
import { Roster, type RosterDeeds } from './roster.ts';
import type { Person, Server } from './wire.ts';

/** The list and its button. */
export class Sidebar {
  readonly element: HTMLElement;
  /** Opens the list on narrow screens, and tells how many play. */
  readonly button: HTMLButtonElement;
  readonly #words = h('span', {}, 'Players');
  readonly #roster: Roster;

  constructor(deeds: RosterDeeds) {
    this.#roster = new Roster(deeds);
    this.button = h(
      'button',
      {
        type: 'button',
        class: 'players-button',
        'aria-expanded': 'false',
        'aria-controls': 'who',
        on: { click: () => this.toggle() },
      },
      icon('people'),
      this.#words,
    );
    this.element = h(
      'aside',
      {
        id: 'who',
        'aria-label': 'Servers and players',
        on: { keydown: (event) => event.key === 'Escape' && this.toggle(false) },
      },
      h(
        'div',
        { class: 'aside-head' },
        h('h2', {}, 'Who plays'),
        iconButton('close', 'Close the list', () => this.toggle(false)),
      ),
      this.#roster.element,
    );
  }

  /** Everybody who is there: players, and those who have the page open. */
  get everybody(): readonly Person[] {
    return this.#roster.everybody;
  }

  /** Whether somebody has the page open. */
  isHere(person: Person): boolean {
    return this.#roster.isHere(person);
  }

  set(servers: readonly Server[]): void {
    this.#roster.set(servers);
    this.#count();
  }

  put(server: Server): void {
    this.#roster.put(server);
    this.#count();
  }

  remove(id: string): void {
    this.#roster.remove(id);
    this.#count();
  }

  setPeople(people: readonly Person[], more: number): void {
    this.#roster.setPeople(people, more);
  }

  /** Shows or hides the list on narrow screens; on others it is always there. */
  toggle(open = !this.element.classList.contains('open')): void {
    if (open === this.element.classList.contains('open')) return;
    this.element.classList.toggle('open', open);
    this.button.setAttribute('aria-expanded', String(open));
    if (open) this.element.querySelector('button')?.focus();
    else this.button.focus();
  }

  #count(): void {
    const { players } = this.#roster;
    this.#words.textContent = `${players} ${players === 1 ? 'player' : 'players'}`;
  }
}
