/** The page of somebody who got in: rooms, messages, a field to type in, and who is there. */
import { confirmed } from '../parts/dialog.ts';
import { h, icon, iconButton } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import { Stream, type StreamState } from '../parts/stream.ts';
import { Composer, type Purpose } from './composer.ts';
import type { Note } from './items.ts';
import { Log } from './log.ts';
import { colorOf, showPerson } from './person.ts';
import { earlier, sendText } from './requests.ts';
import { Roster } from './roster.ts';
import { Tabs } from './tabs.ts';
import { Toolbar } from './toolbar.ts';
import { Typing } from './typing.ts';
import type { Answer, Entry, Incoming, Me, Person, Requests, Welcome } from './wire.ts';

/** What the page hears of. */
const EVENTS = ['hello', 'entry', 'ready', 'server', 'server-gone', 'people', 'typing', 'whisper', 'out'] as const;

type Handlers = { readonly [Name in keyof Incoming]: (data: Incoming[Name]) => void };

const STATES: Readonly<Record<StreamState, string>> = {
  connecting: 'Connecting …',
  open: 'Connected',
  waiting: 'No connection. Trying again …',
};

/** One who got in, and what they see. */
export class ChatPage {
  readonly element: HTMLElement;
  readonly #me: Me;
  readonly #out: (why: string) => void;
  readonly #composer: Composer;
  readonly #roster: Roster;
  readonly #toolbar: Toolbar;
  readonly #stream: Stream;
  readonly #logs = new Map<string, Log>();
  readonly #unread = new Map<string, number>();
  readonly #typing = new Map<string, Typing>();
  readonly #tabs = new Tabs((room) => this.#enter(room));
  readonly #stage = h('div', { class: 'stage' });
  readonly #state = h('p', { class: 'state', role: 'status' });
  readonly #toEnd = h('button', { type: 'button', class: 'to-end', hidden: true }, icon('down'), h('span', {}));
  readonly #aside: HTMLElement;
  readonly #players: HTMLButtonElement;
  #room = '';
  #count = 0;

