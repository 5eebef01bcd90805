/** The web chat as an adapter: rooms whose messages stand in logs, and pages that are told of them. */
import {
  type Adapter,
  AdapterError,
  type AdapterHost,
  type Attempt,
  DeliveryError,
  type Finding,
  type Medium,
  type OwnReaction,
  type Rank,
  reaches,
} from '../../src/adapter.ts';
import type { Author, Edit, Message, Notice, Place, RoomRef, Typing, Whisper } from '../../src/event.ts';
import { type Assets, loadAssets } from '../../src/http/assets.ts';
import type { Route } from '../../src/http/route.ts';
import { isEmoji } from '../../src/text/emoji.ts';
import type { WhisperEntry } from '../../web/chat/wire.ts';
import { Audience, eventText } from './audience.ts';
import type { WebChatConfig } from './config.ts';
import { contentOf, entryOf, goneOf, keyOf, noticeEntryOf, personOf } from './entry.ts';
import { ENDPOINTS, type Endpoints, SignIn } from './login/sign-in.ts';
import { Logs } from './logs.ts';
import { Presence } from './presence.ts';
import { Roster } from './roster.ts';
import { routesOf } from './routes.ts';
import { Sessions } from './sessions.ts';
import { ELSEWHERE, tallied } from './tallies.ts';
import { Uploads } from './uploads/uploads.ts';
import { whisperEntryOf } from './whisper-entry.ts';
import { WhisperLog } from './whispers.ts';

/** What can be set otherwise than by the operator. */
export interface Extras {
  /** Whether whoever gets in may do everything: where nobody gets in but the operator. */
  readonly trusted?: boolean;
  /** Where Steam and Discord answer. */
  readonly endpoints?: Endpoints;
}

/** A web chat. */
export class WebChat implements Adapter {
  readonly platform = 'Web chat';
  readonly reactions = 'native';
  readonly routes: readonly Route[];
  readonly config: WebChatConfig;
  readonly host: AdapterHost;
  readonly sessions: Sessions;
  readonly audience: Audience;
  readonly signIn: SignIn;
  readonly whispers: WhisperLog;
  readonly uploads: Uploads;
  readonly logs: Logs;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly #trusted: boolean;
  #assets: Assets | undefined;

  constructor(config: WebChatConfig, host: AdapterHost, { trusted = false, endpoints = ENDPOINTS }: Extras = {}) {
    const { clock, memory, chat } = host;
    this.config = config;
    this.host = host;
    this.#trusted = trusted;
    this.sessions = new Sessions(memory, clock);
    this.signIn = new SignIn(config, clock, endpoints);
    this.whispers = new WhisperLog(memory);
    this.presence = new Presence({
      clock,
      here: () => this.audience.people,
      personOf: (author) => personOf(author, this.placeOf(''), this.base),
      left: (userId) => host.left(userId),
      changed: (people) => this.audience.tell(eventText('people', people)),
    });
    this.audience = new Audience(clock, this.presence);
    this.logs = new Logs(memory, (text) => this.audience.tell(text));
    this.uploads = new Uploads(config, host, (author) => keyOf(author, this.placeOf('')));
    this.roster = new Roster({
      chat,
      hears: (server) => host.hears(server),
      clock,
      base: () => this.base,
      changed: (id, server) => this.audience.tell(server ? eventText('server', server) : eventText('server-gone', { id })),
    });
    this.routes = routesOf(this);
  }

  async start(): Promise<void> {
    const { host } = this;
    let assets: Assets;
    try {
      assets = loadAssets(['parts', 'chat']);
    } catch (error) {
      host.log.debug({ err: error }, 'the pages can not be read');
      throw new AdapterError('Web chat: its page is not there; run `npm run build`.');
    }
    if (host.webUrl === undefined)
      throw new AdapterError('Web chat: the bridge serves no HTTP, so nobody can open it; set HTTP_PORT or the key http.');
    await this.sessions.load();
    await this.whispers.load(host.clock.now());
    await this.#openUploads();
    await this.logs.load(host.rooms);
    // Only now it is known who is signed in: pages that ask before would take it for the end.
    this.#assets = assets;
    this.roster.start();
    host.log.info(`Web chat: ${this.base}/chat/`);
  }

  async stop(): Promise<void> {
    this.roster.stop();
    this.audience.close();
    // Behind the end of the pages: they come back, and whose they are is not gone.
    this.presence.stop();
    await this.uploads.stop();
  }

  async *check(): AsyncIterable<Finding> {
    yield this.host.webUrl === undefined
      ? { ok: false, text: 'Web chat: the bridge serves no HTTP, so nobody can open it; set HTTP_PORT or the key http.' }
      : { ok: true, text: `Web chat: people find it at ${this.host.webUrl}/chat/.` };
    if (!this.config.guests && this.signIn.services.length === 0)
      yield { ok: false, text: 'Web chat: nobody can get in; set guests to true, or configure steam or discord.' };
  }

