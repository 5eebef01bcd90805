import { EventEmitter } from 'node:events';
import { backoff } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { refusesVersion, TakenOverError, type Version } from './connection.ts';
import { Continuity } from './continuity.ts';
import { NotConnectedError } from './errors.ts';
import type { CrossChatEvents } from './events.ts';
import { explain } from './explain.ts';
import { forgetSession } from './forget-session.ts';
import { type Log, silent } from './log.ts';
import { type CrossChatOptions, checkedUrls } from './options.ts';
import { Session, StuckSessionError } from './session.ts';
import { CrossChatState } from './state.ts';

/** Where a {@link CrossChat} stands. */
export type CrossChatStatus = 'stopped' | 'connecting' | 'ready' | 'takenOver';

/** Milliseconds after which a connection counts as a good one, so that the next back-off begins anew. */
const STABLE = 10_000;

/**
 * A server on the crosschat network: keeps a connection to the broker, and tells what happens there.
 *
 * It announces itself at each connect, says goodbye when stopped, and lets the broker say it when it is cut off. When another
 * process connects with the same server id, it steps back instead of fighting for its place. Listeners that throw are logged.
 */
export class CrossChat extends EventEmitter<CrossChatEvents> {
  /** The picture of the network, and everything that can be said to it. */
  readonly state: CrossChatState;
  readonly #options: CrossChatOptions;
  readonly #urls: readonly URL[];
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #continuity: Continuity;
  #loading: Promise<void> | undefined;
  #heardAt = 0;
  #willDelay = 0;
  /** Addresses that refused MQTT 5. */
  readonly #onlyOldVersion = new Set<URL>();
  /** Problems that were told since the last time all was well. */
  readonly #problems = new Set<string>();
  #status: CrossChatStatus = 'stopped';
  #session: Session | undefined;
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @throws {CrossChatConfigError} when the options can't work, or are unsafe without saying so in words */
  constructor(options: CrossChatOptions) {
    super();
    this.#urls = checkedUrls(options);
    this.#options = options;
    this.#log = options.log ?? silent;
    this.#clock = options.clock ?? systemClock;
    const { topicPrefix = 'crosschat/', persistence, inherits = false } = options;
    const receive = (topic: string, payload: string | Uint8Array) => this.state.receive(topic, payload);
    this.#continuity = new Continuity({
      persistence,
      topicPrefix,
      urls: this.#urls,
      inherits,
      now: this.#clock.now(),
      hears: (serverId) => this.state.hears(serverId),
      receive,
    });
    this.state = new CrossChatState({
      ...options,
      ownId: options.serverId,
      note: this.#continuity.persistence.note,
      publish: (topic, payload, retain) =>
        this.#session?.publish(topic, payload, retain) ?? Promise.reject(new NotConnectedError()),
      emit: (name, event) => this.#tell(name, event),
      ownStatus: (status) => this.#session?.heard(status),
      holding: this.#continuity.outgoing,
    });
  }

  get status(): CrossChatStatus {
    return this.#status;
  }

  /** When anything came from the broker last, in milliseconds since the epoch; 0 before that. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** How long the broker will wait before it tells others that we were cut off, in milliseconds, as far as it told us. */
  get willDelay(): number {
    return this.#willDelay;
  }

  /**
   * Reads what an earlier process left. {@link start} does it too: only to add users before that, it has to be awaited first, so that
   * no id is given twice. Rejects when the store can't be read.
   */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const kept = await this.#continuity.load();
    if (kept !== undefined) this.state.restore(kept);
  }

  /** Connects, and keeps connected from then on. After {@link stop}, or when another process took over, it can be called again. */
  start(): void {
    if (this.#status === 'connecting' || this.#status === 'ready') return;
    this.#status = 'connecting';
    if (this.#stopping.signal.aborted) this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    this.#running = this.#running.then(() => this.#run(signal));
  }

  /** Resolves when connected and announced, with the picture complete. Rejects when stopped or taken over, or when `signal` says so. */
  whenReady(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#status === 'ready') {
        resolve();
        return;
      }
      if (this.#status === 'takenOver') {
        reject(new NotConnectedError('Another process took over.'));
        return;
      }
      if (this.#stopping.signal.aborted) {
        reject(new NotConnectedError('It was stopped.'));
        return;
      }
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const done = (settle: () => void): void => {
        this.off('ready', ready).off('takenOver', takenOver);
        this.#stopping.signal.removeEventListener('abort', stopped);
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const ready = (): void => done(resolve);
      const takenOver = (): void => done(() => reject(new NotConnectedError('Another process took over.')));
      const stopped = (): void => done(() => reject(new NotConnectedError('It was stopped.')));
      const aborted = (): void => done(() => reject(signal?.reason));
      this.on('ready', ready).on('takenOver', takenOver);
      this.#stopping.signal.addEventListener('abort', stopped);
      signal?.addEventListener('abort', aborted);
    });
  }

  /**
   * Says goodbye and disconnects, within 5 s. Never throws.
   * @param options without the goodbye, it is to everybody else as if this process were killed
   */
  async stop({ goodbye = true }: { goodbye?: boolean } = {}): Promise<void> {
    this.#stopping.abort();
    if (goodbye) await this.#session?.goodbye();
    else this.#session?.cut();
    await this.#session?.close();
    await this.#running;
    this.#continuity.outgoing.giveUp();
    this.#status = 'stopped';
    this.state.summariseComplaints();
  }

  async #run(signal: AbortSignal): Promise<void> {
    if (!(await this.#loaded())) return;
    let attempt = 0;
    let announced = false;
    for (let turn = 0; !signal.aborted; ) {
      const url = this.#urls[turn % this.#urls.length];
      if (url === undefined) return;
      const { error, lasted, joined } = await this.#serve(url, announced);
      announced ||= joined;
      if (signal.aborted) return;
      if (error instanceof TakenOverError) {
        this.#stepBack();
        return;
      }
      if (this.#takeOldVersion(url, error)) continue;
      this.#report(url, error);
      if (lasted >= STABLE) attempt = 0;
      attempt += 1;
      turn += 1;
      await this.#pause(backoff(attempt, this.#options.random ?? Math.random), signal);
    }
  }

  /** Whether what an earlier process left could be read. */
  async #loaded(): Promise<boolean> {
    try {
      await this.load();
      return true;
    } catch (err) {
      this.#log.error({ err }, `What ${this.state.ownId} kept could not be read, so it does not connect.`);
      return false;
    }
  }

  /** One connection, from its beginning to its end: why it ended, how long it was ready, and whether the others heard of us. */
  async #serve(url: URL, again: boolean): Promise<{ error: unknown; lasted: number; joined: boolean }> {
    let readyAt = Number.POSITIVE_INFINITY;
    let session: Session | undefined;
    let error: unknown;
    try {
      session = this.#open(url, await this.#cleans(url));
      await session.join(again);
      readyAt = this.#clock.now();
      this.#ready(url);
      await session.ended();
    } catch (reason) {
      error = reason;
      if (reason instanceof StuckSessionError) this.#continuity.letGo();
    }
    const joined = session?.announced ?? false;
    await session?.close();
    this.#session = undefined;
    this.state.disconnected();
    return { error, lasted: this.#clock.now() - readyAt, joined };
  }

  /**
   * Whether the broker is to forget what it holds for our client id, now and after the connection. It has to forget when we know nothing
   * of it: packet ids would mean other packets. That is done by a connection of its own: MQTT 3.1.1 would not keep the session of
   * one that begins so, and with MQTT 5 Mosquitto 2.0 does not keep it over a restart.
   */
  async #cleans(url: URL): Promise<boolean> {
    if (!this.#continuity.durable) return true;
    if (!this.#continuity.held) await forgetSession({ url, version: this.#version(url), ...this.#options });
    return false;
  }

  #open(url: URL, clean: boolean): Session {
    this.#session = new Session({
      url,
      clean,
      version: this.#version(url),
      state: this.state,
      options: this.#options,
      continuity: this.#continuity,
      clock: this.#clock,
      heard: () => {
        this.#heardAt = this.#clock.now();
      },
      began: (willDelay) => {
        this.#willDelay = willDelay;
      },
      problem: (sentence) => this.#problem(sentence),
    });
    return this.#session;
  }

  #version(url: URL): Version {
    const { protocolVersion = 'auto' } = this.#options;
    if (protocolVersion !== 'auto') return protocolVersion;
    return this.#onlyOldVersion.has(url) ? 4 : 5;
  }

  /** Whether the broker refused MQTT 5, and we have not yet tried 3.1.1. */
  #takeOldVersion(url: URL, error: unknown): boolean {
    if (!refusesVersion(error) || this.#version(url) !== 5 || this.#options.protocolVersion === 5) return false;
    this.#onlyOldVersion.add(url);
    return true;
  }

  #ready(url: URL): void {
    if (this.#stopping.signal.aborted) return;
    this.#status = 'ready';
    this.#problems.clear();
    this.#log.info(
      { broker: url.host, mqtt: this.#version(url) },
      `Connected to the MQTT broker ${url.host} as ${this.state.ownId}.`,
    );
    this.#tell('ready');
  }

  /** Tells that the connection is gone, or why it could not be made. */
  #report(url: URL, error: unknown): void {
    const sentence = explain(url.host, error);
    if (this.#status !== 'ready') {
      this.#problem(sentence);
      return;
    }
    this.#status = 'connecting';
    this.#log.warn({ broker: url.host }, `Lost the connection. ${sentence}`);
    this.#tell('down', sentence);
  }

  #problem(sentence: string): void {
    if (this.#problems.has(sentence)) return;
    this.#problems.add(sentence);
    this.#log.warn({}, sentence);
    this.#tell('problem', sentence);
  }

  #stepBack(): void {
    const sentence = `Another process connected as ${this.state.ownId} and took over. This one does not try again: stop one of them.`;
    this.#status = 'takenOver';
    this.#continuity.letGo();
    this.#continuity.outgoing.giveUp();
    this.#log.error({}, sentence);
    this.#tell('takenOver', sentence);
  }

  #tell(name: keyof CrossChatEvents, ...event: unknown[]): void {
    try {
      EventEmitter.prototype.emit.call(this, name, ...event);
    } catch (err) {
      this.#log.error({ err, listener: name }, `A listener of ${name} failed.`);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(ms, done);
      signal.addEventListener('abort', done);
    });
  }
}