  /** @param out called when they are not signed in any more */
  constructor(me: Me, { rooms, maxText }: Welcome, out: (why: string) => void) {
    this.#me = me;
    this.#out = out;
    this.#roster = new Roster({ isMe: this.#isMe, show: (person, where, since) => this.#show(person, where, since) });
    this.#toolbar = new Toolbar({
      isMine: ({ author }) => author !== undefined && this.#isMe(author),
      reply: (entry) => this.#composer.begin({ kind: 'reply', entry }),
      react: (entry, emoji) => this.#react(entry, emoji, true),
      edit: (entry) => this.#edit(entry),
      remove: (entry) => void this.#remove(entry),
    });
    this.#composer = new Composer({
      maxText,
      send: (text, purpose) => this.#send(text, purpose),
      typing: () => void post<Answer>('typing', { room: this.#room } satisfies Requests['typing']),
      editLast: () => this.#editLast(),
    });
    this.#players = h(
      'button',
      {
        type: 'button',
        class: 'players-button',
        'aria-expanded': 'false',
        'aria-controls': 'who',
        on: { click: () => this.#toggle() },
      },
      icon('people'),
      h('span', {}, 'Players'),
    );
    this.#aside = h(
      'aside',
      {
        id: 'who',
        'aria-label': 'Servers and players',
        on: { keydown: (event) => event.key === 'Escape' && this.#toggle(false) },
      },
      h(
        'div',
        { class: 'aside-head' },
        h('h2', {}, 'Who plays'),
        iconButton('close', 'Close the list', () => this.#toggle(false)),
      ),
      this.#roster.element,
    );
    this.#toEnd.addEventListener('click', () => this.#log?.toEnd());
    this.element = this.#frame();
    for (const room of rooms) this.#addRoom(room);
    this.#enter(rooms[0] ?? '');
    this.#stream = new Stream({
      url: 'events',
      names: EVENTS,
      heard: (name, data) => this.#heard(name as keyof Incoming, data as never),
      changed: (state) => this.#changed(state),
      mayGoOn: () => this.#mayGoOn(),
    });
    addEventListener('focus', () => this.#looked());
    document.addEventListener('visibilitychange', () => this.#looked());
    this.#stream.open();
  }

  /** To be called when the element is in the page. */
  focus(): void {
    // On a phone, the keyboard would cover what there is to read.
    if (matchMedia('(hover: hover)').matches) this.#composer.focus();
  }

  readonly #isMe = ({ key }: Person): boolean => key === this.#me.person.key;

  get #log(): Log | undefined {
    return this.#logs.get(this.#room);
  }

  #frame(): HTMLElement {
    const { person } = this.#me;
    return h(
      'div',
      { class: 'chat' },
      h(
        'header',
        { class: 'top' },
        h('h1', {}, 'Chat'),
        this.#tabs.element,
        this.#state,
        this.#players,
        h('span', { class: 'me' }, h('bdi', { class: colorOf(person) }, person.name)),
        iconButton('leave', 'Sign out', () => void post<Answer>('leave', {})),
      ),
      h('main', {}, h('div', { class: 'reading' }, this.#stage, this.#toEnd), this.#composer.element),
      this.#aside,
    );
  }

  #addRoom(room: string): void {
    const log = new Log({
      room,
      isMe: this.#isMe,
      isRead: () => document.hasFocus() && !document.hidden && this.#room === room,
      unread: (count) => this.#setUnread(room, count),
      earlier: async (place) => {
        const { entries, more } = await earlier(room, place);
        for (const entry of entries) log.put({ type: 'entry', entry });
        return more;
      },
      pointed: (item, element) => {
        if (item.type === 'entry' && item.entry.kind === 'message') this.#toolbar.show(item.entry, element);
      },
      show: (person, where) => this.#show(person, where),
      jump: (id) => log.jump(id),
      react: (entry, emoji, on) => this.#react(entry, emoji, on),
      answerWhisper: (person) => this.#composer.begin({ kind: 'whisper', person }),
    });
    log.element.id = `log-${this.#logs.size}`;
    log.element.addEventListener('scroll', () => this.#drawEnd());
    this.#logs.set(room, log);
    this.#typing.set(room, new Typing());
    this.#tabs.add(room, log.element.id);
  }

  #enter(room: string): void {
    this.#room = room;
    this.#tabs.select(room);
    const log = this.#log;
    const typing = this.#typing.get(room);
    this.#stage.replaceChildren(
      ...(log && typing ? [log.element, typing.element] : [h('p', { class: 'empty' }, 'There is no room here.')]),
    );
    log?.toEnd();
    this.#drawEnd();
  }

  #heard<Name extends keyof Incoming>(name: Name, data: Incoming[Name]): void {
    const handlers: Handlers = {
      hello: ({ fresh, welcome }) => {
        for (const room of welcome.rooms) if (!this.#logs.has(room)) this.#addRoom(room);
        for (const log of this.#logs.values()) {
          log.fill();
          if (fresh) log.clear();
        }
        if (!this.#logs.has(this.#room)) this.#enter(welcome.rooms[0] ?? '');
      },
      entry: (entry) => {
        this.#logs.get(entry.room)?.put({ type: 'entry', entry });
        if (entry.author) this.#typing.get(entry.room)?.done(entry.author.key);
        this.#drawEnd();
      },
      ready: ({ servers }) => {
        this.#roster.set(servers);
        for (const log of this.#logs.values()) log.filled();
        this.#drawPlayers();
      },
      server: (server) => {
        this.#roster.put(server);
        this.#drawPlayers();
      },
      'server-gone': ({ id }) => {
        this.#roster.remove(id);
        this.#drawPlayers();
      },
      people: ({ people, more }) => this.#roster.setPeople(people, more),
      typing: ({ room, person, lasting }) => {
        if (lasting === 0) this.#typing.get(room)?.done(person.key);
        else if (!this.#isMe(person)) this.#typing.get(room)?.heard(person, lasting);
      },
      whisper: (entry) => {
        for (const log of this.#logs.values()) log.put({ type: 'whisper', entry });
      },
      out: ({ why }) => this.#leave(why),
    };
    handlers[name](data);
  }

  #note(body: Note['body'], tone: Note['tone']): void {
    this.#count += 1;
    this.#log?.put({ type: 'note', entry: { id: `note-${this.#count}`, at: Date.now(), tone, body } });
    this.#log?.toEnd();
  }

  async #send(text: string, purpose: Purpose): Promise<string | undefined> {
    const room = this.#room;
    const answer = await sendText(text, purpose, room);
    if (answer.answer) this.#note(answer.answer, 'note');
    if (answer.fault === undefined) this.#log?.toEnd();
    return answer.fault;
  }

  #react({ room, id }: Entry, emoji: string, on: boolean): void {
    void this.#tell(post<Answer>('react', { room, id, emoji, on } satisfies Requests['react']));
    this.#composer.focus();
  }

  #edit(entry: Entry): void {
    this.#composer.begin({ kind: 'edit', entry }, textOf(entry));
  }

  #editLast(): void {
    for (const { entry } of this.#log?.entries() ?? []) {
      if (entry.kind !== 'message' || !entry.author || !this.#isMe(entry.author)) continue;
      this.#edit(entry);
      return;
    }
  }

  async #remove({ room, id }: Entry): Promise<void> {
    const yes = await confirmed('Delete this message?', 'It is taken back everywhere it can be.', 'Delete');
    if (yes) await this.#tell(post<Answer>('remove', { room, id } satisfies Requests['remove']));
  }

  async #tell(answer: Promise<Answer>): Promise<void> {
    const { fault } = await answer;
    if (fault !== undefined) this.#note([{ type: 'text', text: fault }], 'warning');
  }

  #show(person: Person, where: string, since?: number): void {
    showPerson(
      person,
      where,
      {
        moderator: this.#me.moderator,
        isMe: this.#isMe,
        whisper: (to) => {
          this.#toggle(false);
          this.#composer.begin({ kind: 'whisper', person: to });
        },
        prepare: (command) => {
          this.#toggle(false);
          this.#composer.begin({ kind: 'message' }, command);
        },
      },
      since,
    );
  }

  #changed(state: StreamState): void {
    this.#state.textContent = STATES[state];
    this.#state.dataset['state'] = state;
  }

  /** Whether they are still signed in. Rejects when the bridge can't be reached. */
  async #mayGoOn(): Promise<boolean> {
    const answer = await fetch('welcome');
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { me } = (await answer.json()) as Welcome;
    if (me?.person.key === this.#me.person.key) return true;
    this.#leave('You are not signed in any more.');
    return false;
  }

  #leave(why: string): void {
    this.#stream.close();
    this.#out(why);
  }

  #looked(): void {
    if (this.#log?.isAtEnd) this.#log.toEnd();
  }

  #setUnread(room: string, count: number): void {
    this.#unread.set(room, count);
    this.#tabs.setUnread(room, count);
    const all = [...this.#unread.values()].reduce((sum, one) => sum + one, 0);
    document.title = all === 0 ? 'Chat' : `(${all}) Chat`;
    this.#drawEnd();
  }

  #drawEnd(): void {
    const count = this.#unread.get(this.#room) ?? 0;
    this.#toEnd.hidden = this.#log === undefined || this.#log.isAtEnd;
    const words = this.#toEnd.querySelector('span');
    if (words) words.textContent = count === 0 ? 'To the latest' : `${count} new`;
  }

  #drawPlayers(): void {
    const { players } = this.#roster;
    const words = this.#players.querySelector('span');
    if (words) words.textContent = `${players} ${players === 1 ? 'player' : 'players'}`;
  }

  /** Shows or hides the list on narrow screens; on others it is always there. */
  #toggle(open = !this.#aside.classList.contains('open')): void {
    if (open === this.#aside.classList.contains('open')) return;
    this.#aside.classList.toggle('open', open);
    this.#players.setAttribute('aria-expanded', String(open));
    if (open) this.#aside.querySelector('button')?.focus();
    else this.#players.focus();
  }
}

/** What somebody typed: it is nothing but text. */
function textOf({ body }: Entry): string {
  return body.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
}