  async open(room: RoomRef): Promise<void> {
    await this.logs.open(room);
  }

  close(room: RoomRef): void {
    this.logs.close(room);
  }

  async send(room: RoomRef, message: Message, attempt: Attempt): Promise<void> {
    const log = this.logs.of(room);
    // What was added and not confirmed stands there already.
    const known = log.showing(message.id) ?? (await log.add(entryOf(message, this.host.id, this.base)));
    if (attempt.shown.length === 0) attempt.done(known.id);
  }

  async edit(room: RoomRef, { message }: Edit, shown: readonly string[]): Promise<void> {
    const content = contentOf(message, this.host.id, this.base);
    for (const id of shown) await this.logs.of(room).alter(id, (entry) => ({ ...entry, ...content, edited: true }));
  }

  async remove(room: RoomRef, shown: readonly string[]): Promise<void> {
    const log = this.logs.of(room);
    for (const id of shown) {
      const attachments = log.get(id)?.attachments;
      await log.alter(id, goneOf);
      await this.uploads.remove(attachments);
    }
  }

  async notify(room: RoomRef, notice: Notice): Promise<void> {
    await this.logs.of(room).add(noticeEntryOf(notice, this.base));
  }

  async react(room: RoomRef, { message, emoji, isOn }: OwnReaction): Promise<boolean> {
    if (emoji.url !== undefined || !isEmoji(emoji.name)) return false;
    await this.countReaction(room, message, emoji.name, ELSEWHERE, isOn);
    return true;
  }

  typing(room: RoomRef, { place, author, until }: Typing): void {
    if (!this.config.typing || this.logs.get(room) === undefined) return;
    const lasting = Math.max(0, until - this.host.clock.now());
    this.audience.tell(eventText('typing', { room, person: personOf(author, place, this.base), lasting }));
  }

  async openMedia(uri: string, signal: AbortSignal): Promise<Medium | undefined> {
    return this.uploads.open(uri, signal);
  }

  async whisper(userId: Author['id'], whisper: Whisper, attempt: Attempt): Promise<void> {
    const isIn = [...this.sessions.all()].some(({ author }) => author.id === userId);
    if (!isIn) throw new DeliveryError('is not signed in any more', { passing: false });
    const entry = whisperEntryOf(whisper, this.host.id, this.base);
    const { id } = entry;
    if (!this.whispers.has(userId, id) && !this.tellWhisper(userId, entry) && !(await this.whispers.keep(userId, entry)))
      throw new DeliveryError('has too many whispers to read already', { passing: false });
    if (attempt.shown.length === 0) attempt.done(id);
  }

  awaySince(userId: Author['id']): number | undefined {
    return this.presence.awaySince(userId);
  }

  /** Where people reach the bridge, without a `/` at its end. */
  get base(): string | undefined {
    return this.host.webUrl;
  }

  /** The page's files; undefined before it has started. */
  get assets(): Assets | undefined {
    return this.#assets;
  }

  /** What a user may do. */
  rankOf(userId: Author['id']): Rank {
    const { admins, moderators } = this.config;
    if (this.#trusted || admins.includes(userId)) return 'admin';
    return moderators.includes(userId) ? 'moderator' : 'everybody';
  }

  async outranks(target: Author['id'], moderator: Author['id'] | undefined): Promise<boolean> {
    const rank = this.rankOf(target);
    return moderator === undefined ? rank === 'everybody' : !reaches(rank, this.rankOf(moderator));
  }

  /** A place for what somebody says. */
  placeOf(room: string): Place & { kind: 'room' } {
    return { kind: 'room', adapter: this.host.id, room: room as RoomRef };
  }

  /** Counts a reaction. */
  async countReaction(room: string, id: string, emoji: string, key: string, on: boolean): Promise<void> {
    await this.logs.get(room)?.alter(id, (entry) => ({
      ...entry,
      reactions: tallied(entry.reactions ?? [], emoji, key, on),
    }));
  }

  /** Shows a whisper to a user on their pages. Whether they have one open. */
  tellWhisper(userId: Author['id'], entry: WhisperEntry): boolean {
    const isTold = this.audience.tellOne(userId, eventText('whisper', entry));
    if (isTold) this.whispers.add(userId, entry);
    return isTold;
  }

  /** @throws {AdapterError} */
  async #openUploads(): Promise<void> {
    try {
      await this.uploads.start();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new AdapterError(`Web chat: the folder for files that people send can't be used (${why}).`);
    }
  }
}
