/** One Matrix account that speaks for everybody, in the configured rooms. */
import {
  type Adapter,
  AdapterError,
  type AdapterHost,
  type Attempt,
  type Connection as ConnectionState,
  DeliveryError,
  type Finding,
  type Medium,
  type OwnReaction,
  type RoomThread,
  type Route,
  type Sanction,
} from '../../src/adapter.ts';
import type { Author, Edit, Message, Notice, RoomRef, Typing, Whisper } from '../../src/event.ts';
import { Appservice } from './appservice/appservice.ts';
import { findings } from './check.ts';
import { outranks } from './commands/standing.ts';
import { limitsIn, type MatrixConfig, tokenOf, trustedIn } from './config.ts';
import { Connection } from './connection.ts';
import { DirectChats } from './direct/chats.ts';
import type { Drafting } from './drafting.ts';
import { Edits } from './edits.ts';
import { describe, Homeserver, routeSdkLog } from './homeserver.ts';
import { KnownRooms } from './known-rooms.ts';
import { openFile } from './media.ts';
import { toNotice } from './notice.ts';
import { openRoom } from './opening.ts';
import { Positions } from './position.ts';
import { Rooms } from './rooms.ts';
import { sanction } from './sanctions.ts';
import * as sentences from './sentences.ts';
import type { ThreadEnd } from './threads.ts';
import { Uploads } from './uploads.ts';
import type { Voice, Voices } from './voice.ts';
import { type Words, whyNot } from './why-not.ts';

/** Milliseconds until {@link MatrixAdapter.stop} no longer waits for what still runs. */
const stopTime = 2_500;

/** An event could hold ten times as much; about so much is still read as one message and not as a document. */
const roomPerMessage = 4_000;

/** A room that messages go to. */
interface Target {
  readonly ref: RoomRef;
  readonly roomId: string;
  readonly own: Voice;
  readonly voices: Voices;
  readonly drafting: Drafting;
}

export class MatrixAdapter implements Adapter {
  readonly platform = 'Matrix';
  readonly roomPerMessage: number | undefined;
  readonly #config: MatrixConfig;
  readonly #host: AdapterHost;
  readonly #ending = new AbortController();
  readonly #homeserver: Homeserver;
  readonly #rooms: Rooms;
  readonly #known: KnownRooms;
  readonly #uploads: Uploads;
  readonly #appservice: Appservice | undefined;
  readonly #connection: Connection;

