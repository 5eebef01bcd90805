import { Absences } from './absences.ts';
import type { AowlAction, AowlTarget } from './aowl.ts';
import { type Clock, systemClock } from './clock.ts';
import { Complaints } from './complaints.ts';
import type { NotConnectedError } from './errors.ts';
import type { Emit } from './events.ts';
import { formatStatus } from './format.ts';
import { MAX_STATE_VALUE } from './limits.ts';
import { type Log, silent } from './log.ts';
import { departuresIn } from './outgoing.ts';
import { OwnState } from './own-state.ts';
import type { Status } from './payloads.ts';
import { type Kept, keepsNothing, type Note } from './persistence.ts';
import { Picture } from './picture.ts';
import { Receiver } from './receiver.ts';
import { RemoteLog } from './remote-log.ts';
import { type KnownUser, Roster } from './roster.ts';
import type { CrossChatServer, Dialect, ServerOwner } from './server.ts';
import { encode, type SayOptions, Speech } from './speech.ts';
import { Subscribers } from './subscribers.ts';
import { cut } from './text.ts';
import { isKey } from './topics.ts';
import type { CrossChatUser } from './user.ts';

/**
 * Sends one packet at QoS 2. The topic has its prefix. Packets go out in the order of the calls.
 * The promise resolves when the broker has taken the packet, and rejects with a {@link NotConnectedError} or another reason.
 */
export type Publish = (topic: string, payload: string, retain: boolean) => Promise<void>;

/** Where what is said to a server waits for it. */
export interface Holding {
  /** The topic has its prefix. */
  hold(serverId: string, topic: string, payload: string): void;
  /** The server is online, and has been told who is here. */
  back(serverId: string): void;
  /** The server did not come back in time. */
  gone(serverId: string): void;
  /** Those for whom something is held. */
  awaited(): Iterable<string>;
}

const holdsNothing: Holding = { hold: () => {}, back: () => {}, gone: () => {}, awaited: () => [] };

/** How a {@link CrossChatState} is made. */
export interface CrossChatStateOptions {
  readonly ownId: string;
  readonly publish: Publish;
  readonly emit: Emit;
  /** `crosschat/` unless given. */
  readonly topicPrefix?: string;
  readonly meta?: Record<string, unknown>;
  readonly ignore?: readonly string[];
  readonly believes?: (serverId: string) => boolean;
  readonly dialect?: 'auto' | Dialect;
  readonly log?: Log;
  readonly clock?: Clock;
  /** Called when `state/<own id>/status` is received: for whoever keeps the connection. */
  readonly ownStatus?: (status: Status) => void;
  /** Holds what is said to servers that went a moment ago, until they are back. */
  readonly holding?: Holding;
  /** Takes what changes in what has to be kept over a restart. */
  readonly note?: Note;
}

/**
 * The picture of the network, and what we say to it: packets in, events out, no I/O of its own.
 *
 * Whatever changes the picture or says something has handed over all its packets when it returns, in the order of the calls; its
 * promise resolves when the broker has taken them. While we are not connected, changes of users, states and meta resolve at once,
 * since the next connect tells them; whatever is said rejects with a {@link NotConnectedError}. A change of users never rejects:
 * what the broker refuses of it is told as a problem of the connection.
 */
export class CrossChatState implements ServerOwner {
  readonly ownId: string;
  readonly #prefix: string;
  readonly #publish: Publish;
  readonly #clock: Clock;
  readonly #ignore: ReadonlySet<string>;
  readonly #believes: (serverId: string) => boolean;
  readonly #picture: Picture;
  readonly #roster: Roster;
  readonly #receiver: Receiver;
  readonly #complaints: Complaints;
  readonly #stateSubscribers: Subscribers<string>;
  readonly #oocSubscribers: Subscribers<unknown>;
  readonly #own: OwnState;
  readonly #speech: Speech;
  readonly #holding: Holding;
  readonly #absences: Absences;
  /** Whether the picture of before the outage was taken up again. */
  #regained = false;

