/** The servers and players beside the chat, and who else has the page open. */
import { h } from '../parts/dom.ts';
import { span } from '../parts/time.ts';
import { avatarOf, colorOf } from './person.ts';
import type { Person, Player, Server } from './wire.ts';

/** What a person in the list can do. */
export interface RosterDeeds {
  readonly isMe: (person: Person) => boolean;
  readonly show: (person: Person, where: string, since?: number) => void;
}

/** Times are written anew so often, in milliseconds. */
const PACE = 30_000;

/** The list. */
export class Roster {
  readonly element = h('div', { class: 'roster' });
  readonly #deeds: RosterDeeds;
  readonly #servers = new Map<string, Server>();
  #people: { readonly people: readonly Person[]; readonly more: number } = { people: [], more: 0 };

  constructor(deeds: RosterDeeds) {
    this.#deeds = deeds;
    setInterval(() => this.#draw(), PACE);
  }

  /** How many players there are. */
  get players(): number {
    return [...this.#servers.values()].reduce((sum, { players, more }) => sum + players.length + more, 0);
  }

  /** Everybody who is listed, each once. */
  get everybody(): readonly Person[] {
    const players = [...this.#servers.values()].flatMap((server) => server.players.map(({ person }) => person));
    return [...new Map([...players, ...this.#people.people].map((person) => [person.key, person])).values()];
  }

  /** Whether somebody has the page open. */
  isHere({ key }: Person): boolean {
    return this.#people.people.some((person) => person.key === key);
  }

  set(servers: readonly Server[]): void {
    this.#servers.clear();
    for (const server of servers) this.#servers.set(server.id, server);
    this.#draw();
  }

  put(server: Server): void {
    this.#servers.set(server.id, server);
    this.#draw();
  }

  remove(id: string): void {
    this.#servers.delete(id);
    this.#draw();
  }

  setPeople(people: readonly Person[], more: number): void {
    this.#people = { people, more };
    this.#draw();
  }

  #draw(): void {
    const focused = document.activeElement?.getAttribute('data-key');
    const servers = [...this.#servers.values()].sort((one, other) => one.id.localeCompare(other.id));
    this.element.replaceChildren(
      ...servers.map((server) => this.#server(server)),
      ...(servers.length === 0 ? [h('p', { class: 'muted empty' }, 'No game server is online.')] : []),
      this.#section('On this page', this.#people.people, this.#people.more),
    );
    if (focused)
      [...this.element.querySelectorAll<HTMLElement>('[data-key]')].find((one) => one.dataset['key'] === focused)?.focus();
  }

  #server(server: Server): HTMLElement {
    const { id, map, gamemode, join, players, more } = server;
    const about = [map, gamemode].filter((word) => word !== '').join(' · ');
    return h(
      'section',
      { class: 'server' },
      h('h3', {}, h('span', { class: 'dot' }), h('bdi', {}, id), h('span', { class: 'count' }, String(players.length + more))),
      about === '' && join === undefined
        ? undefined
        : h(
            'p',
            { class: 'about' },
            h('bdi', {}, about),
            join === undefined ? undefined : h('a', { href: join, 'aria-label': `Join ${id}`, 'data-key': `j/${id}` }, 'Join'),
          ),
      h(
        'ul',
        {},
        ...players.map((player) => h('li', {}, this.#player(player, id))),
        more > 0 && h('li', { class: 'muted' }, `and ${more} more`),
        players.length === 0 && h('li', { class: 'muted' }, 'nobody'),
      ),
    );
  }

  #player({ person, since }: Player, server: string): HTMLElement {
    return this.#button(person, server, since, `p/${server}/${person.player?.user ?? person.key}`);
  }

  #section(title: string, people: readonly Person[], more: number): HTMLElement {
    return h(
      'section',
      { class: 'server' },
      h('h3', {}, title, h('span', { class: 'count' }, String(people.length + more))),
      h('ul', {}, ...people.map((person) => h('li', {}, this.#button(person, 'On this page', undefined, `w/${person.key}`)))),
    );
  }

  #button(person: Person, where: string, since: number | undefined, id: string): HTMLElement {
    return h(
      'button',
      { type: 'button', class: 'player', 'data-key': id, on: { click: () => this.#deeds.show(person, where, since) } },
      avatarOf(person),
      h('bdi', { class: colorOf(person) }, person.name),
      this.#deeds.isMe(person) && h('span', { class: 'muted' }, '(you)'),
      since === undefined ? undefined : h('span', { class: 'since' }, span(Date.now() - since)),
    );
  }
}
