/** A virtual server as a destination: what platform users say is said there by speakers, in order. */
import type { Logger } from 'pino';
import { DeliveryError } from './adapter.ts';
import type { Clock } from './clock.ts';
import { type CrossChat, NotConnectedError, PublishError, RefusedError } from './crosschat/index.ts';
import type { AdapterId, Author, Message, ServerId } from './event.ts';
import { DeliveryQueue } from './outbox.ts';
import { Speakers } from './speakers.ts';
import { forGame } from './text/game.ts';

/** The longest line that is said in a game, in UTF-16 units; longer messages become several. */
const MAX_LINE = 500;

/** How many deliveries may wait before news of people who come, go and change are left out. */
const MAX_PRESENCE = 1_000;

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
  readonly random: () => number;
  readonly log: Logger;
}

/** The room that a message came from, sent along so that another bridge on the network does not carry it back there. */
export interface Origin {
  readonly platform: string;
  readonly room: string;
}

type Delivery =
  | {
      readonly kind: 'say';
      readonly adapter: AdapterId;
      readonly author: Author;
      readonly lines: readonly string[];
      readonly servers: (server: ServerId) => boolean;
      readonly origin: Origin;
      /** How many of the lines have been said. */
      said: number;
      /** The servers that still lack the line that comes next, after a fault half-way. */
      undelivered?: ReadonlySet<string>;
      /** Why the broker refused a line: it would again, so the others don't wait for that. */
      refused?: PublishError;
    }
  | { readonly kind: 'changed'; readonly adapter: AdapterId; readonly platform: string; readonly author: Author }
  | { readonly kind: 'left'; readonly adapter: AdapterId; readonly userId: string };

/** One virtual server. */
export class VirtualServer {
  readonly chat: CrossChat;
  readonly #speakers: Speakers;
  readonly #queue: DeliveryQueue<Delivery>;
  readonly #clock: Clock;
  /** When the time of those who have not come back is over. */
  #patienceEnds = 0;

  constructor({ chat, idle, clock, random, log }: VirtualServerOptions) {
    this.chat = chat;
    this.#clock = clock;
    this.#speakers = new Speakers({ state: chat.state, clock, idle });
    this.#queue = new DeliveryQueue({
      name: `game servers (as ${chat.state.ownId})`,
      deliver: (delivery, signal) => this.#deliver(delivery, signal),
      describe: (delivery) =>
        delivery.kind === 'say'
          ? `${delivery.author.name}: ${delivery.lines.join(' ')}`
          : `presence of a user (${delivery.kind})`,
      size: (delivery) => (delivery.kind === 'say' ? delivery.lines.reduce((sum, line) => sum + line.length, 0) : 0),
      clock,
      random,
      log,
    });
    chat.on('ready', () => {
      this.#patienceEnds = clock.now() + RETURN_TIME;
      this.#queue.retry();
    });
  }

  /** Says a message to every online server that `servers` names. */
  say(message: Message, adapter: AdapterId, servers: (server: ServerId) => boolean, origin: Origin): void {
    const lines = forGame(message, MAX_LINE);
    this.#queue.push({ kind: 'say', adapter, author: message.author, lines, said: 0, servers, origin });
  }

  /** A user's name or looks changed. */
  changed(adapter: AdapterId, platform: string, author: Author): void {
    this.#presence({ kind: 'changed', adapter, platform, author });
  }

  /** A user left the platform's rooms. */
  left(adapter: AdapterId, userId: string): void {
    this.#presence({ kind: 'left', adapter, userId });
  }

  /** Says what still waits, for up to `ms` milliseconds, then leaves the network. */
  async close(ms: number): Promise<void> {
    await this.#queue.close(this.chat.status === 'ready' ? ms : 0);
    this.#speakers.close();
    await this.chat.stop();
  }

  /** Presence mends itself, by the next thing said or by silence, so it never takes the place of what was said. */
  #presence(delivery: Delivery): void {
    if (this.#queue.length < MAX_PRESENCE) this.#queue.push(delivery);
  }

  async #deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    try {
      await this.chat.whenReady(signal);
      if (delivery.kind === 'changed') await this.#speakers.changed(delivery.adapter, delivery.platform, delivery.author);
      else if (delivery.kind === 'left') await this.#speakers.left(delivery.adapter, delivery.userId);
      else {
        await this.#returned(delivery.servers, signal);
        await this.#say(delivery);
      }
    } catch (error) {
      if (error instanceof PublishError || error instanceof NotConnectedError || signal.aborted) {
        throw new DeliveryError('no connection to the MQTT broker; messages wait', { passing: true, cause: error });
      }
      throw error;
    }
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

  async #say(delivery: Extract<Delivery, { kind: 'say' }>): Promise<void> {
    const { adapter, author, origin, lines } = delivery;
    const userId = await this.#speakers.speaking(adapter, origin.platform, author);
    for (const line of lines.slice(delivery.said)) {
      const only = delivery.undelivered;
      try {
        await this.chat.state.say(userId, line, {
          to: (server) => (only ? only.has(server.id) : delivery.servers(server.id as ServerId)),
          extra: { origin },
        });
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        if (!(error.cause instanceof RefusedError)) {
          delivery.undelivered = new Set(error.undelivered);
          throw error;
        }
        delivery.refused = error;
      }
      delete delivery.undelivered;
      delivery.said += 1;
    }
    if (delivery.refused) throw new DeliveryError(delivery.refused.message, { passing: false, cause: delivery.refused });
  }
}
