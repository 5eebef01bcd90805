/** A virtual server as a destination: what platform users say is said there by speakers, in order. */
import { DeliveryError } from './adapter.ts';
import type { Clock } from './clock.ts';
import { type CrossChat, type CrossChatUser, PublishError, RefusedError, RemoteLua } from './crosschat/index.ts';
import type { AdapterId, Author, Departure, Edit, Message, Profile, RoomRef, ServerId, Whisper } from './event.ts';
import type { KeptAttempt } from './outbox/destination.ts';
import { type Speaker as KnownSpeaker, type SpeakerStore, Speakers, type SpeakersOptions } from './speakers.ts';
import { forGame } from './text/game.ts';

/** The longest line that is said in a game, in UTF-16 units; longer messages become several. */
const MAX_LINE = 500;

/** What a virtual server is made of. */
export interface VirtualServerOptions {
  readonly chat: CrossChat;
  /** After so many milliseconds of silence a speaker leaves. */
  readonly idle: number;
  readonly clock: Clock;
  /** Where its speakers are kept over a restart. */
  readonly speakers?: SpeakerStore;
  /** The SteamID of a platform's user who has shown it in a game. */
  readonly steamid64Of?: SpeakersOptions['steamid64Of'];
  /** Of whom nothing is said any more, though it may have been taken before, and who is not seen. Not asked of the bridge itself. */
  readonly isBarred?: (adapter: AdapterId, userId: Author['id']) => boolean;
}

/** The room that a message came from, sent along so that another bridge on the network does not carry it back there. */
export interface Origin {
  readonly platform: string;
  readonly room: string;
}

/** An event for game servers, with what the configuration says now of where it is from. */
export interface NetworkDelivery {
  readonly event: Message | Edit | Profile | Departure;
  readonly adapter: AdapterId;
  /** The kind of adapter, for example `discord`. */
  readonly platform: string;
  /** Who hears it. */
  readonly servers: (server: ServerId) => boolean;
  /** Absent for what is from no room. */
  readonly origin: Origin | undefined;
}

/** A platform user who speaks. */
interface Speaker {
  readonly adapter: AdapterId;
  /** The kind of adapter, for example `discord`. */
  readonly platform: string;
  readonly author: Author;
}

/** The name by which the bridge itself speaks. */
const OWN: Speaker = { adapter: '' as AdapterId, platform: 'bridge', author: { id: 'bridge', name: 'Bridge' } };

/** One virtual server. */
export class VirtualServer {
  readonly chat: CrossChat;
  readonly #speakers: Speakers;
  readonly #isBarred: NonNullable<VirtualServerOptions['isBarred']>;
  #closed = false;

  constructor({ chat, idle, clock, speakers, steamid64Of, isBarred = () => false }: VirtualServerOptions) {
    this.chat = chat;
    this.#isBarred = isBarred;
    const kept = {
      ...(speakers && { store: speakers }),
      ...(steamid64Of && { steamid64Of }),
      isBarred: (adapter: AdapterId, userId: Author['id']) => adapter !== OWN.adapter && isBarred(adapter, userId),
    };
    this.#speakers = new Speakers({ state: chat.state, clock, idle, ...kept });
  }

