/** What an adapter does. */
import type { Author, Edit, Message, Notice, RoomRef, Typing, Whisper } from '../event.ts';
import type { Route } from '../http/route.ts';
import type { Attempt, OwnReaction, RoomThread } from './delivery.ts';
import type { Medium } from './media.ts';

/** One connection to one platform. */
export interface Adapter {
  /** What people call the platform: `Discord`, `Matrix`. */
  readonly platform: string;
  /**
   * Connects, and keeps connected from then on. Resolves when messages flow, or when the platform can't be reached yet and the
   * adapter goes on trying by itself. Faults in single rooms are logged with {@link Finding.text} and leave the others working.
   * @throws {AdapterError} when it can never work as configured (a wrong token): the operator has to act
   */
  start(): Promise<void>;
  /** Disconnects for good. Within 3 s; never throws. */
  stop(): Promise<void>;
  /**
   * Shows a message in a room, in as many parts as it takes. Called for one message at a time per room, in order; a message that was
   * begun and not finished comes again, also after a crash, and {@link Attempt} tells how far it came.
   * @param thread the thread that it belongs to. Where the room can't have it, it is named in the message
   * @throws {DeliveryError}; anything else that is thrown counts as a passing fault
   */
  send(room: RoomRef, message: Message, attempt: Attempt, thread?: RoomThread): Promise<void>;
  /** A message will be sent to a room soon: what takes long beforehand can begin. Never throws. */
  expect?(room: RoomRef, message: Message): void;
  /**
   * Lets a message that was shown read otherwise. Called in the same order as {@link send}; may be called again for the same edit.
   * @param shown the native ids of its parts, with those that earlier edits added
   * @param attempt tells of the parts that this edit adds: those which the text needs beyond `shown`
   * @param thread like that of {@link send}
   * @throws {DeliveryError} as {@link send} does
   */
  edit?(room: RoomRef, edit: Edit, shown: readonly string[], attempt: Attempt, thread?: RoomThread): Promise<void>;
  /**
   * Takes back a message that was shown. May be called again; that it is gone already is no fault.
   * @param shown the native ids of its parts
   * @throws {DeliveryError} as {@link send} does
   */
  remove?(room: RoomRef, shown: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Shows a notice in a room, so that nobody's telephone rings. Called between two messages, and once: it is not shown again, unless the
   * platform asked to wait.
   * @throws {DeliveryError}
   */
  notify?(room: RoomRef, notice: Notice, signal: AbortSignal): Promise<void>;
  /**
   * Shows a whisper to a user, where nobody else reads it. Called for one at a time, and again like {@link send}.
   * @throws {DeliveryError} as {@link send} does; the message of one that is not passing is told to the sender, behind the user's name:
   *   `takes no direct messages`
   */
  whisper?(userId: Author['id'], whisper: Whisper, attempt: Attempt): Promise<void>;
  /**
   * Since when a user has not been looking, in milliseconds since the epoch, who reads a whisper only when they come back; undefined where
   * they read it at once, or nobody can tell.
   */
  awaySince?(userId: Author['id']): number | undefined;
  /**
   * Opens a file that a message of this adapter brought. Undefined when it is not there any more, or never was: anybody may ask for
   * anything. Throws where it may be there another time.
   * @param uri that of its {@link MediaSource}
   * @param signal ends the stream as well
   */
  openMedia?(uri: string, signal: AbortSignal): Promise<Medium | undefined>;
  /**
   * Does on the platform what was done to a user on the network, as far as it is configured to: never to somebody who stands as high as
   * the bridge there, or whom the operator trusts.
   * @returns what came of it, or why nothing was done, in words for moderators; undefined where nothing is configured
   */
  moderate?(sanction: Sanction): Promise<string | undefined>;
  /**
   * Whether a moderator stands above one of its users, so that they may do something to them: whoever could throw them out on the
   * platform itself. Rejects when that can't be told now.
   * @param target maybe somebody whom it does not know, like `discord:1`: nobody needs to stand above them
   * @param moderator one of its users; undefined for somebody from elsewhere, who stands above those who moderate nobody
   * @param room where to look; everywhere, unless given
   */
  outranks?(target: Author['id'], moderator: Author['id'] | undefined, room: RoomRef | undefined): Promise<boolean>;
  /**
   * How reactions are shown in its rooms: by {@link react}, one for all who share it, or one for each person; in words; or not at all,
   * as where this is absent.
   */
  readonly reactions?: 'native' | 'personal' | 'note' | 'none';
  /**
   * Puts the bridge's own reaction to a message, or takes it away. May be called again for the same; that it is there or gone already,
   * or that the message is gone, is no fault.
   * @returns false when the bridge can't react with this emoji there: then the core says it in words
   * @throws {DeliveryError} as {@link send} does
   */
  react?(room: RoomRef, reaction: OwnReaction, signal: AbortSignal): Promise<boolean>;
  /** Shows that somebody elsewhere types, or has stopped; where that can't be shown now, it does nothing. Never throws. */
  typing?(room: RoomRef, typing: Typing): void;
  /** About so many UTF-16 units fit into one message: where a room can't keep up, messages are joined up to that. */
  readonly roomPerMessage?: number | undefined;
  /** Why it does not work any more until the operator acts: a sentence. Undefined while it works, or tries to by itself. */
  readonly fault?: string | undefined;
  /** How its connection stands; absent where it keeps none. */
  readonly connection?: Connection;
  /** What stands in the way in one room until somebody acts there (it was kicked, the room is encrypted): a sentence for the operator. */
  roomFault?(room: RoomRef): string | undefined;
  /**
   * Takes part in another room from now on; what was said there before is not heard. Called after {@link start}. Resolves when messages
   * can flow both ways.
   * @param signal aborted when nobody waits for it any more: then {@link close} is called, and nothing may be left of it
   * @throws {AdapterError} when they can't: the message says what is missing (a permission, an invitation), and the room is forgotten
   */
  open?(room: RoomRef, signal: AbortSignal): Promise<void>;
  /** Takes no part in a room any more. Never throws. */
  close?(room: RoomRef): void;
  /** What it serves on the bridge's HTTP server, where there is one: also before {@link start} and after {@link stop}. */
  readonly routes?: readonly Route[];
  /** The platform's own id of a room that was configured by another name (an alias), once it is known. */
  nativeRoomId?(room: RoomRef): string | undefined;
  /** Tries what {@link start} and {@link send} will need, without letting anybody in a room see it. Never throws. */
  check(): AsyncIterable<Finding>;
}

/** How the connection to a platform stands. */
export interface Connection {
  /** Why messages do not flow now, though the adapter does by itself what it can: a sentence. Undefined while they do. */
  readonly lost: string | undefined;
  /** How often it was made. */
  readonly made: number;
}

/** What was done to a user on the network, and may be done to them on their platform as well. */
export interface Sanction {
  readonly userId: Author['id'];
  readonly action: 'kick' | 'ban';
  /** Who did it: a game server, or a moderator by name. */
  readonly by: string;
  /** One line; empty where none was given. */
  readonly reason: string;
  /** When a ban ends, or they are heard again after a kick, in milliseconds since the epoch; undefined for never. */
  readonly until: number | undefined;
}

/** One line of `crosschat-bridge check`. */
export interface Finding {
  readonly ok: boolean;
  /** A sentence for the operator: what works, or what is wrong, where, and what to do. */
  readonly text: string;
}

/** An adapter can't work as configured. The message is a sentence for the operator and holds no secret. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}
