/** A platform as small as can be: rooms in memory, in which people speak and read. */
import { z } from 'zod';
import {
  type Adapter,
  AdapterError,
  type AdapterHost,
  type AdapterModule,
  type Attempt,
  DeliveryError,
  type Sanction,
} from '../../src/adapter.ts';
import { type Edit, eventId, type Message, type Place, type RoomRef } from '../../src/event.ts';
import { literal } from '../../src/text/tree.ts';
import { Recorder, words } from './host.ts';

/** What stands in a room. */
export interface Post {
  readonly room: string;
  readonly author: string;
  text: string;
  isGone: boolean;
}

/** One platform. It outlives the bridges on it. */
export class Platform {
  /** What the bridge posted, by native id. */
  readonly posts = new Map<string, Post>();
  /** Every change, as `room author: text`. */
  readonly sees = new Recorder<string>();
  isDown = false;
  /** Whether it refuses what is posted for good. */
  isClosed = false;
  /** How high people stand; 0 for everybody else. Undefined while the platform does not tell. */
  standings: Map<string, number> | undefined = new Map();
  /** The platform's own ids of rooms that are configured by another name, as far as it tells them now. */
  readonly nativeIds = new Map<string, string>();
  /** What stands in the way in rooms. */
  readonly faults = new Map<string, string>();
  /** Whether a text is refused for good. */
  refuses: (text: string) => boolean = () => false;
  /** What its users are called, where that is not their id. */
  readonly names = new Map<string, string>();
  /** The rooms that can't be opened, and why. */
  readonly refusals = new Map<string, string>();
  /** The rooms that were opened while a bridge ran. */
  readonly opened = new Set<string>();
  /** Rooms open after this. */
  opening: Promise<void> = Promise.resolve();
  /** What moderators elsewhere did to its users, and what it answers them. */
  readonly sanctions = new Recorder<Sanction>();
  sanctionResult: string | undefined;
  /** Whether it shows whispers; for a bridge that is started from now on. */
  takesWhispers = false;
  /** The whispers that were shown, as `to: text`. */
  readonly whispered = new Recorder<string>();
  readonly module: AdapterModule;
  /** Each start and stop of an adapter: `start good`, by its token. */
  readonly comesAndGoes = new Recorder<string>();
  /** Called for each message that is sent: it is under way until this resolves. */
  sending: (() => Promise<void>) | undefined;
  #host: AdapterHost | undefined;
  #count = 0;

  constructor(type = 'platform') {
    this.module = {
      type,
      schema: z.strictObject({ token: z.string().default('good') }),
      create: (config, host) => {
        this.#host = host;
        return this.#adapter((config as { readonly token: string }).token);
      },
    };
  }

  get host(): AdapterHost {
    if (!this.#host) throw new Error('no bridge was started');
    return this.#host;
  }

  /** Somebody says something. Resolves when the bridge has taken it. */
  async says(room: string, author: string, text: string, nativeId = `own ${++this.#count}`): Promise<Message> {
    const message = this.#message(room, author, text, nativeId);
    await this.host.message(message);
    return message;
  }

  /** Somebody is called otherwise from now on. */
  renames(author: string, name: string): void {
    this.names.set(author, name);
    this.host.profile({ id: author, name });
  }

  /** Somebody leaves all rooms. */
  leaves(author: string): void {
    this.host.left(author);
  }

  /** Somebody edits what they said. */
  async edits(message: Message, text: string): Promise<void> {
    const place = message.place;
    const edited = { ...message, body: literal(text) };
    await this.host.edit({
      kind: 'edit',
      id: eventId(place, `edit ${++this.#count}`),
      at: this.host.clock.now(),
      place,
      message: edited,
    });
  }

  /** Somebody takes back what they said. */
  async removes({ id, place }: Message): Promise<void> {
    await this.host.remove({
      kind: 'removal',
      id: eventId(place, `removal ${++this.#count}`),
      at: this.host.clock.now(),
      place,
      target: id,
    });
  }

  /** Somebody reacts to a message, which their room names by this id. */
  async reacts(room: string, author: string, nativeId: string, emoji: string): Promise<void> {
    const { place, at, tag, author: who } = this.#message(room, author, '', '');
    const id = eventId(place, `reaction ${++this.#count}`);
    const target = eventId(place, nativeId);
    await this.host.react({ kind: 'reaction', id, at, place, tag, author: who, emoji: { name: emoji }, target });
  }

  /** What can be read in a room now. */
  in(room: string): string[] {
    return [...this.posts.values()]
      .filter((post) => post.room === room && !post.isGone)
      .map(({ author, text }) => `${author}: ${text}`);
  }

  #message(room: string, author: string, text: string, nativeId: string): Message {
    const place: Place = { kind: 'room', adapter: this.host.id, room: room as RoomRef };
    return {
      kind: 'message',
      id: eventId(place, nativeId),
      at: this.host.clock.now(),
      place,
      tag: 'Platform',
      author: { id: author, name: this.names.get(author) ?? author },
      body: literal(text),
      attachments: [],
    };
  }

