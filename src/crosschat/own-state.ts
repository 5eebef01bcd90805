import { NotConnectedError } from './errors.ts';
import { statusOf } from './outgoing.ts';
import type { CrossChatServer } from './server.ts';

/** What we tell about our own server, and what the broker holds of it: status, meta and states. */
export class OwnState {
  /** Names this process in our status. */
  #instance: string | undefined;
  readonly #me: CrossChatServer;
  readonly #publish: (key: string, payload: string) => Promise<void>;
  /** Meta and states, as they came back to us. */
  readonly #retained = new Map<string, string>();

  /** @param publish publishes at `state/<own id>/<key>`, retained */
  constructor(me: CrossChatServer, publish: (key: string, payload: string) => Promise<void>) {
    this.#me = me;
    this.#publish = publish;
  }

  /** We are connected, and known as this from now on. */
  connected(started: number, instance: string | undefined): void {
    this.#instance = instance;
    this.#me.online = true;
    this.#me.started = started;
  }

  /** We are not connected any more. */
  disconnected(): void {
    this.#me.online = false;
    this.#retained.clear();
  }

  /** Our own meta or a state of ours came back to us. */
  heard(key: string, text: string): void {
    this.#retained.set(key, text);
  }

  /** Publishes our status. */
  publishStatus(): Promise<void> {
    return this.#publish('status', statusOf(this.#me.started, this.#instance));
  }

  /** Publishes status, meta and states. Resolves when the broker has taken them. */
  async announce(): Promise<void> {
    const sent = [this.publishStatus()];
    for (const [key, value] of this.#all()) sent.push(this.#publish(key, value));
    await Promise.all(sent);
  }

  /** Publishes what the broker holds otherwise of our meta and states, once what it holds has come. */
  async mend(): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const [key, value] of this.#all()) if (this.#retained.get(key) !== value) sent.push(this.#publish(key, value));
    await Promise.all(sent);
  }

  /** Publishes meta or a state that has changed; while we are not connected, the next connection does. */
  async changed(key: string, payload: string): Promise<void> {
    if (!this.#me.online) return;
    await this.#publish(key, payload).catch((error: unknown) => {
      if (!(error instanceof NotConnectedError)) throw error;
    });
  }

  #all(): [string, string][] {
    return [['meta', JSON.stringify(this.#me.meta)], ...this.#me.states];
  }
}
