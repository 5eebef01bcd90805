import { type AowlAction, type AowlTarget, aowlPayload } from './aowl.ts';
import { type Clock, systemClock } from './clock.ts';
import { Complaints } from './complaints.ts';
import { NotConnectedError, PublishError } from './errors.ts';
import type { Emit } from './events.ts';
import { formatStatus } from './format.ts';
import { MAX_SAY, MAX_STATE_VALUE } from './limits.ts';
import { type Log, silent } from './log.ts';
import { said, statusOf } from './outgoing.ts';
import type { Status } from './payloads.ts';
import { type Kept, keepsNothing, type Note } from './persistence.ts';
import { Picture } from './picture.ts';
import { Receiver } from './receiver.ts';
import { RemoteLog } from './remote-log.ts';
import { allDelivered, type KnownUser, Roster } from './roster.ts';
import type { CrossChatServer, Dialect, ServerOwner } from './server.ts';
import { Subscribers } from './subscribers.ts';
import { cut } from './text.ts';
import { isKey, isServerId } from './topics.ts';
import type { CrossChatUser } from './user.ts';

/**
 * Sends one packet at QoS 2. The topic has its prefix. Packets go out in the order of the calls.
 * The promise resolves when the broker has taken the packet, and rejects with a {@link NotConnectedError} or another reason.
 */
export type Publish = (topic: string, payload: string, retain: boolean) => Promise<void>;

/** How a {@link CrossChatState} is made. */
export interface CrossChatStateOptions {
  readonly ownId: string;
  readonly publish: Publish;
  readonly emit: Emit;
  /** `crosschat/` unless given. */
  readonly topicPrefix?: string;
  readonly meta?: Record<string, unknown>;
  readonly ignore?: readonly string[];
  readonly dialect?: 'auto' | Dialect;
  readonly log?: Log;
  readonly clock?: Clock;
  /** Called when `state/<own id>/status` is received: for whoever keeps the connection. */
  readonly ownStatus?: (status: Status) => void;
  /** Called when a server is online and has been told who is here: for whoever keeps what it lacks. */
  readonly back?: (serverId: string) => void;
  /** Takes what changes in what has to be kept over a restart. */
  readonly note?: Note;
}

/** What goes along with something said. */
export interface SayOptions {
  /** Which of the online servers hear it; all, unless given. */
  readonly to?: (server: CrossChatServer) => boolean;
  /** More keys for the payload; implementations that don't know them ignore them. */
  readonly extra?: Record<string, unknown>;
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
  readonly #picture: Picture;
  readonly #roster: Roster;
  readonly #receiver: Receiver;
  readonly #complaints: Complaints;
  readonly #stateSubscribers: Subscribers<string>;
  readonly #oocSubscribers: Subscribers<unknown>;
  /** Our meta and states, as the broker holds them. */
  readonly #retained = new Map<string, string>();
  readonly #back: (serverId: string) => void;
  /** Names this process in our status. */
  #instance: string | undefined;
  #connected = false;
  /** Whether the picture of before the outage was taken up again. */
  #regained = false;

