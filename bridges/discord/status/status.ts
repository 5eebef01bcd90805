/** Who plays where, at a glance: status messages, topics and the bot's presence. */
import type { Client } from 'discord.js';
import type { AdapterHost } from '../../../src/adapter.ts';
import type { DiscordConfig } from '../config.ts';
import type { Requests } from '../rest.ts';
import { Board } from './board.ts';
import { Picture } from './picture.ts';
import { Presence } from './presence.ts';
import { StatusRequests } from './requests.ts';

/** What of the network may change what is shown. */
const events = ['ready', 'down', 'server', 'user', 'state', 'meta'] as const;

export class Status {
  readonly #host: AdapterHost;
  readonly #config: Pick<DiscordConfig, 'status'>;
  readonly #requests: StatusRequests;
  readonly #picture: Picture;
  readonly #presence: Presence | undefined;
  #boards: readonly Board[] = [];
  #isOn = false;
  readonly #ask = () => {
    this.#picture.notice();
    this.#presence?.ask();
    for (const board of this.#boards) board.ask();
  };

  constructor(host: AdapterHost, config: Pick<DiscordConfig, 'status' | 'presence'>, requests: Requests) {
    this.#host = host;
    this.#config = config;
    this.#requests = new StatusRequests(requests);
    this.#picture = new Picture(host.chat, host.clock);
    this.#presence = config.presence ? new Presence(this.#picture, host) : undefined;
  }

  /** Shows the bot's presence on this connection. */
  follow(client: Client): void {
    this.#presence?.follow(client);
  }

  /** Begins to show it all. @param userId that of the bot's user */
  start(userId: string): void {
    if (this.#isOn) return;
    this.#isOn = true;
    const { chat } = this.#host;
    const parts = { host: this.#host, requests: this.#requests, picture: this.#picture, userId };
    this.#boards = this.#config.status.map((entry) => new Board(entry, parts));
    for (const event of events) chat.on(event, this.#ask);
    this.#ask();
  }

  /** What is shown stays. */
  stop(): void {
    for (const event of events) this.#host.chat.off(event, this.#ask);
    this.#presence?.stop();
    for (const board of this.#boards) board.stop();
  }
}
