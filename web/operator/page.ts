/** The whole page: what comes in goes to its parts. */
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import { Stream, type StreamState } from '../parts/stream.ts';
import { Audit } from './audit.ts';
import { bansSection } from './bans.ts';
import { channelsSection } from './channels.ts';
import { Charts } from './charts.ts';
import { Deeds } from './deeds.ts';
import { lettersSection } from './letters.ts';
import { Log } from './log.ts';
import { type Known, Overview } from './overview.ts';
import { connectionsSection, serversSection } from './people.ts';
import type { Answer, Incoming, Welcome } from './wire.ts';
import { setClock } from './words.ts';

/** What is said of times is said anew so often, in milliseconds. */
const PACE = 20_000;
const NAMES = ['hello', 'state', 'servers', 'letters', 'bans', 'audit', 'samples', 'log', 'out'] as const;

/** The page of somebody who got in. */
export class OperatorPage {
  readonly element: HTMLElement;
  readonly #out: (why: string) => void;
  readonly #stream: Stream;
  readonly #name = h('bdi', { class: 'name' });
  readonly #link = h('span', { class: 'link', 'data-state': 'connecting' });
  readonly #overview = new Overview();
  readonly #deeds = new Deeds();
  readonly #charts = new Charts();
  readonly #channels = channelsSection(this.#deeds);
  readonly #connections = connectionsSection();
  readonly #servers = serversSection();
  readonly #letters = lettersSection(this.#deeds);
  readonly #bans = bansSection(this.#deeds);
  readonly #audit = new Audit();
  readonly #log = new Log();
  readonly #timer: number;
  #known: Known = { state: undefined, servers: undefined, letters: undefined, lostAt: undefined };

  /** @param out called when they have to show once more who they are */
  constructor({ signedIn }: Welcome, out: (why: string) => void) {
    this.#out = out;
    const sections = [
      this.#channels,
      this.#connections,
      this.#servers,
      this.#letters,
      this.#bans,
      this.#audit.section,
      this.#log.section,
    ];
    const leave = () => void this.#leave();
    this.element = h(
      'div',
      { class: 'page' },
      h(
        'header',
        { class: 'top' },
        h('span', { class: 'who' }, 'Bridge ', this.#name),
        h('nav', { 'aria-label': 'Parts of this page' }, ...sections.map(({ link }) => link)),
        this.#link,
        signedIn === true && h('button', { type: 'button', class: 'button small', on: { click: leave } }, 'Sign out'),
      ),
      h(
        'main',
        {},
        this.#overview.element,
        this.#deeds.element,
        this.#charts.element,
        h(
          'div',
          { class: 'columns' },
          h('div', {}, this.#channels.element, this.#letters.element, this.#audit.section.element),
          h('div', {}, this.#connections.element, this.#servers.element, this.#bans.element),
        ),
        this.#log.section.element,
      ),
    );
    this.#stream = new Stream({
      url: 'events',
      names: NAMES,
      heard: (name, data) => this.#heard(name as keyof Incoming, data as never),
      changed: (state) => this.#changed(state),
      mayGoOn: () => this.#mayGoOn(),
    });
    this.#timer = setInterval(() => {
      for (const section of [this.#channels, this.#letters, this.#bans]) section.again();
    }, PACE);
  }

  /** Begins. */
  open(): void {
    this.#judge();
    this.#stream.open();
  }

  #heard<Name extends keyof Incoming>(name: Name, data: Incoming[Name]): void {
    const takers: { readonly [Name in keyof Incoming]: (data: Incoming[Name]) => void } = {
      hello: ({ now, ids }) => {
        setClock(now);
        this.#name.textContent = ids.join(', ');
        this.#charts.clear();
        this.#log.clear();
        this.#know({ lostAt: undefined });
      },
      state: (state) => {
        this.#know({ state });
        this.#connections.show(state.connections);
        this.#channels.show({ channels: state.channels, others: state.others });
      },
      servers: (servers) => {
        this.#know({ servers });
        this.#servers.show(servers);
      },
      letters: (letters) => {
        this.#know({ letters });
        this.#letters.show(letters);
      },
      bans: (bans) => this.#bans.show(bans),
      audit: (entries) => this.#audit.show(entries),
      samples: (samples) => this.#charts.add(samples),
      log: ({ lines, missed }) => this.#log.add(lines, missed),
      out: ({ why }) => this.#end(why),
    };
    takers[name](data);
  }

  #know(news: Partial<Known>): void {
    this.#known = { ...this.#known, ...news };
    this.#judge();
  }

  #judge(): void {
    const headline = this.#overview.show(this.#known);
    document.title = `${headline} · Bridge ${this.#name.textContent ?? ''}`.trim();
  }

  #changed(state: StreamState): void {
    this.#link.dataset['state'] = state;
    this.#link.textContent = { connecting: 'Connecting …', open: 'Live', waiting: 'No connection' }[state];
    if (state === 'waiting' && this.#known.lostAt === undefined) this.#know({ lostAt: Date.now() });
  }

  async #mayGoOn(): Promise<boolean> {
    const answer = await fetch('welcome');
    if (!answer.ok) throw new Error('the bridge starts');
    const isIn = ((await answer.json()) as Welcome).entry === 'in';
    if (!isIn) this.#end('The bridge was started anew: sign in once more.');
    return isIn;
  }

  async #leave(): Promise<void> {
    const answer = await post<Answer>('sign-out', {});
    if (answer.fault === undefined) this.#end('You have signed out.');
  }

  #end(why: string): void {
    clearInterval(this.#timer);
    this.#stream.close();
    this.#out(why);
  }
}