  constructor(options: CrossChatStateOptions) {
    const { ownId, log = silent, clock = systemClock, topicPrefix: prefix = 'crosschat/', dialect = 'auto' } = options;
    this.ownId = ownId;
    this.#prefix = prefix;
    this.#publish = options.publish;
    this.#clock = clock;
    this.#holding = options.holding ?? holdsNothing;
    this.#absences = new Absences(clock, (serverId) => this.#holding.gone(serverId));
    this.#ignore = new Set(options.ignore);
    this.#believes = options.believes ?? (() => true);
    const { note = keepsNothing.note } = options;
    this.#picture = new Picture(this, note);
    this.#picture.me.meta = options.meta ?? {};
    this.#own = new OwnState(this.#picture.me, (key, payload) => this.#publish(`${prefix}state/${ownId}/${key}`, payload, true));
    this.#speech = new Speech({
      picture: this.#picture,
      absences: this.#absences,
      sendTo: this.#sendTo,
      holdFor: (serverId, rest, payload) => this.#holding.hold(serverId, this.#topicTo(serverId, rest), payload),
    });
    const pinned = dialect === 'auto' ? undefined : dialect;
    this.#roster = new Roster({ picture: this.#picture, sendTo: this.#sendTo, clock, note, pinned });
    this.#complaints = new Complaints(log, clock);
    this.#stateSubscribers = new Subscribers(log);
    this.#oocSubscribers = new Subscribers(log);
    this.#receiver = new Receiver({
      ownId,
      prefix,
      clock,
      ignore: this.#ignore,
      picture: this.#picture,
      roster: this.#roster,
      complaints: this.#complaints,
      remoteLog: new RemoteLog(log, clock),
      stateSubscribers: this.#stateSubscribers,
      oocSubscribers: this.#oocSubscribers,
      emit: options.emit,
      ownStatus: options.ownStatus ?? (() => {}),
      ownState: (key, text) => this.#own.heard(key, text),
      absences: this.#absences,
      back: (serverId) => this.#holding.back(serverId),
    });
  }

  /** Whether a server is believed when it tells who its users are on Steam. */
  believes(serverId: string): boolean {
    return this.#believes(serverId);
  }

  /** Every server that we know of, online or not, our own included. */
  get servers(): ReadonlyMap<string, CrossChatServer> {
    return this.#picture.servers;
  }

  /** Our own server, with our users. */
  me(): CrossChatServer {
    return this.#picture.me;
  }

  /** The servers that hear us now: online, and not our own. */
  online(): CrossChatServer[] {
    return Array.from(this.#picture.online(), (peer) => peer.server);
  }

  /** Whether a server is online, and was told who is here. */
  hears(serverId: string): boolean {
    const peer = this.#picture.peers.get(serverId);
    return peer?.server.online === true && peer.told;
  }

  /** Takes a packet that the broker sent. Never throws, whatever it holds. */
  receive(topic: string, payload: Uint8Array | string): void {
    this.#receiver.receive(topic, payload);
  }

  /** Begins where an earlier process ended. To be called before the first connection, and before users are added. */
  restore({ lastUserId, ownUsers, peers, sent }: Kept): void {
    this.#roster.restore(lastUserId, ownUsers, departuresIn(sent));
    this.#receiver.restore(peers);
    this.#absences.disconnected(peers.filter(({ online }) => online).map(({ id }) => id));
  }

  /** The broker has kept for us all that was sent since the connection broke: it comes now, on top of what was before. */
  regained(): void {
    this.#regained = true;
    this.#receiver.regained();
  }

  /**
   * We are connected and subscribed: publishes our status, meta and states, then our users to everybody online.
   * Resolves when the broker has taken status, meta and states.
   * @param instance names this process, to tell it from another one with the same server id
   */
  async announce(started: number, instance?: string): Promise<void> {
    this.#own.connected(started, instance);
    const sent = this.#own.announce();
    this.#roster.connected();
    this.#picture.renew(this.#regained);
    for (const { server } of this.#picture.online()) this.#holding.back(server.id);
    await sent;
  }

  /** We are connected and subscribed, and the others did not notice that we were away. They are told what changed meanwhile. */
  resume(started: number, instance: string): void {
    this.#own.connected(started, instance);
    this.#roster.resumed();
    for (const { server } of this.#picture.online()) this.#holding.back(server.id);
  }

  /** Publishes what the broker holds otherwise of our meta and states, once what it holds has come. */
  mend(): Promise<void> {
    return this.#own.mend();
  }

  /** The retained picture is complete: from now on, everything is news. */
  settled(): void {
    this.#receiver.settled();
    this.#absences.connected(this.#holding.awaited());
    this.#roster.settled();
  }

  /** Publishes our status once more, because somebody changed it, and who is here, for those who have forgotten it since. */
  repeatStatus(): Promise<void> {
    const sent = this.#own.publishStatus();
    this.#roster.connected();
    return sent;
  }

  /** We are not connected any more. */
  disconnected(): void {
    this.#regained = false;
    this.#own.disconnected();
    this.#roster.disconnected();
    this.#absences.disconnected(Array.from(this.#picture.online(), ({ server }) => server.id));
    this.#receiver.lost();
  }

  /**
   * Adds a user of ours. Ids count from 1 and are never given twice. Not to be called for more users than peers can bear: each is
   * sent to each.
   * @param known gives somebody the same id again, or one from {@link reserveUserId}
   * @throws {RangeError} somebody with this id is here already
   */
  addUser(name: string, extra: Readonly<Record<string, unknown>> = {}, known?: KnownUser): Promise<CrossChatUser> {
    return this.#roster.add(name, extra, known);
  }

  /** An id that nobody ever had, and that only who asked for it may give to a user. */
  reserveUserId(): number {
    return this.#roster.reserveId();
  }

  /** Changes a user of ours; undefined when there is none with this id. */
  updateUser(
    id: number,
    changes: { name?: string; extra?: Readonly<Record<string, unknown>> },
  ): Promise<CrossChatUser | undefined> {
    return this.#roster.update(id, changes);
  }

  /** Removes a user of ours; undefined when there is none with this id. The reason reaches peers of the newer dialect. */
  delUser(id: number, reason = ''): Promise<CrossChatUser | undefined> {
    return this.#roster.remove(id, reason);
  }

  /**
   * One of our users says something. A too long text is cut. Servers that went a moment ago hear it when they are back within 10 s;
   * that is not waited for.
   * @throws {NotConnectedError} nobody heard it
   * @throws {PublishError} some servers did not hear it
   * @throws {RangeError} we have no such user
   */
  say(userId: number, text: string, options: SayOptions = {}): Promise<void> {
    return this.#speech.say(userId, text, options);
  }

  /**
   * One of our users whispers to a user of another server.
   * @throws {NotConnectedError} or {PublishError} when it can't arrive, {RangeError} when we have no such user
   */
  pm(fromUserId: number, serverId: string, toUserId: number, text: string): Promise<void> {
    return this.#speech.pm(fromUserId, serverId, toUserId, text);
  }

  /**
   * Sends one server an out-of-character message: any JSON value, or text as it stands.
   * @throws {NotConnectedError} or {PublishError} when it can't arrive
   */
  sendOoc(serverId: string, type: string, payload: unknown): Promise<void> {
    return this.#speech.ooc(serverId, type, payload);
  }

  /**
   * Asks every online server to kick, ban or slap a user. There is no answer: the proof is the user's leaving.
   * @param options which servers, and the payload's `extra`
   * @throws {NotConnectedError} or {PublishError} when it can't arrive
   */
  sendAowl(action: AowlAction, target: AowlTarget, reason = '', options: SayOptions = {}): Promise<void> {
    return this.#speech.aowl(action, target, reason, options);
  }

  /** {@link sendAowl} with `kick`. */
  kick(target: AowlTarget, reason?: string): Promise<void> {
    return this.sendAowl('kick', target, reason);
  }

  /** {@link sendAowl} with `ban`. */
  ban(target: AowlTarget, reason?: string): Promise<void> {
    return this.sendAowl('ban', target, reason);
  }

  /** {@link sendAowl} with `slap`. */
  slap(target: AowlTarget, reason?: string): Promise<void> {
    return this.sendAowl('slap', target, reason);
  }

  /** Sets a state of ours, published at `state/<own id>/<key>` and again at each connect. */
  async setState(key: string, value: string): Promise<void> {
    if (!isKey(key) || key === 'status' || key === 'meta')
      throw new TypeError(`${JSON.stringify(key)} can't be the key of a state.`);
    const { me } = this.#picture;
    const short = cut(value, MAX_STATE_VALUE);
    me.states.set(key, short);
    const sent = this.#own.changed(key, short);
    this.#stateSubscribers.notify(me, key, short);
    await sent;
  }

  /** Calls back when any server, ours included, sets this state. Returns the function that ends it. */
  subscribe(key: string, callback: (server: CrossChatServer, key: string, value: string) => void): () => void {
    return this.#stateSubscribers.add(key, callback);
  }

  /** Calls back for each OOC message of this type; never for `lua`. Returns the function that ends it. */
  subscribeOoc(type: string, callback: (server: CrossChatServer, payload: unknown, type: string) => void): () => void {
    return this.#oocSubscribers.add(type, (server, name, payload) => callback(server, payload, name));
  }

  /** What we tell about ourselves. */
  getMeta(): Readonly<Record<string, unknown>> {
    return this.#picture.me.meta;
  }

  /** Replaces what we tell about ourselves. */
  async setMeta(meta: Record<string, unknown>): Promise<void> {
    this.#picture.me.meta = meta;
    await this.#own.changed('meta', JSON.stringify(meta));
  }

  /**
   * Publishes anything behind the topic prefix. What is no text is sent as JSON.
   * @throws {NotConnectedError}
   */
  async publish(topic: string, payload: unknown, options: { retain?: boolean } = {}): Promise<void> {
    this.#speech.assertConnected();
    await this.#publish(`${this.#prefix}${topic}`, encode(payload), options.retain ?? false);
  }

  /** The network as lines for a terminal; `full` adds states, meta and extras, `color` ANSI colors. */
  formatStatus(full = false, color = false): string {
    return formatStatus(this.ownId, this.#picture.servers.values(), { full, color });
  }

  /** What was thrown away, by peer and kind. */
  complaints(): ReturnType<Complaints['counts']> {
    return this.#complaints.counts();
  }

  /** Logs one line about what was thrown away since the last such line. */
  summariseComplaints(): void {
    this.#complaints.summarise();
  }

  now(): number {
    return this.#clock.now();
  }

  readonly #sendTo = (serverId: string, rest: string, payload: string): Promise<void> =>
    this.#publish(this.#topicTo(serverId, rest), payload, false);

  #topicTo(serverId: string, rest: string): string {
    return `${this.#prefix}m/${this.ownId}/${serverId}/${rest}`;
  }
}