  #adapter(token: string): Adapter {
    return {
      platform: 'Platform',
      reactions: 'note',
      start: async () => {
        if (token === 'bad') throw new AdapterError('The platform does not know the token.');
        this.comesAndGoes.add(`start ${token}`);
      },
      stop: async () => void this.comesAndGoes.add(`stop ${token}`),
      open: async (room) => {
        await this.opening;
        const refusal = this.refusals.get(room);
        if (refusal !== undefined) throw new AdapterError(refusal);
        this.opened.add(room);
      },
      close: (room) => void this.opened.delete(room),
      ...(this.takesWhispers && {
        whisper: async (userId, { body }, attempt) => {
          this.whispered.add(`${userId}: ${words(body)}`);
          attempt.done(`whisper ${this.whispered.all.length}`);
        },
      }),
      moderate: async (sanction) => {
        this.sanctions.add(sanction);
        return this.sanctionResult;
      },
      nativeRoomId: (room) => this.nativeIds.get(room),
      roomFault: (room) => this.faults.get(room),
      outranks: async (target, moderator) => {
        if (this.standings === undefined) throw new Error('the platform does not tell');
        // Who signed in with another account is nobody here, unless a test says so.
        if (target.includes(':') && !this.standings.has(target)) return true;
        const standingOf = (id: string) => this.standings?.get(id) ?? 0;
        return moderator === undefined ? standingOf(target) === 0 : standingOf(moderator) > standingOf(target);
      },
      send: async (room, message, attempt) => {
        const sending = this.sending?.();
        if (sending) {
          await new Promise<void>((resolve, reject) => {
            attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason));
            void sending.then(resolve);
          });
        }
        this.#post(room, message, attempt);
      },
      edit: async (room, edit, [first]) => this.#edit(room, edit, first),
      remove: async (room, shown) => {
        this.#checkUp();
        for (const id of shown) this.#change(room, id, (post) => Object.assign(post, { isGone: true }), 'removed');
      },
      async *check() {},
    };
  }

  #post(room: string, message: Message, attempt: Attempt): void {
    this.#checkUp();
    if (this.refuses(words(message.body))) throw new DeliveryError('refused', { passing: false });
    const id = `posted ${this.posts.size}`;
    const post = { room, author: message.author.name, text: words(message.body), isGone: false };
    this.posts.set(id, post);
    attempt.done(id);
    this.sees.add(`${room} ${post.author}: ${post.text}`);
  }

  #edit(room: string, { message }: Edit, id = ''): void {
    this.#checkUp();
    this.#change(room, id, (post) => Object.assign(post, { text: words(message.body) }), 'edited');
  }

  #change(room: string, id: string, change: (post: Post) => void, what: string): void {
    const post = this.posts.get(id);
    if (!post) throw new DeliveryError(`there is no post ${id}`, { passing: false });
    change(post);
    this.sees.add(`${room} ${what}: ${post.text}`);
  }

  #checkUp(): void {
    if (this.isClosed) throw new DeliveryError('nobody may write here', { passing: false });
    if (this.isDown) throw new DeliveryError('the platform is down', { passing: true });
  }
}
