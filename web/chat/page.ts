/** The page of somebody who got in: rooms, messages, a field to type in, and who is there. */
import { confirmed } from '../parts/dialog.ts';
import { h, iconButton } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import { Composer, type Purpose } from './composer.ts';
import { Connection } from './connection.ts';
import { dropArea } from './dropping.ts';
import type { Note } from './items.ts';
import { colorOf, showPerson } from './person.ts';
import { sendText } from './requests.ts';
import { Rooms } from './rooms.ts';
import { Sidebar } from './sidebar.ts';
import { Toolbar } from './toolbar.ts';
import type { Answer, Entry, Me, Person, Requests, Sent, Welcome } from './wire.ts';

/** One who got in, and what they see. */
export class ChatPage {
  readonly element: HTMLElement;
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #composer: Composer;
  readonly #sidebar: Sidebar;
  readonly #toolbar: Toolbar;
  readonly #connection: Connection;
  #count = 0;

  /** @param out called when they are not signed in any more */
  constructor(me: Me, { rooms, maxText, uploads }: Welcome, out: (why: string) => void) {
    this.#me = me;
    this.#toolbar = new Toolbar({
      isMine: ({ author }) => author !== undefined && this.#isMe(author),
      reply: (entry) => this.#composer.begin({ kind: 'reply', entry }),
      react: (entry, emoji) => this.#react(entry, emoji, true),
      edit: (entry) => this.#edit(entry),
      remove: (entry) => void this.#remove(entry),
    });
    this.#rooms = new Rooms({
      isMe: this.#isMe,
      pointed: (item, element) => {
        if (item.type === 'entry' && item.entry.kind === 'message') this.#toolbar.show(item.entry, element);
      },
      show: (person, where) => this.#show(person, where),
      react: (entry, emoji, on) => this.#react(entry, emoji, on),
      answerWhisper: ({ id, with: person }) => this.#composer.begin({ kind: 'whisper', person, to: { answer: id } }),
    });
    this.#composer = new Composer({
      maxText,
      ...(uploads && { uploads }),
      send: (text, files, purpose) => this.#send(text, files, purpose),
      typing: () => void post<Answer>('typing', { room: this.#rooms.room } satisfies Requests['typing']),
      editLast: () => this.#editLast(),
      room: () => this.#rooms.room,
      people: () => [...this.#rooms.authors(), ...this.#sidebar.everybody].filter((person) => !this.#isMe(person)),
    });
    this.#sidebar = new Sidebar({ isMe: this.#isMe, show: (person, where, since) => this.#show(person, where, since) });
    this.#connection = this.#connect((why) => {
      this.#connection.close();
      out(why);
    });
    this.element = this.#frame();
    this.#rooms.add(rooms);
    this.#connection.open();
  }

  /** To be called when the element is in the page. */
  focus(): void {
    // On a phone, the keyboard would cover what there is to read.
    if (matchMedia('(hover: hover)').matches) this.#composer.focus();
  }

  readonly #isMe = ({ key }: Person): boolean => key === this.#me.person.key;

  #frame(): HTMLElement {
    const { person } = this.#me;
    const main = h('main', {}, this.#rooms.element, this.#composer.element);
    main.append(dropArea(main, (files) => this.#composer.addFiles(files)));
    return h(
      'div',
      { class: 'chat' },
      h(
        'header',
        { class: 'top' },
        h('h1', {}, 'Chat'),
        this.#rooms.tabs.element,
        this.#connection.element,
        this.#sidebar.button,
        h('span', { class: 'me' }, h('bdi', { class: colorOf(person) }, person.name)),
        iconButton('leave', 'Sign out', () => void post<Answer>('leave', {})),
      ),
      main,
      this.#sidebar.element,
    );
  }

  #connect(out: (why: string) => void): Connection {
    const [rooms, sidebar] = [this.#rooms, this.#sidebar];
    return new Connection(this.#me, {
      hello: ({ fresh, welcome }) => {
        rooms.fill(fresh);
        rooms.add(welcome.rooms);
      },
      entry: (entry) => rooms.put(entry),
      ready: ({ servers }) => {
        sidebar.set(servers);
        rooms.filled();
      },
      server: (server) => sidebar.put(server),
      'server-gone': ({ id }) => sidebar.remove(id),
      people: ({ people, more }) => sidebar.setPeople(people, more),
      typing: ({ room, person, lasting }) => {
        if (lasting === 0) rooms.typing(room)?.done(person.key);
        else if (!this.#isMe(person)) rooms.typing(room)?.heard(person, lasting);
      },
      whisper: (entry) => rooms.putWhisper(entry),
      out: ({ why }) => out(why),
    });
  }

  #note(body: Note['body'], tone: Note['tone']): void {
    this.#count += 1;
    this.#rooms.open?.put({ type: 'note', entry: { id: `note-${this.#count}`, at: Date.now(), tone, body } });
    this.#rooms.open?.toEnd();
  }

  async #send(text: string, files: readonly Sent[], purpose: Purpose): Promise<string | undefined> {
    const answer = await sendText(text, files, purpose, this.#rooms.room);
    if (answer.answer) this.#note(answer.answer, 'note');
    if (answer.fault === undefined) this.#rooms.open?.toEnd();
    return answer.fault;
  }

  #react({ room, id }: Entry, emoji: string, on: boolean): void {
    void this.#tell(post<Answer>('react', { room, id, emoji, on } satisfies Requests['react']));
    this.focus();
  }

  #edit(entry: Entry): void {
    this.#composer.begin({ kind: 'edit', entry }, textOf(entry));
  }

  #editLast(): void {
    for (const { entry } of this.#rooms.open?.entries() ?? []) {
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

  /** Who is neither a player nor on this page is known to the bridge by name. */
  #whisper(person: Person): void {
    const { key, name, player: to } = person;
    if (to) this.#composer.begin({ kind: 'whisper', person, to });
    else if (this.#sidebar.isHere(person)) this.#composer.begin({ kind: 'whisper', person, to: { person: key } });
    else this.#composer.begin({ kind: 'message' }, `/pm "${name.replaceAll('"', '')}" `);
  }

  #show(person: Person, where: string, since?: number): void {
    showPerson(
      person,
      where,
      {
        moderator: this.#me.moderator,
        isMe: this.#isMe,
        whisper: (to) => {
          this.#sidebar.toggle(false);
          this.#whisper(to);
        },
        prepare: (command) => {
          this.#sidebar.toggle(false);
          this.#composer.begin({ kind: 'message' }, command);
        },
      },
      since,
    );
  }
}

/** What somebody typed: it is nothing but text. */
function textOf({ body }: Entry): string {
  return body.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
}
