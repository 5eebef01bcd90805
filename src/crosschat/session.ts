import type { Clock } from './clock.ts';
import { Connection, TakenOverError, type Version } from './connection.ts';
import { explainRefusal } from './explain.ts';
import type { Identity } from './identity.ts';
import type { CrossChatOptions } from './options.ts';
import { statusOf } from './outgoing.ts';
import type { Status } from './payloads.ts';
import type { CrossChatState } from './state.ts';

/** Milliseconds that we wait for our own status to come back. */
const ECHO_WAIT = 2_000;
/** Milliseconds without a packet after which the picture counts as complete: some brokers send retained messages after newer ones. */
const QUIET = 50;
/** Milliseconds that the broker has for our goodbye. */
const GOODBYE_WAIT = 2_000;
/** Milliseconds that the broker has to close the connection in good order. */
const CLOSE_WAIT = 1_000;
/** Seconds. */
const KEEPALIVE = 4;

/** What a session works with. */
export interface SessionParts {
  readonly url: URL;
  readonly version: Version;
  readonly options: CrossChatOptions;
  readonly state: CrossChatState;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Takes a sentence for the operator. */
  readonly problem: (sentence: string) => void;
}

/** One connection's life on the network: subscribe, look for others of our name, announce, say goodbye. */
export class Session {
  /** Whether peers were told about us on this connection. */
  announced = false;
  readonly #parts: SessionParts;
  readonly #connection: Connection;
  readonly #started: number;
  readonly #statusTopic: string;
  /** Our status as it stands on the broker, as far as we heard. */
  #status: Status | undefined;
  #echoed = false;
  /** Packets received so far. */
  #received = 0;
  #repeating = false;
  #listener: (() => void) | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { url, version, options, state, identity, clock, problem } = parts;
    const { serverId, topicPrefix = 'crosschat/' } = options;
    this.#started = identity.next(clock.now());
    this.#statusTopic = `${topicPrefix}state/${serverId}/status`;
    this.#connection = new Connection({
      url,
      version,
      clientId: serverId,
      username: options.username,
      password: options.password,
      tls: options.tls,
      keepalive: options.keepalive ?? KEEPALIVE,
      will: { topic: this.#statusTopic, payload: statusOf(0, identity.instance) },
      message: (topic, payload) => {
        this.#received += 1;
        state.receive(topic, payload);
      },
      refused: (topic, error) => problem(explainRefusal(url.host, serverId, topic, error)),
    });
  }

  /**
   * Connects and becomes part of the network. Rejects with the reason why not: a {@link TakenOverError} when `again` is set, so
   * that we have been here before, and another process has announced itself under our name since.
   */
  async join(again: boolean): Promise<void> {
    const { options, state } = this.#parts;
    const { serverId, topicPrefix = 'crosschat/' } = options;
    await this.#connection.opened();
    await this.#connection.subscribe([`${topicPrefix}state/+/#`, `${topicPrefix}m/+/${serverId}/#`]);
    if (again) await this.#lookForOthers();
    this.announced = true;
    await this.#connection.whileOpen(state.announce(this.#started).catch(refusedToAnnounce));
    if (!(await this.#heardWithin(() => this.#echoed))) {
      this.#parts.problem(
        `The MQTT broker ${this.#parts.url.host} did not give us our own status back: check that ${serverId} may read and write it.`,
      );
    }
    await this.#connection.whileOpen(this.#quiet());
    state.settled();
  }

  /** Waits, for a bounded time, until nothing more comes by itself. */
  async #quiet(): Promise<void> {
    const end = this.#parts.clock.now() + ECHO_WAIT;
    for (let before = -1; before !== this.#received && this.#parts.clock.now() < end; ) {
      before = this.#received;
      await new Promise<void>((resolve) => {
        this.#parts.clock.after(QUIET, resolve);
      });
    }
  }

  async #lookForOthers(): Promise<void> {
    await this.#heardWithin(() => this.#status !== undefined);
    if (this.#status !== undefined && this.#parts.identity.yieldsTo(this.#status)) throw new TakenOverError();
  }

  /** Waits a bounded time for what {@link heard} brings. */
  async #heardWithin(condition: () => boolean): Promise<boolean> {
    if (condition()) return true;
    const heard = new Promise<void>((resolve) => {
      this.#listener = () => {
        if (condition()) resolve();
      };
    });
    await this.#connection.whileOpen(this.#within(ECHO_WAIT, heard));
    this.#listener = undefined;
    return condition();
  }

  /** Our own status came back to us, or somebody changed it. */
  heard(status: Status): void {
    this.#status = status;
    const foreign = this.#parts.identity.isForeign(status);
    if (!foreign && status.started === this.#started) this.#echoed = true;
    else if (this.#echoed && status.started === 0) this.#repeatStatus();
    else if (this.#echoed && foreign) this.#reportImpostor();
    this.#listener?.();
  }

  /** A Last Will of an earlier connection came late: we are here all the same. */
  #repeatStatus(): void {
    if (this.#repeating || !this.announced) return;
    this.#repeating = true;
    const done = (): void => {
      this.#repeating = false;
    };
    this.#parts.state.repeatStatus().then(done, done);
  }

  #reportImpostor(): void {
    const { options, problem } = this.#parts;
    problem(
      `Somebody else announces a server ${options.serverId}. Two servers with one id get each other's messages: rename one.`,
    );
  }

  /** Publishes a packet on this connection. */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    return this.#connection.publish(topic, payload, retain);
  }

  /** Waits for the end of the connection, and rejects with its reason. */
  async ended(): Promise<never> {
    return this.#connection.whileOpen(new Promise<never>(() => {}));
  }

  /** Tells the others that we are going. Takes a bounded time; never rejects. */
  async goodbye(): Promise<void> {
    if (!this.announced) return;
    this.announced = false;
    await this.#within(GOODBYE_WAIT, this.publish(this.#statusTopic, statusOf(0, undefined), true));
  }

  /** Disconnects without the Last Will. Takes a bounded time; never rejects. */
  async close(): Promise<void> {
    await this.#within(CLOSE_WAIT, this.#connection.close());
    this.#connection.abort();
    await this.#within(CLOSE_WAIT, this.#connection.closed);
  }

  /** Waits for a promise to settle, for a bounded time. Never rejects. */
  async #within(ms: number, promise: Promise<unknown>): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(ms, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      promise.then(done, done);
    });
  }
}

function refusedToAnnounce(cause: unknown): never {
  throw new Error('it does not let us announce ourselves: check its access rules', { cause });
}
