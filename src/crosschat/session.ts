import type { Clock } from './clock.ts';
import { Connection, TakenOverError, type Version } from './connection.ts';
import type { Continuity } from './continuity.ts';
import { explainRefusal } from './explain.ts';
import type { CrossChatOptions } from './options.ts';
import { goodbyeOf, statusOf } from './outgoing.ts';
import type { Status } from './payloads.ts';
import type { CrossChatState } from './state.ts';

/** Milliseconds that we wait for our own status to come back. */
const ECHO_WAIT = 2_000;
/**
 * When the picture counts as complete: some brokers send retained messages after newer ones, so nothing may have come at this number of
 * looks in a row. Each is so many milliseconds after the other. A process that stood still finds its timers due before it has read what
 * came meanwhile: a single look would take that for silence.
 */
const QUIET_LOOKS = 5;
const LOOK = 10;
/** With a broker that is never silent, it counts as complete after so many looks. */
const MAX_LOOKS = 200;
/** Milliseconds that the broker has for our goodbye. */
const GOODBYE_WAIT = 2_000;
/** Milliseconds that the broker has to close the connection in good order. */
const CLOSE_WAIT = 1_000;
/** Milliseconds that the broker has to take us in, and to go on with packets that were on their way. */
const RESUME_WAIT = 30_000;
/** Seconds. */
const KEEPALIVE = 4;

/** The broker holds a session of ours and does not go on with it. */
export class StuckSessionError extends Error {
  override readonly name = 'StuckSessionError';

  constructor() {
    super('it does not go on with what was on its way when the connection broke, so that we begin anew');
  }
}

/** What a session works with. */
export interface SessionParts {
  readonly url: URL;
  readonly version: Version;
  readonly options: CrossChatOptions;
  readonly state: CrossChatState;
  readonly continuity: Continuity;
  readonly clock: Clock;
  /** Whether the broker is to forget what it holds for our client id. */
  readonly clean: boolean;
  /** The broker has taken us in. Should we be cut off, it publishes our Last Will so many milliseconds later. */
  readonly began: (willDelay: number) => void;
  /** Something came from the broker. */
  readonly heard: () => void;
  /** Takes a sentence for the operator. */
  readonly problem: (sentence: string) => void;
}