  /** Goes to the network, with those speakers who were there when an earlier process ended. Rejects when the store can't be read. */
  async start(): Promise<void> {
    await this.chat.load();
    await this.#speakers.restore();
    if (!this.#closed) this.chat.start();
  }

  /** Whether the network can see a platform's user. */
  isPresent(adapter: AdapterId, userId: Author['id']): boolean {
    return this.#speakers.has(adapter, userId);
  }

  /** Whether the network has ever seen a platform's user. Rejects when the store can't be read. */
  knows(adapter: AdapterId, userId: Author['id']): Promise<boolean> {
    return this.#speakers.knows(adapter, userId);
  }

  /** Where a platform's user spoke last, if the network can see them, or did not long ago; known after a restart as well. */
  roomOf(adapter: AdapterId, userId: Author['id']): RoomRef | undefined {
    return this.#speakers.roomOf(adapter, userId);
  }

  /** The platform user whom the network sees, or saw, as this user of ours. Rejects when the store can't be read. */
  everSpeaker(id: number): Promise<KnownSpeaker | undefined> {
    return this.#speakers.everWithId(id);
  }

  /** The users of an adapter whom the network can see: all of them, or those who spoke last in one room. */
  speakersOf(adapter: AdapterId, room?: RoomRef): readonly KnownSpeaker[] {
    return this.#speakers.of(adapter, room);
  }

  /** A platform's user is gone from the network at once, if it can see them. @param reason for those who are told why */
  dismiss(adapter: AdapterId, userId: Author['id'], reason?: string): void {
    this.#speakers.left(adapter, userId, reason);
  }

  /**
   * A platform's user, if the network can see them, says something to every server at once, whatever else of theirs waits.
   * @throws what {@link CrossChat.state} throws when somebody did not hear it
   */
  exclaim(adapter: AdapterId, userId: Author['id'], text: string): Promise<void> {
    return this.#speakers.exclaim(adapter, userId, text);
  }

  /** A platform's user has shown what their SteamID is, or takes it back: the network is told, if it can see them. */
  identified(adapter: AdapterId, userId: Author['id']): void {
    this.#speakers.identified(adapter, userId);
  }

  /**
   * Says a message to the online servers that hear it, or an edit as a line that begins with `* `; or tells what is new of a speaker.
   * It waits until we are connected; then it hands over all packets at once, and completes the attempt: from then on they are kept,
   * also for servers that went a moment ago and are about to be back. Resolves when the broker has taken them, or when the connection is
   * gone: the next one sends them.
   * @throws {DeliveryError} not passing when the broker refuses it; passing when nothing was handed over
   */
  async deliver(delivery: NetworkDelivery, attempt: Pick<KeptAttempt, 'signal' | 'complete' | 'assertCurrent'>): Promise<void> {
    const { event, adapter } = delivery;
    const author = event.kind === 'message' ? event.author : event.kind === 'edit' ? event.message.author : undefined;
    await this.#ready(attempt.signal, adapter, author);
    attempt.assertCurrent();
    if (this.#isFromBarred(delivery)) return;
    const said = this.#handOver(delivery);
    attempt.complete();
    await this.#taken(said, attempt.signal);
  }

  /** Who speaks with a user id of this server: a platform's user whom the network can see, or the bridge itself. */
  speaker(id: number): KnownSpeaker | 'bridge' | undefined {
    const found = this.#speakers.withId(id);
    return found?.adapter === OWN.adapter ? 'bridge' : found;
  }

  /** The bridge itself whispers to a player, now or never. @throws {DeliveryError} it did not arrive */
  async whisper(serverId: string, userId: number, text: string): Promise<void> {
    const { adapter, platform, author } = OWN;
    await this.#speakers.recall(adapter, author.id);
    if (!this.chat.state.me().online) throw notConnected();
    try {
      await this.chat.state.pm(this.#speakers.speaking(adapter, platform, author), serverId, userId, text);
    } catch (cause) {
      throw new DeliveryError(cause instanceof Error ? cause.message : String(cause), { passing: false, cause });
    }
  }

  /** Resolves when we are connected. @throws {DeliveryError} passing, when that takes too long */
  async ready(signal: AbortSignal): Promise<void> {
    await this.chat.whenReady(signal).catch((cause: unknown) => {
      throw notConnected(cause);
    });
  }

  /**
   * Hands a whisper to a player over, like {@link deliver}. Whoever does becomes visible to the network first, so that they can be answered.
   * @param platform the kind of the sender's adapter
   * @param find the player, if they are there now
   * @returns whether they are: otherwise nothing was handed over
   * @throws {DeliveryError} as {@link deliver} does
   */
  async deliverWhisper(
    whisper: Whisper,
    platform: string,
    find: () => CrossChatUser | undefined,
    attempt: Pick<KeptAttempt, 'signal' | 'complete'>,
  ): Promise<boolean> {
    const { from } = whisper;
    const { adapter, author } = from.kind === 'user' ? from : OWN;
    await this.#ready(attempt.signal, adapter, author);
    const player = find();
    if (player === undefined) return false;
    const userId = this.#speakers.speaking(adapter, platform, author);
    const said = forGame(whisper, MAX_LINE).map((line) => this.chat.state.pm(userId, player.server.id, player.id, line));
    attempt.complete();
    await this.#taken(said, attempt.signal);
    return true;
  }

  /** Leaves the network. @param options whether it says goodbye, as in {@link CrossChat.stop} */
  async close(options: { goodbye?: boolean } = {}): Promise<void> {
    this.#closed = true;
    this.#speakers.close();
    RemoteLua.over(this.chat).close();
    await this.chat.stop(options);
  }

  /**
   * Resolves when we are connected, and it is known whether somebody spoke before.
   * @throws {DeliveryError} passing
   */
  async #ready(signal: AbortSignal, adapter: AdapterId, author: Author | undefined): Promise<void> {
    try {
      await this.chat.whenReady(signal);
      if (author) await this.#speakers.recall(adapter, author.id);
    } catch (cause) {
      throw notConnected(cause);
    }
    if (!this.chat.state.me().online) throw notConnected();
  }

  /** Whether it would make somebody visible again who must not be. */
  #isFromBarred({ event, adapter }: NetworkDelivery): boolean {
    if (event.kind === 'departure' || event.kind === 'profile') return false;
    const { author } = event.kind === 'edit' ? event.message : event;
    return this.#isBarred(adapter, author.id);
  }

  /** Hands over everything without waiting. */
  #handOver({ event, adapter, platform, servers, origin }: NetworkDelivery): Promise<void>[] {
    if (event.kind === 'profile') this.#speakers.changed(adapter, platform, event.author);
    else if (event.kind === 'departure') this.#speakers.left(adapter, event.userId);
    if (event.kind === 'profile' || event.kind === 'departure') return [];
    const message = event.kind === 'edit' ? event.message : event;
    const mark = event.kind === 'edit' ? '* ' : '';
    const room = message.place.kind === 'room' ? message.place.room : undefined;
    const userId = this.#speakers.speaking(adapter, platform, message.author, room);
    return forGame(message, MAX_LINE - mark.length).map((line, index) =>
      this.chat.state.say(userId, index === 0 ? mark + line : line, {
        to: (server) => servers(server.id as ServerId),
        ...(origin && { extra: { origin } }),
      }),
    );
  }

  /** Waits until the broker has taken everything, or is gone. */
  async #taken(said: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
    const results = Promise.allSettled(said);
    let over = () => {};
    const gone = new Promise<[]>((resolve) => {
      over = () => resolve([]);
    });
    this.chat.on('down', over).on('takenOver', over);
    signal.addEventListener('abort', over);
    const settled = await Promise.race([results, gone]);
    this.chat.off('down', over).off('takenOver', over);
    signal.removeEventListener('abort', over);
    for (const result of settled) {
      if (result.status === 'fulfilled') continue;
      const { reason } = result;
      // What the connection could not carry is kept, or nobody is there any more to hear it.
      if (reason instanceof PublishError && !(reason.cause instanceof RefusedError)) continue;
      throw new DeliveryError(reason instanceof Error ? reason.message : String(reason), { passing: false, cause: reason });
    }
  }
}

function notConnected(cause?: unknown): DeliveryError {
  return new DeliveryError('no connection to the MQTT broker; messages wait', { passing: true, cause });
}