  constructor(options: CrossChatStateOptions) {
    const { ownId, log = silent, clock = systemClock, topicPrefix: prefix = 'crosschat/', dialect = 'auto' } = options;
    this.ownId = ownId;
    this.#prefix = prefix;
    this.#publish = options.publish;
    this.#clock = clock;
    this.#back = options.back ?? (() => {});
    this.#ignore = new Set(options.ignore);
    const { note = keepsNothing.note } = options;
    this.#picture = new Picture(this, note);
    this.#picture.me.meta = options.meta ?? {};
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
      ownState: (key, text) => this.#retained.set(key, text),
      back: this.#back,
    });
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

  /**
   * The servers that were online when our connection broke, and of which nothing was heard since. A broker that forgot everything
   * says nothing of them: they are gone, or just slower than we are to come back.
   */
  missing(): CrossChatServer[] {
    return Array.from(this.#picture.missing(), (peer) => peer.server);
  }

  /** Takes a packet that the broker sent. Never throws, whatever it holds. */
  receive(topic: string, payload: Uint8Array | string): void {
    this.#receiver.receive(topic, payload);
  }

  /** Begins where an earlier process ended. To be called before the first connection, and before users are added. */
  restore({ lastUserId, ownUsers, peers }: Kept): void {
    this.#roster.restore(lastUserId, ownUsers);
    this.#receiver.restore(peers);
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
    const me = this.#picture.me;
    this.#connect(started, instance);
    const sent = [this.#publishStatus(), this.#publishState('meta', JSON.stringify(me.meta))];
    for (const [key, value] of me.states) sent.push(this.#publishState(key, value));
    this.#roster.connected();
    this.#picture.renew(this.#regained);
    for (const { server } of this.#picture.online()) this.#back(server.id);
    await Promise.all(sent);
  }

  /** We are connected and subscribed, and the others did not notice that we were away. They are told what changed meanwhile. */
  resume(started: number, instance: string): void {
    this.#connect(started, instance);
    this.#roster.resumed();
  }

  #connect(started: number, instance: string | undefined): void {
    this.#instance = instance;
    this.#connected = true;
    this.#picture.me.online = true;
    this.#picture.me.started = started;
  }

  /** Publishes what the broker holds otherwise of our meta and states, once what it holds has come. */
  async mend(): Promise<void> {
    const { meta, states } = this.#picture.me;
    const own = new Map([['meta', JSON.stringify(meta)], ...states]);
    const sent: Promise<void>[] = [];
    for (const [key, value] of own) if (this.#retained.get(key) !== value) sent.push(this.#publishState(key, value));
    await Promise.all(sent);
  }

  /** The retained picture is complete: from now on, everything is news. */
  settled(): void {
    this.#receiver.settled();
    this.#roster.settled();
  }

  /** Publishes our status once more, because somebody changed it. */
  repeatStatus(): Promise<void> {
    return this.#publishStatus();
  }

  /** We are not connected any more. */
  disconnected(): void {
    this.#connected = false;
    this.#regained = false;
    this.#retained.clear();
    this.#picture.me.online = false;
    this.#roster.disconnected();
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
   * One of our users says something. A too long text is cut.
   * @throws {NotConnectedError} nobody heard it
   * @throws {PublishError} some servers did not hear it
   * @throws {RangeError} we have no such user
   */
  async say(userId: number, text: string, options: SayOptions = {}): Promise<void> {
    this.#assertOwnUser(userId);
    this.#assertConnected();
    const payload = said(cut(text, MAX_SAY), options.extra ?? {});
    await this.#toOnline(`say/${userId}`, payload, options.to);
  }

  /**
   * One of our users whispers to a user of another server.
   * @throws {NotConnectedError} or {PublishError} when it can't arrive, {RangeError} when we have no such user
   */
  async pm(fromUserId: number, serverId: string, toUserId: number, text: string): Promise<void> {
    this.#assertOwnUser(fromUserId);
    if (!Number.isSafeInteger(toUserId) || toUserId < 0) throw new TypeError('A user id is a whole number from 0.');
    await this.#toOne(serverId, `pm/${fromUserId}/${toUserId}`, said(cut(text, MAX_SAY), {}));
  }

  /**
   * Sends one server an out-of-character message: any JSON value, or text as it stands.
   * @throws {NotConnectedError} or {PublishError} when it can't arrive
   */
  async sendOoc(serverId: string, type: string, payload: unknown): Promise<void> {
    if (!isKey(type)) throw new TypeError('An OOC type has 1 to 64 characters, none of them / + # or a control character.');
    await this.#toOne(serverId, `ooc/${type}`, encode(payload));
  }

  /**
   * Asks every online server to kick, ban or slap a user. There is no answer: the proof is the user's leaving.
   * @throws {NotConnectedError} or {PublishError} when it can't arrive
   */
  async sendAowl(action: AowlAction, target: AowlTarget, reason = '', extra: Record<string, unknown> = {}): Promise<void> {
    this.#assertConnected();
    await this.#toOnline(`ooc/aowl_${action}`, aowlPayload(target, reason, extra));
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
    const sent = this.#publishWhenConnected(key, short);
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
    await this.#publishWhenConnected('meta', JSON.stringify(meta));
  }

  /**
   * Publishes anything behind the topic prefix. What is no text is sent as JSON.
   * @throws {NotConnectedError}
   */
  async publish(topic: string, payload: unknown, options: { retain?: boolean } = {}): Promise<void> {
    this.#assertConnected();
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
    this.#publish(`${this.#prefix}m/${this.ownId}/${serverId}/${rest}`, payload, false);

  async #toOnline(rest: string, payload: string, to?: (server: CrossChatServer) => boolean): Promise<void> {
    const ids: string[] = [];
    const sent: Promise<void>[] = [];
    for (const { server } of this.#picture.online()) {
      if (to !== undefined && !to(server)) continue;
      ids.push(server.id);
      sent.push(this.#sendTo(server.id, rest, payload));
    }
    await allDelivered(ids, sent);
  }

  async #toOne(serverId: string, rest: string, payload: string): Promise<void> {
    if (!isServerId(serverId)) throw new TypeError('This can be no server id.');
    this.#assertConnected();
    if (this.#picture.peers.get(serverId)?.server.online !== true) {
      throw new PublishError([serverId], new Error(`${serverId} is not online.`));
    }
    await allDelivered([serverId], [this.#sendTo(serverId, rest, payload)]);
  }

  #publishStatus(): Promise<void> {
    return this.#publishState('status', statusOf(this.#picture.me.started, this.#instance));
  }

  #publishState(key: string, payload: string): Promise<void> {
    return this.#publish(`${this.#prefix}state/${this.ownId}/${key}`, payload, true);
  }

  async #publishWhenConnected(key: string, payload: string): Promise<void> {
    if (!this.#connected) return;
    await this.#publishState(key, payload).catch((error: unknown) => {
      if (!(error instanceof NotConnectedError)) throw error;
    });
  }

  #assertConnected(): void {
    if (!this.#connected) throw new NotConnectedError();
  }

  #assertOwnUser(id: number): void {
    if (!this.#picture.me.users.has(id)) throw new RangeError(`This server has no user ${id}.`);
  }
}

function encode(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
}
