/** What a homeserver knows: users, their sessions, rooms, aliases, and one stream that orders everything that happens. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../src/clock.ts';
import { Signal } from '../../support/signal.ts';
import type { Appservice } from './appservice.ts';
import { authorise } from './authorise.ts';
import { notFound } from './error.ts';
import type { Content, Draft, RoomEvent } from './event.ts';
import type { Filter } from './filter.ts';
import { Room } from './room.ts';
import { validate } from './validate.ts';

/** Account data by type, with the position in the stream at which it was set. */
export type AccountData = Map<string, { readonly content: Content; readonly position: number }>;

export interface User {
  readonly id: string;
  readonly password: string;
  displayName: string | undefined;
  /** An `mxc://` URI. */
  avatar: string | undefined;
  readonly accountData: AccountData;
  readonly roomAccountData: Map<string, AccountData>;
  readonly filters: Filter[];
  /** Ids of rooms that were left and are to be seen no more. */
  readonly forgotten: Set<string>;
}

/** A user, logged in on a device. */
export interface Session {
  readonly token: string;
  readonly user: User;
  readonly device: string;
  /** The appservice that acts as this user. */
  readonly appservice?: Appservice;
}

/** Users' local parts, room aliases' too: what may stand before the colon here. */
const LOCALPART = /^[a-z0-9._=/+-]+$/;

export class World {
  readonly serverName: string;
  readonly clock: Clock;
  /** Something happened that a sync may have to tell. */
  readonly changed = new Signal();
  readonly users = new Map<string, User>();
  /** By access token. */
  readonly sessions = new Map<string, Session>();
  readonly rooms = new Map<string, Room>();
  readonly aliases = new Map<string, { readonly roomId: string; readonly creator: string }>();
  readonly appservices: Appservice[] = [];
  #position = 0;
  #ids = 0;

  constructor(serverName: string, clock: Clock) {
    this.serverName = serverName;
    this.clock = clock;
  }

  /** The end of the stream. */
  get position(): number {
    return this.#position;
  }

  /** A new position at the end of the stream. Whoever asks for it calls `changed.notify()` when the change is made. */
  advance(): number {
    this.#position += 1;
    return this.#position;
  }

  /** 43 characters that name something, as in the ids of Matrix: unique here, and the same in each run. */
  newId(): string {
    this.#ids += 1;
    return createHash('sha256').update(`${this.serverName} ${this.#ids}`).digest('base64url');
  }

  /** @throws {Error} when the name can't be a user's or is taken: the test is wrong */
  addUser(localpart: string, password: string): User {
    const id = `@${localpart}:${this.serverName}`;
    if (!LOCALPART.test(localpart) || this.users.has(id)) throw new Error(`${id} can't be added`);
    const user: User = {
      id,
      password,
      displayName: localpart,
      avatar: undefined,
      accountData: new Map(),
      roomAccountData: new Map(),
      filters: [],
      forgotten: new Set(),
    };
    this.users.set(id, user);
    return user;
  }

  /** Logs a user in. Older tokens of the device stay valid, as in Synapse. */
  logIn(user: User, device = this.newId().slice(0, 10).toUpperCase()): Session {
    const session = { token: `syt_${this.newId()}`, user, device };
    this.sessions.set(session.token, session);
    return session;
  }

  /** The rooms where a user has or had a membership. */
  roomsOf(user: User): Room[] {
    return [...this.rooms.values()].filter((room) => room.members.has(user.id) && !user.forgotten.has(room.id));
  }

  /**
   * Finds a room by its alias, which an appservice may make because it is asked for.
   * @throws {MatrixError} 404 M_NOT_FOUND
   */
  async findAlias(alias: string): Promise<string> {
    const owner = this.aliases.has(alias) ? undefined : this.appservices.find((one) => one.isInterestedInAlias(alias));
    await owner?.ask('GET', `rooms/${encodeURIComponent(alias)}`);
    return this.resolveAlias(alias);
  }

  /** @throws {MatrixError} 404 M_NOT_FOUND */
  resolveAlias(alias: string): string {
    const target = this.aliases.get(alias);
    if (!target) throw notFound(`Room alias ${alias} not found`);
    return target.roomId;
  }

  /** Makes a room with nothing in it but the event that makes it, whose id is the room's: since room version 12. */
  foundRoom(creator: string, content: Content): Room {
    const id = this.newId();
    const room = new Room(`!${id}`);
    this.rooms.set(room.id, room);
    this.#append(room, { type: 'm.room.create', sender: creator, stateKey: '', content }, `$${id}`);
    return room;
  }

  /**
   * Adds an event, if its sender may. State that says what is said already is not repeated.
   * @throws {MatrixError} as Synapse does
   */
  send(room: Room, draft: Draft): RoomEvent {
    validate(room, draft);
    authorise(room, draft);
    const current = draft.stateKey === undefined ? undefined : room.state(draft.type, draft.stateKey);
    if (current && current.sender === draft.sender && isDeepStrictEqual(current.content, draft.content)) return current;
    return this.#append(room, draft, `$${this.newId()}`);
  }

  #append(room: Room, draft: Draft, id: string): RoomEvent {
    const { stateKey } = draft;
    const event: RoomEvent = {
      ...draft,
      stateKey,
      id,
      roomId: room.id,
      at: this.clock.now(),
      position: this.advance(),
      replaces: stateKey === undefined ? undefined : room.state(draft.type, stateKey),
      redactedBecause: undefined,
    };
    room.add(event);
    for (const appservice of this.appservices) appservice.hear(room, event);
    this.changed.notify();
    return event;
  }
}
