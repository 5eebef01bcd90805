/** What a test does in the double's world, and what it sees there. */
import * as actions from './actions.ts';
import type { Content } from './event.ts';
import type { Room } from './room.ts';
import { changedMessages, type SeenEvent, type SeenMessage, seenEvents, seenMessages } from './view.ts';
import type { Session, World } from './world.ts';

/** Any user, or the id of one. */
export type UserLike = TestUser | string;

export const idOf = (user: UserLike): string => (typeof user === 'string' ? user : user.id);

/** A user whom a test made. */
export class TestUser {
  readonly id: string;
  readonly password: string;
  /** An access token, of a device that was made with the user. */
  readonly token: string;
  readonly #world: World;
  readonly #session: Session;

  constructor(world: World, session: Session) {
    this.#world = world;
    this.#session = session;
    this.id = session.user.id;
    this.password = session.user.password;
    this.token = session.token;
  }

  /** Takes another name, which all their rooms are told. An empty one is none. */
  renames(displayName: string): void {
    actions.setProfile(this.#world, this.#session.user, { displayName });
  }

  /** Takes another picture, an `mxc://` URI. */
  changesAvatar(avatar: string): void {
    actions.setProfile(this.#world, this.#session.user, { avatar });
  }

  /** @throws {MatrixError} when they may not, also in each of what follows */
  joins(room: TestRoom): void {
    actions.join(this.#world, room.room, this.id);
  }

  leaves(room: TestRoom, reason?: string): void {
    actions.leave(this.#world, room.room, this.id, reasonOf(reason));
  }

  /** Types in a room, for so many milliseconds. */
  types(room: TestRoom, duration = 30_000): void {
    actions.setTyping(this.#world, room.room, this.id, duration);
  }

  /** The token is valid no more. */
  logsOut(): void {
    this.#world.sessions.delete(this.token);
  }
}

/** A room, seen by somebody who sees everything. */
export class TestRoom {
  /** What the server knows of it. */
  readonly room: Room;
  readonly #world: World;

  constructor(world: World, room: Room) {
    this.#world = world;
    this.room = room;
  }

  get id(): string {
    return this.room.id;
  }

  /** The ids of who is in it. */
  get joined(): string[] {
    return this.room.joined;
  }

  /** All events, oldest first. */
  get timeline(): SeenEvent[] {
    return seenEvents(this.room);
  }

  /** The messages as they stand there now, oldest first. */
  get messages(): SeenMessage[] {
    return seenMessages(this.room);
  }

  /** The content of the current state event of a type, if there is one. */
  state(type: string, stateKey = ''): Content | undefined {
    return this.room.state(type, stateKey)?.content;
  }

  /** A text, or the content of a message, to which `msgtype` `m.text` is added where it has none. Returns the event's id. */
  says(user: UserLike, what: string | (Content & { readonly body: string })): string {
    return this.sends(user, 'm.room.message', { msgtype: 'm.text', ...(typeof what === 'string' ? { body: what } : what) });
  }

  /** Changes a message of their own. Returns the id of the event that does so. */
  edits(user: UserLike, eventId: string, body: string): string {
    const content = { msgtype: 'm.text', body };
    return this.says(user, {
      ...content,
      body: `* ${body}`,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    });
  }

  redacts(user: UserLike, eventId: string, reason?: string): string {
    return this.sends(user, 'm.room.redaction', { redacts: eventId, ...reasonOf(reason) });
  }

  /** Any event that isn't state. */
  sends(user: UserLike, type: string, content: Content): string {
    return this.#world.send(this.room, { type, sender: idOf(user), content }).id;
  }

  /** State: a name, a tombstone, power levels. */
  sets(user: UserLike, type: string, content: Content, stateKey = ''): string {
    return this.#world.send(this.room, { type, sender: idOf(user), stateKey, content }).id;
  }

  invites(by: UserLike, user: UserLike): void {
    actions.invite(this.#world, this.room, idOf(by), idOf(user));
  }

  kicks(by: UserLike, user: UserLike, reason?: string): void {
    actions.kick(this.#world, this.room, idOf(by), idOf(user), reasonOf(reason));
  }

  bans(by: UserLike, user: UserLike, reason?: string): void {
    actions.ban(this.#world, this.room, idOf(by), idOf(user), reasonOf(reason));
  }

  /**
   * The first message, past or future, that fits as it stands then.
   * @param fits a predicate, or the message's exact body
   */
  waitFor(fits: string | ((message: SeenMessage) => boolean), timeout?: number): Promise<SeenMessage> {
    const predicate = typeof fits === 'string' ? (message: SeenMessage) => message.body === fits : fits;
    let seen = 0;
    return this.waitUntil(({ room }) => {
      const changed = changedMessages(room, seen);
      seen = room.timeline.length;
      return changed.find(predicate);
    }, timeout);
  }

  /**
   * Resolves with what `look` returns as soon as that is neither undefined nor false: now, or after something happened.
   * @param timeout in milliseconds of real time, whatever clock the double runs on
   * @throws {Error} when the time is over; it says what was in the room instead
   */
  waitUntil<T>(look: (room: this) => T | undefined | false, timeout?: number): Promise<T> {
    const said = () => this.messages.slice(-20).map(({ displayname, body }) => `${displayname}: ${body}`);
    const explain = () => `It was said:\n${said().join('\n')}`;
    return this.#world.changed.until(() => look(this), `a change in ${this.id}`, timeout, explain);
  }
}

function reasonOf(reason: string | undefined): Content {
  return reason === undefined ? {} : { reason };
}
