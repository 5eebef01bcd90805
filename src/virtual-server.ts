/** A virtual server as a destination: what platform users say is said there by speakers, in order. */
import { DeliveryError } from './adapter.ts';
import type { Clock } from './clock.ts';
import { type CrossChat, NotConnectedError, PublishError, RefusedError } from './crosschat/index.ts';
import type { AdapterId, Author, Departure, Edit, Message, Profile, ServerId } from './event.ts';
import type { KeptAttempt } from './outbox/destination.ts';
import { Speakers } from './speakers.ts';
import { forGame } from './text/game.ts';

/** The longest line that is said in a game, in UTF-16 units; longer messages become several. */
const MAX_LINE = 500;

/**
 * After a reconnect, so many milliseconds are given to servers that were online before it: a broker that was restarted cuts off
 * everybody, and what is said before they are back would be lost to them.
 */
const RETURN_TIME = 10_000;

/** What a virtual server is made of. */
export interface VirtualServerOptions {
  readonly chat: CrossChat;
  /** After so many milliseconds of silence a speaker leaves. */
  readonly idle: number;
  readonly clock: Clock;
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

/** How far a message came that could not be said at once. */
interface Progress {
  /** How many of the lines have been said. */
  said: number;
  /** The servers that still lack the line that comes next, after a fault half-way. */
  undelivered?: ReadonlySet<string>;
  /** Why the broker refused a line: it would again, so the others don't wait for that. */
  refused?: PublishError;
}

/** One virtual server. */
export class VirtualServer {
  readonly chat: CrossChat;
  readonly #speakers: Speakers;
  readonly #clock: Clock;
  /** By event, for those that were begun. */
  readonly #progress = new WeakMap<Message | Edit, Progress>();
  /** When the time of those who have not come back is over. */
  #patienceEnds = 0;

  constructor({ chat, idle, clock }: VirtualServerOptions) {
    this.chat = chat;
    this.#clock = clock;
    this.#speakers = new Speakers({ state: chat.state, clock, idle });
    chat.on('ready', () => {
      this.#patienceEnds = clock.now() + RETURN_TIME;
    });
  }

  /** Whether the network can see a platform's user. */
  isPresent(adapter: AdapterId, userId: Author['id']): boolean {
    return this.#speakers.has(adapter, userId);
  }

  /**
   * Says a message to the online servers that hear it, or an edit as a line that begins with `* `; or tells what is new of a speaker.
   * @throws {DeliveryError}
   */
  async deliver({ event, adapter, platform, servers, origin }: NetworkDelivery, { signal }: KeptAttempt): Promise<void> {
    try {
      await this.chat.whenReady(signal);
      if (event.kind === 'profile') await this.#speakers.changed(adapter, platform, event.author);
      else if (event.kind === 'departure') await this.#speakers.left(adapter, event.userId);
      else {
        await this.#returned(servers, signal);
        await this.#say(event, adapter, platform, servers, origin);
      }
    } catch (error) {
      if (error instanceof PublishError || error instanceof NotConnectedError || signal.aborted) {
        throw new DeliveryError('no connection to the MQTT broker; messages wait', { passing: true, cause: error });
      }
      throw error;
    }
  }

  /** Leaves the network. */
  async close(): Promise<void> {
    this.#speakers.close();
    await this.chat.stop();
  }

  /** Waits, for a bounded time, until those of the servers that were online before an outage are back. */
  async #returned(servers: (server: ServerId) => boolean, signal: AbortSignal): Promise<void> {
    const complete = () => !this.chat.state.missing().some(({ id }) => servers(id as ServerId));
    const left = this.#patienceEnds - this.#clock.now();
    if (left <= 0 || complete()) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.chat.off('server', look);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const look = () => {
        if (complete()) end();
      };
      const cancel = this.#clock.after(left, end);
      this.chat.on('server', look);
      signal.addEventListener('abort', end);
    });
    signal.throwIfAborted();
  }

  async #say(
    event: Message | Edit,
    adapter: AdapterId,
    platform: string,
    servers: (server: ServerId) => boolean,
    origin: Origin | undefined,
  ): Promise<void> {
    const message = event.kind === 'edit' ? event.message : event;
    const mark = event.kind === 'edit' ? '* ' : '';
    const lines = forGame(message, MAX_LINE - mark.length).map((line, index) => (index === 0 ? mark + line : line));
    const progress = this.#progress.get(event) ?? { said: 0 };
    this.#progress.set(event, progress);
    const userId = await this.#speakers.speaking(adapter, platform, message.author);
    for (const line of lines.slice(progress.said)) {
      const only = progress.undelivered;
      try {
        await this.chat.state.say(userId, line, {
          to: (server) => (only ? only.has(server.id) : servers(server.id as ServerId)),
          ...(origin && { extra: { origin } }),
        });
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        if (!(error.cause instanceof RefusedError)) {
          progress.undelivered = new Set(error.undelivered);
          throw error;
        }
        progress.refused = error;
      }
      delete progress.undelivered;
      progress.said += 1;
    }
    if (progress.refused) throw new DeliveryError(progress.refused.message, { passing: false, cause: progress.refused });
  }
}