  constructor(config: MatrixConfig, host: AdapterHost) {
    this.#config = config;
    this.#host = host;
    // An appservice is not limited; and of several people's messages in one, nobody could be the author.
    this.roomPerMessage = config.appservice ? undefined : roomPerMessage;
    this.#homeserver = new Homeserver(config.homeserver_url, tokenOf(config), host.clock, this.#ending.signal);
    this.#uploads = new Uploads({ ...host, homeserver: this.#homeserver });
    this.#appservice =
      config.appservice &&
      new Appservice({
        config: config.appservice,
        nameTemplate: config.name_template,
        limits: limitsIn(config),
        host,
        homeserver: this.#homeserver,
        uploads: this.#uploads,
        ended: this.#ending.signal,
      });
    this.#rooms = new Rooms(host.rooms, host.log, host.clock);
    this.#known = new KnownRooms(host.memory, host.log);
    this.#connection = new Connection({
      config,
      host,
      homeserver: this.#homeserver,
      rooms: this.#rooms,
      known: this.#known,
      chats: new DirectChats(host.memory, host.log),
      edits: new Edits(host.memory, host.log),
      uploads: this.#uploads,
      positions: new Positions(host.memory, host.log),
      appservice: this.#appservice,
      ended: this.#ending.signal,
    });
  }

  get routes(): readonly Route[] {
    return this.#appservice === undefined ? [] : [this.#appservice.route];
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
    const { roomId, voices, drafting } = target;
    const done = voices.say(roomId, message, attempt, (voice) => {
      const show = async (thread?: ThreadEnd) =>
        voice.outgoing.show(roomId, await drafting.for(roomId, message, voice, attempt.signal), attempt, thread);
      return inItsThread(target, message, here, attempt.signal, show);
    });
    await this.#orWhyNot(done, target, { failed: sentences.notSent, forbidden: sentences.mayNotSpeak });
  }

  expect(ref: RoomRef, message: Message): void {
    const room = this.#rooms.get(ref);
    if (room?.state === 'open' && room.id !== undefined) this.#connection.session?.voices.expect?.(room.id, message);
  }

  async edit(ref: RoomRef, { id, message }: Edit, shown: readonly string[], attempt: Attempt, here?: RoomThread): Promise<void> {
    const target = this.#target(ref);
    const { roomId, voices, drafting } = target;
    const done = voices.change(roomId, shown[0] ?? '', attempt.signal, (voice) => {
      const change = async (thread?: ThreadEnd) =>
        voice.outgoing.change(roomId, await drafting.for(roomId, message, voice, attempt.signal, id), shown, attempt, thread);
      return inItsThread(target, message, here, attempt.signal, change);
    });
    await this.#orWhyNot(done, target, { failed: sentences.notChanged, forbidden: sentences.mayNotSpeak });
  }

  async remove(ref: RoomRef, shown: readonly string[], signal: AbortSignal): Promise<void> {
    const target = this.#target(ref);
    const done = this.#takeBack(target, shown, signal);
    await this.#orWhyNot(done, target, { failed: sentences.notChanged, forbidden: sentences.mayNotRemove });
  }

  async notify(ref: RoomRef, notice: Notice, signal: AbortSignal): Promise<void> {
    const target = this.#target(ref);
    const content = toNotice(notice, this.#host.chat.state.ownId);
    const done = target.own.outgoing.notify(target.roomId, content, notice.id, signal);
    await this.#orWhyNot(done, target, { failed: sentences.notSent, forbidden: sentences.mayNotSpeak });
  }

  async whisper(userId: string, whisper: Whisper, attempt: Attempt): Promise<void> {
    const { refusal, session } = this.#connection;
    if (refusal !== undefined) throw new DeliveryError("can't be reached on Matrix now", { passing: false });
    if (session === undefined) throw new DeliveryError(sentences.notConnected('private chats' as RoomRef), { passing: true });
    await session.whisperer.show(userId, whisper, attempt);
  }

  typing(ref: RoomRef, typing: Typing): void {
    const room = this.#rooms.get(ref);
    if (room?.state === 'open' && room.id !== undefined) this.#connection.session?.typing?.show(room.id, typing);
  }

  async open(ref: RoomRef, signal: AbortSignal): Promise<void> {
    const { session } = this.#connection;
    if (session === undefined) throw new AdapterError(sentences.notConnected(ref));
    await openRoom(ref, this.#rooms, session.visits, signal);
  }

  close(ref: RoomRef): void {
    const id = this.#rooms.get(ref)?.id;
    const isOpen = this.#rooms.get(ref)?.state === 'open';
    this.#rooms.forget(ref);
    this.#known.forget(ref);
    if (id === undefined || !isOpen) return;
    void this.#appservice?.leave(id);
    this.#connection.session?.bridgeState.withdraw(id).catch((fault: unknown) => {
      if (!this.#ending.signal.aborted) this.#host.log.debug({ room: ref }, sentences.notWithdrawn(ref, describe(fault)));
    });
  }

  roomFault(ref: RoomRef): string | undefined {
    return this.#rooms.fault(ref);
  }

  get reactions(): 'native' | 'personal' | 'note' | 'none' {
    const { reactions, appservice } = this.#config;
    return reactions === 'native' && appservice ? 'personal' : reactions;
  }

  async react(ref: RoomRef, reaction: OwnReaction, signal: AbortSignal): Promise<boolean> {
    const target = this.#target(ref);
    const { roomId, voices } = target;
    const done = voices.react(roomId, reaction, signal, (voice) => voice.reactions.set(roomId, reaction, signal));
    await this.#orWhyNot(done, target, { failed: sentences.notReacted, forbidden: sentences.mayNotReact });
    return true;
  }

  get fault(): string | undefined {
    return this.#connection.refusal;
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  openMedia(uri: string, signal: AbortSignal): Promise<Medium | undefined> {
    return openFile(this.#homeserver, uri, signal);
  }

  nativeRoomId(ref: RoomRef): string | undefined {
    return this.#rooms.get(ref)?.id;
  }

  async outranks(target: Author['id'], moderator: Author['id'] | undefined, room: RoomRef | undefined): Promise<boolean> {
    // People who signed in elsewhere have ids of another form.
    if (!target.startsWith('@')) return true;
    const rooms = room === undefined ? this.#host.rooms : [room];
    const ids = rooms.flatMap((ref) => this.#rooms.get(ref)?.id ?? []);
    if (ids.length === 0) throw new Error('no room is open');
    return outranks(this.#homeserver, trustedIn(this.#config), target, moderator, ids);
  }

  async moderate(target: Sanction): Promise<string | undefined> {
    const { session } = this.#connection;
    const open = this.#host.rooms.flatMap((ref) => {
      const room = this.#rooms.get(ref);
      return room?.state === 'open' && room.id !== undefined ? [room.id] : [];
    });
    const { mirror_kick, mirror_ban } = this.#config;
    const isWanted = (target.action === 'kick' ? mirror_kick : mirror_ban) !== 'none';
    // What game servers asked for while the bridge was away comes before that.
    if (session === undefined) return isWanted ? 'nothing was done: the homeserver is not reached yet' : undefined;
    const { userId } = session;
    return sanction(target, { homeserver: this.#homeserver, userId, config: this.#config, roomIds: [...new Set(open)] });
  }

  check(): AsyncGenerator<Finding> {
    return findings(this.#config, this.#host, this.#known);
  }

  async #takeBack({ roomId, voices }: Target, eventIds: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of eventIds) {
      await voices.takeBack(roomId, id, signal, ({ outgoing }) => outgoing.takeBack(roomId, [id], signal));
    }
  }

  /** @throws {DeliveryError} when nothing can go to the room now */
  #target(ref: RoomRef): Target {
    const room = this.#rooms.get(ref);
    const { refusal, session } = this.#connection;
    if (refusal !== undefined) throw new DeliveryError(refusal, { passing: false });
    if (room?.id === undefined || room.state !== 'open' || session === undefined) {
      throw new DeliveryError(room?.text ?? sentences.notConnected(ref), { passing: room?.state !== 'closed' });
    }
    const { own, voices, drafting } = session;
    return { ref, roomId: room.id, own, voices, drafting };
  }

  /** @throws {DeliveryError} when it was not done */
  async #orWhyNot(done: Promise<unknown>, { ref, roomId, own: { userId } }: Target, words: Words): Promise<void> {
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
  { roomId, own: { outgoing } }: Target,
  { thread }: Message,
  here: RoomThread | undefined,
  signal: AbortSignal,
  send: (end?: ThreadEnd) => Promise<void>,
): Promise<void> {
  return thread && here ? outgoing.threads.send({ roomId, thread, here }, signal, send) : send();
}
