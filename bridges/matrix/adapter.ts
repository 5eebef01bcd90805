/** One Matrix account that speaks for everybody, in the configured rooms. */
import { z } from 'zod';
import {
  type Adapter,
  AdapterError,
  type AdapterHost,
  type Attempt,
  DeliveryError,
  type Finding,
  type Medium,
  type OwnReaction,
  type RoomThread,
} from '../../src/adapter.ts';
import type { Edit, EventId, Message, Notice, RoomRef } from '../../src/event.ts';
import { findings } from './check.ts';
import { TextCommands } from './commands/text-commands.ts';
import type { MatrixConfig } from './config.ts';
import { type Draft, toDrafts } from './content.ts';
import { describe, Homeserver, isTokenRefused, retryAfter, routeSdkLog } from './homeserver.ts';
import { Inbox } from './inbox.ts';
import { openMxc } from './media.ts';
import { toNotice } from './notice.ts';
import { openRoom } from './opening.ts';
import { Outgoing } from './outgoing.ts';
import { OwnReactions } from './own-reactions.ts';
import { Positions } from './position.ts';
import { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import { Sync } from './sync.ts';
import type { ThreadEnd } from './threads.ts';
import { Uploads } from './uploads.ts';
import { visit } from './visit.ts';
import { type Words, whyNot } from './why-not.ts';

/** The longest pause in milliseconds between two tries to reach the homeserver. */
const maxPause = 60_000;
/** Milliseconds that messages wait for rooms to be joined. */
const visitTime = 5_000;
/** Milliseconds until {@link MatrixAdapter.stop} no longer waits for what still runs. */
const stopTime = 2_500;

const whoAmI = z.object({ user_id: z.string() });

/** What there is once we know who we are. */
interface Session {
  readonly userId: string;
  readonly inbox: Inbox;
  readonly sync: Sync;
  readonly outgoing: Outgoing;
  readonly reactions: OwnReactions;
}

/** A room that messages go to. */
interface Target {
  readonly ref: RoomRef;
  readonly roomId: string;
  readonly userId: string;
  readonly outgoing: Outgoing;
  readonly reactions: OwnReactions;
}

export class MatrixAdapter implements Adapter {
  readonly platform = 'Matrix';
  /** An event could hold ten times as much; about so much is still read as one message and not as a document. */
  readonly roomPerMessage = 4_000;
  readonly #config: MatrixConfig;
  readonly #host: AdapterHost;
  readonly #ending = new AbortController();
  readonly #homeserver: Homeserver;
  readonly #rooms: Rooms;
  readonly #uploads: Uploads;
  readonly #positions: Positions;
  #session: Session | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The complaint that holds at the moment, so that it is made once. */
  #complaint: string | undefined;
  /** Why nothing will work any more until the operator acts. */
  #refusal: string | undefined;

  constructor(config: MatrixConfig, host: AdapterHost) {
    this.#config = config;
    this.#host = host;
    this.#homeserver = new Homeserver(config.homeserver_url, config.access_token, host.clock, this.#ending.signal);
    this.#uploads = new Uploads({ ...host, homeserver: this.#homeserver });
    this.#rooms = new Rooms(host.rooms, host.log, host.clock);
    this.#positions = new Positions(host.memory, host.log);
  }

  /** Doesn't wait until the core has taken what is caught up on: that may take as long as its disk is full. */
  start(): Promise<void> {
    routeSdkLog(this.#host.log);
    return new Promise((resolve, reject) => {
      let isUp = false;
      const up = () => {
        isUp = true;
        resolve();
      };
      this.#running = this.#attempt(up).then(
        (fault) => {
          up();
          return this.#run(fault);
        },
        (refusal) => (isUp ? this.#refuse(refusal) : reject(refusal)),
      );
    });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await new Promise<void>((resolve) => {
      const cancel = this.#host.clock.after(stopTime, resolve);
      void this.#running
        .then(() => this.#positions.settled())
        .then(() => {
          cancel();
          resolve();
        });
    });
  }

  async send(ref: RoomRef, message: Message, attempt: Attempt, here?: RoomThread): Promise<void> {
    const target = this.#target(ref);
    const { roomId, outgoing } = target;
    const show = async (thread?: ThreadEnd) => outgoing.show(roomId, await this.#drafts(message, attempt), attempt, thread);
    const done = inItsThread(target, message, here, attempt.signal, show);
    await this.#orWhyNot(done, target, { failed: sentences.notSent, forbidden: sentences.mayNotSpeak });
  }

  async edit(ref: RoomRef, { id, message }: Edit, shown: readonly string[], attempt: Attempt, here?: RoomThread): Promise<void> {
    const target = this.#target(ref);
    const { roomId, outgoing } = target;
    const change = async (thread?: ThreadEnd) =>
      outgoing.change(roomId, await this.#drafts(message, attempt, id), shown, attempt, thread);
    const done = inItsThread(target, message, here, attempt.signal, change);
    await this.#orWhyNot(done, target, { failed: sentences.notChanged, forbidden: sentences.mayNotSpeak });
  }

  async remove(ref: RoomRef, shown: readonly string[], signal: AbortSignal): Promise<void> {
    const target = this.#target(ref);
    const done = target.outgoing.takeBack(target.roomId, shown, signal);
    await this.#orWhyNot(done, target, { failed: sentences.notChanged, forbidden: sentences.mayNotRemove });
  }

  async notify(ref: RoomRef, notice: Notice, signal: AbortSignal): Promise<void> {
    const target = this.#target(ref);
    const content = toNotice(notice, this.#host.chat.state.ownId);
    const done = target.outgoing.notify(target.roomId, content, notice.id, signal);
    await this.#orWhyNot(done, target, { failed: sentences.notSent, forbidden: sentences.mayNotSpeak });
  }

  async open(ref: RoomRef, signal: AbortSignal): Promise<void> {
    if (this.#session === undefined) throw new AdapterError(sentences.notConnected(ref));
    const { userId } = this.#session;
    await openRoom(ref, { homeserver: this.#homeserver, userId, rooms: this.#rooms }, signal);
  }

  close(ref: RoomRef): void {
    this.#rooms.forget(ref);
  }

  get reactions(): 'native' | 'note' | 'none' {
    return this.#config.reactions;
  }

  async react(ref: RoomRef, reaction: OwnReaction, signal: AbortSignal): Promise<boolean> {
    const target = this.#target(ref);
    const done = target.reactions.set(target.roomId, reaction, signal);
    await this.#orWhyNot(done, target, { failed: sentences.notReacted, forbidden: sentences.mayNotReact });
    return true;
  }

  get fault(): string | undefined {
    return this.#refusal;
  }

  openMedia(uri: string, signal: AbortSignal): Promise<Medium | undefined> {
    return openMxc(this.#homeserver, uri, signal);
  }

  nativeRoomId(ref: RoomRef): string | undefined {
    return this.#rooms.get(ref)?.id;
  }

  check(): AsyncGenerator<Finding> {
    return findings(this.#config, this.#host.rooms, this.#host.clock);
  }

  /** @param fault what the attempt before has failed with, if it has */
  async #run(fault: unknown): Promise<void> {
    let failures = 0;
    let last = fault;
    while (!this.#ending.signal.aborted) {
      failures = last === undefined ? 0 : failures + 1;
      if (failures > 0) await this.#pause(this.#backOff(failures, retryAfter(last)));
      try {
        last = await this.#attempt();
      } catch (refusal) {
        this.#refuse(refusal);
        return;
      }
    }
  }

  #refuse(refusal: unknown): void {
    this.#refusal = describe(refusal);
    this.#host.log.error(this.#refusal);
  }

  /**
   * Logs in and joins the rooms where that is still to be done, and takes the next events.
   * @param answered called when the homeserver has said what the next events are
   * @returns what it has failed with, if trying again can help
   * @throws {AdapterError} if it can't
   */
  async #attempt(answered: () => void = () => {}): Promise<unknown> {
    const { homeserver_url: url } = this.#config;
    try {
      this.#session ??= await this.#logIn();
      await this.#visitRooms(this.#session);
      const news = await this.#session.sync.poll();
      answered();
      await this.#session.sync.tell(news, this.#session.inbox);
    } catch (fault) {
      if (this.#ending.signal.aborted) return fault;
      if (isTokenRefused(fault)) throw new AdapterError(sentences.tokenRefused(url, describe(fault)));
      const complaint = sentences.interrupted(url, describe(fault));
      if (complaint !== this.#complaint) this.#host.log.warn(complaint);
      this.#complaint = complaint;
      return fault;
    }
    if (this.#complaint !== undefined) this.#host.log.info(sentences.resumed(url));
    this.#complaint = undefined;
    return undefined;
  }

  async #logIn(): Promise<Session> {
    const { user_id: userId } = whoAmI.parse(await this.#homeserver.getWhoAmI());
    const { clock, log } = this.#host;
    log.info(sentences.loggedIn(userId));
    const account = { homeserver: this.#homeserver, userId };
    const outgoing = new Outgoing({ ...account, serverId: this.#host.chat.state.ownId }, this.#uploads);
    return {
      userId,
      inbox: new Inbox({
        ...account,
        commands: this.#commands(),
        threads: outgoing.threads,
        host: this.#host,
        rooms: this.#rooms,
        ended: this.#ending.signal,
      }),
      sync: new Sync({ ...account, positions: this.#positions, clock, log }),
      outgoing,
      reactions: new OwnReactions({ ...account, outgoing, serverId: this.#host.chat.state.ownId }),
    };
  }

  #commands(): TextCommands {
    const { admins, moderators, admin_level: adminLevel, moderator_level: moderatorLevel, command_prefix: prefix } = this.#config;
    return new TextCommands({
      host: this.#host,
      homeserver: this.#homeserver,
      trusted: { admins, moderators, adminLevel, moderatorLevel },
      prefix,
      ended: this.#ending.signal,
    });
  }

  /** Looks at the rooms where that is due, and waits for a while only: a room that takes long holds up no other. */
  async #visitRooms({ userId }: Session): Promise<void> {
    const due = this.#rooms.due();
    if (due.length === 0) return;
    const joined = new Set(await this.#homeserver.getJoinedRooms());
    const identified = (ref: RoomRef, id: string) => this.#rooms.identify(ref, id);
    const visitor = { homeserver: this.#homeserver, userId, joined, mayJoin: true, identified };
    const visits = due.map(async (ref) => {
      this.#rooms.begin(ref);
      const report = await visit(ref, visitor);
      if (!this.#ending.signal.aborted) this.#rooms.note(ref, report);
    });
    await Promise.race([Promise.all(visits), this.#pause(visitTime)]);
  }

  /** As long as the homeserver asked for; else twice as long with every failure, varied so that not everybody comes back at once. */
  #backOff(failures: number, asked: number | undefined): number {
    return Math.min(asked ?? 500 * 2 ** failures * (0.5 + this.#host.random() / 2), maxPause);
  }

  /** Waits, unless the adapter is stopped. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#host.clock.after(ms, end);
      signal.addEventListener('abort', end);
    });
  }

  async #drafts(message: Message, { signal }: Attempt, cause?: EventId): Promise<Draft[]> {
    const emoji = await this.#uploads.emojiIn(message, signal);
    const options = { nameTemplate: this.#config.name_template, serverId: this.#host.chat.state.ownId, emoji };
    return toDrafts(message, options, cause);
  }

  /** @throws {DeliveryError} when nothing can go to the room now */
  #target(ref: RoomRef): Target {
    const room = this.#rooms.get(ref);
    if (this.#refusal !== undefined) throw new DeliveryError(this.#refusal, { passing: false });
    if (room?.id === undefined || room.state !== 'open' || this.#session === undefined) {
      throw new DeliveryError(room?.text ?? sentences.notConnected(ref), { passing: room?.state !== 'closed' });
    }
    const { userId, outgoing, reactions } = this.#session;
    return { ref, roomId: room.id, userId, outgoing, reactions };
  }

  /** @throws {DeliveryError} when it was not done */
  async #orWhyNot(done: Promise<unknown>, { ref, roomId, userId }: Target, words: Words): Promise<void> {
    try {
      await done;
    } catch (fault) {
      const circumstances = { homeserver: this.#homeserver, roomId, userId, report: () => this.#rooms.get(ref) };
      throw await whyNot(ref, fault, words, circumstances);
    }
  }
}

/** @param here the thread of the message as the room knows it; undefined for none */
function inItsThread(
  { roomId, outgoing }: Target,
  { thread }: Message,
  here: RoomThread | undefined,
  signal: AbortSignal,
  send: (end?: ThreadEnd) => Promise<void>,
): Promise<void> {
  return thread && here ? outgoing.threads.send({ roomId, thread, here }, signal, send) : send();
}
