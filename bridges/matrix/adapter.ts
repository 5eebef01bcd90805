/** One Matrix account that speaks for everybody, in the configured rooms. */
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
import type { MatrixConfig } from './config.ts';
import { Connection } from './connection.ts';
import { type Draft, toDrafts } from './content.ts';
import { Homeserver, routeSdkLog } from './homeserver.ts';
import { openMxc } from './media.ts';
import { toNotice } from './notice.ts';
import { openRoom } from './opening.ts';
import type { Outgoing } from './outgoing.ts';
import type { OwnReactions } from './own-reactions.ts';
import { Positions } from './position.ts';
import { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import type { ThreadEnd } from './threads.ts';
import { Uploads } from './uploads.ts';
import { type Words, whyNot } from './why-not.ts';

/** Milliseconds until {@link MatrixAdapter.stop} no longer waits for what still runs. */
const stopTime = 2_500;

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
  readonly #connection: Connection;

  constructor(config: MatrixConfig, host: AdapterHost) {
    this.#config = config;
    this.#host = host;
    this.#homeserver = new Homeserver(config.homeserver_url, config.access_token, host.clock, this.#ending.signal);
    this.#uploads = new Uploads({ ...host, homeserver: this.#homeserver });
    this.#rooms = new Rooms(host.rooms, host.log, host.clock);
    this.#connection = new Connection({
      config,
      host,
      homeserver: this.#homeserver,
      rooms: this.#rooms,
      uploads: this.#uploads,
      positions: new Positions(host.memory, host.log),
      ended: this.#ending.signal,
    });
  }

  start(): Promise<void> {
    routeSdkLog(this.#host.log);
    return this.#connection.start();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await new Promise<void>((resolve) => {
      const cancel = this.#host.clock.after(stopTime, resolve);
      void this.#connection.ended().then(() => {
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
    const { session } = this.#connection;
    if (session === undefined) throw new AdapterError(sentences.notConnected(ref));
    const { userId } = session;
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
    return this.#connection.refusal;
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

  async #drafts(message: Message, { signal }: Attempt, cause?: EventId): Promise<Draft[]> {
    const emoji = await this.#uploads.emojiIn(message, signal);
    const options = { nameTemplate: this.#config.name_template, serverId: this.#host.chat.state.ownId, emoji };
    return toDrafts(message, options, cause);
  }

  /** @throws {DeliveryError} when nothing can go to the room now */
  #target(ref: RoomRef): Target {
    const room = this.#rooms.get(ref);
    const { refusal, session } = this.#connection;
    if (refusal !== undefined) throw new DeliveryError(refusal, { passing: false });
    if (room?.id === undefined || room.state !== 'open' || session === undefined) {
      throw new DeliveryError(room?.text ?? sentences.notConnected(ref), { passing: room?.state !== 'closed' });
    }
    const { userId, outgoing, reactions } = session;
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