/** One connection's life on the network: subscribe, look for others of our name, announce, say goodbye. */
export class Session {
  /** Whether peers were told about us on this connection. */
  announced = false;
  readonly #parts: SessionParts;
  readonly #connection: Connection;
  readonly #statusTopic: string;
  /** Our status as it stands on the broker, as far as we heard. */
  #status: Status | undefined;
  #echoed = false;
  /** Whether the broker has taken us in. */
  #begun = false;
  /** Whether nothing sent to us since the last connection, or since an earlier process, is lost. */
  #continued = false;
  #repeating = false;
  #open = true;
  #listener: (() => void) | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { url, version, options, state, continuity, problem } = parts;
    const { serverId, topicPrefix = 'crosschat/' } = options;
    this.#statusTopic = `${topicPrefix}state/${serverId}/status`;
    this.#connection = new Connection({
      url,
      version,
      clientId: serverId,
      username: options.username,
      password: options.password,
      tls: options.tls,
      keepalive: options.keepalive ?? KEEPALIVE,
      clean: parts.clean,
      inherited: continuity.inherited,
      durable: continuity.durable,
      incoming: continuity.incoming,
      outgoing: continuity.outgoing,
      kept: continuity.persistence.kept,
      will: { topic: this.#statusTopic, payload: statusOf(0, continuity.identity.process) },
      heard: parts.heard,
      began: (sessionPresent, willDelay) => {
        // In MQTT 3.1.1 the others have seen our Last Will, and told us nothing since.
        this.#continued = sessionPresent && version === 5;
        this.#begun = true;
        if (this.#continued) state.regained();
        continuity.hold();
        parts.began(willDelay);
      },
      refused: (topic, error) => problem(explainRefusal(url.host, serverId, topic, error)),
    });
    void this.#connection.closed.then(() => {
      this.#open = false;
    });
  }

  /**
   * Connects and becomes part of the network. Rejects with the reason why not: a {@link TakenOverError} when `again` is set, so
   * that we have been here before, and another process has announced itself under our name since.
   */
  async join(again: boolean): Promise<void> {
    const { options, state, continuity } = this.#parts;
    const { identity } = continuity;
    const { serverId, topicPrefix = 'crosschat/' } = options;
    await this.#opened();
    await this.#connection.subscribe([`${topicPrefix}state/+/#`, `${topicPrefix}m/+/${serverId}/#`]);
    if (again || this.#continued) await this.#heardWithin(() => this.#status !== undefined);
    if (again && this.#status !== undefined && identity.yieldsTo(this.#status)) throw new TakenOverError();
    const unnoticed = this.#continued && !identity.interrupted && this.#status !== undefined && identity.isCurrent(this.#status);
    if (unnoticed) await this.#goOn();
    else await this.#announce();
    state.settled();
  }

  async #opened(): Promise<void> {
    let stuck = true;
    const opened = this.#connection.opened().finally(() => {
      stuck = false;
    });
    await this.#within(RESUME_WAIT, opened);
    if (stuck && this.#begun) throw new StuckSessionError();
    await opened;
  }

  /** The others still see us as we were: they need not be told that we were away. */
  async #goOn(): Promise<void> {
    const { state, continuity } = this.#parts;
    const { identity, outgoing } = continuity;
    this.announced = true;
    this.#echoed = true;
    continuity.hold();
    outgoing.resume();
    state.resume(identity.started, identity.instance);
    await this.#connection.whileOpen(this.#quiet());
    await this.#connection.whileOpen(state.mend().catch(refusedToAnnounce));
  }

  async #announce(): Promise<void> {
    const { state, continuity, clock } = this.#parts;
    const { identity, outgoing } = continuity;
    identity.renew(clock.now());
    this.announced = true;
    continuity.hold();
    outgoing.announce();
    // Whoever waited for a packet that was dropped just now is told first.
    await new Promise(setImmediate);
    await this.#connection.whileOpen(state.announce(identity.started, identity.instance).catch(refusedToAnnounce));
    if (!(await this.#heardWithin(() => this.#echoed))) {
      this.#parts.problem(
        `The MQTT broker ${this.#parts.url.host} did not give us our own status back: check that ${state.ownId} may read and write it.`,
      );
    }
    await this.#connection.whileOpen(this.#quiet());
  }

  /** Waits, for a bounded time, until nothing more comes by itself. */
  async #quiet(): Promise<void> {
    const { incoming } = this.#parts.continuity;
    for (let looks = 0, quiet = 0; quiet < QUIET_LOOKS && looks < MAX_LOOKS; looks += 1) {
      const before = incoming.count;
      await new Promise<void>((resolve) => {
        this.#parts.clock.after(LOOK, resolve);
      });
      quiet = incoming.count === before ? quiet + 1 : 0;
    }
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
    if (status.started === 0) this.#parts.continuity.identity.interrupted = true;
    const foreign = this.#parts.continuity.identity.isForeign(status);
    if (this.announced && this.#parts.continuity.identity.isCurrent(status)) this.#echoed = true;
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
    const { state, continuity } = this.#parts;
    const repeated = state.repeatStatus().then(() => {
      if (this.#open) continuity.identity.interrupted = false;
    });
    repeated.then(done, done);
  }

  #reportImpostor(): void {
    const { options, problem } = this.#parts;
    problem(
      `Somebody else announces a server ${options.serverId}. Two servers with one id get each other's messages: rename one.`,
    );
  }

  /** Publishes a packet on this connection. */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    const sent = this.#parts.continuity.outgoing.publish(topic, payload, retain);
    this.#connection.touch();
    return sent;
  }

  /** Waits for the end of the connection, and rejects with its reason. */
  async ended(): Promise<never> {
    return this.#connection.whileOpen(new Promise<never>(() => {}));
  }

  /** Tells the others that we are going. Takes a bounded time; never rejects. */
  async goodbye(): Promise<void> {
    if (!this.announced) return;
    this.announced = false;
    const said = this.publish(this.#statusTopic, goodbyeOf(this.#parts.continuity.identity.instance), true);
    await this.#within(GOODBYE_WAIT, this.#connection.whileOpen(said));
  }

  /** Disconnects without the Last Will. Takes a bounded time; never rejects. */
  async close(): Promise<void> {
    await this.#within(CLOSE_WAIT, this.#connection.close());
    this.#connection.abort();
    await this.#within(CLOSE_WAIT, this.#connection.closed);
  }

  /** Ends without a word, as if the process were killed. */
  cut(): void {
    this.announced = false;
    this.#connection.abort();
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
