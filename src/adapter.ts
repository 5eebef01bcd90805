/** The contract between the core and a platform: what an adapter does, and what the core offers it. */
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Commands } from './command.ts';

export type { HttpAnswer, HttpRequest, Route } from './http/route.ts';

import type { CrossChat } from './crosschat/index.ts';
import type {
  AdapterId,
  Attachment,
  Author,
  Edit,
  Emoji,
  EventId,
  MediaSource,
  Message,
  Notice,
  Place,
  PlayerParty,
  Reaction,
  ReactionRemoval,
  Removal,
  RoomRef,
  ServerId,
  Typing,
  UserParty,
  Whisper,
} from './event.ts';
import type { HttpAnswer, HttpRequest, Route } from './http/route.ts';
import type { AdapterSetup } from './setup.ts';
import type { RichText } from './text/tree.ts';

export {
  type CommandInfo,
  type CommandOption,
  type Commands,
  type Invocation,
  moderationCommands,
  type Rank,
  reaches,
} from './command.ts';
export { helpFor } from './command-help.ts';
export type { AdapterSetup, Answers } from './setup.ts';
export { readCommand, type Typed, usageOf } from './typed-command.ts';
export { readUnfinished, typedValue } from './unfinished-command.ts';

/** A kind of adapter, listed in `bridges/index.ts`. */
export interface AdapterModule<Config = unknown> {
  /** The `type` in the configuration, for example `discord`. */
  readonly type: string;
  /** The adapter's own keys in the configuration; each says what it wants in its error message. */
  readonly schema: z.ZodType<Config>;
  /** Whether the adapter is there without being configured, with a room in every channel, named as the channel is. */
  readonly everywhere?: boolean;
  /** Makes one adapter. Does no I/O and throws nothing: {@link Adapter.start} does the work. */
  create(config: Config, host: AdapterHost): Adapter;
  /** Where the platform's server has to be told of the bridge by a file. */
  readonly registration?: {
    /** The adapter's own keys, with secrets made up where they are missing. */
    complete(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
    /** The file; undefined where the configuration needs none. */
    write(config: Config): RegistrationFile | undefined;
  };
}

/** A file by which a platform's server gets to know the bridge. It holds secrets. */
export interface RegistrationFile {
  readonly text: string;
  /** The adapter's keys that have to say the same as the file. */
  readonly shared: readonly string[];
  /** What to do with the file: sentences for the operator. @param path where it is */
  next(path: string): readonly string[];
}

/** A type of adapter as `bridges/index.ts` lists it: what is known before it is loaded. */
interface AdapterEntry {
  load(): Promise<AdapterModule>;
  /** How it is loaded for a bridge without any configuration, where it is there all the same; absent where it isn't. */
  loadForDemo?(): Promise<AdapterModule>;
  /** What `crosschat-bridge init` asks to configure one; absent where it asks nothing. */
  setup?(): Promise<AdapterSetup>;
  /** The simple case: one adapter of this type, configured by environment variables alone. */
  readonly environment?: {
    /** From the variables that have to be set to the keys of the configuration that they stand for. */
    readonly required: Readonly<Record<string, string>>;
    readonly optional?: Readonly<Record<string, string>>;
    /** The variable that names its rooms. */
    readonly rooms: string;
  };
}

/** The adapters that there are, by type. */
export type AdapterEntries = Readonly<Record<string, AdapterEntry>>;

/** What the core offers an adapter. */
export interface AdapterHost {
  readonly id: AdapterId;
  /** The rooms that are mapped to a channel now: they come and go with {@link Adapter.open} and {@link Adapter.close}. */
  readonly rooms: readonly RoomRef[];
  /** The names of the channels that a room is mapped to now. */
  channelsOf(room: RoomRef): readonly string[];
  readonly log: Logger;
  readonly clock: Clock;
  /** A number from 0 up to but without 1, like Math.random. */
  readonly random: () => number;
  /** Where this adapter may keep small things (a sync token) over a restart. */
  readonly memory: Memory;
  /** A folder for files of its own that outlive a restart, which need not be there yet; undefined where nothing is to be left behind. */
  readonly folder: string | undefined;
  /** Reads the files of messages, whichever adapter they came through. */
  readonly media: MediaReader;
  /** The virtual server that speaks for this adapter's users. */
  readonly chat: CrossChat;
  /** Somebody said something in a mapped room. Resolves when the core has taken it: only then may its source be told so. */
  message(message: Message): Promise<void>;
  /** What was said in a mapped room was edited. Resolves like {@link message}. */
  edit(edit: Edit): Promise<void>;
  /** What was said in a mapped room was taken back. Resolves like {@link message}. */
  remove(removal: Removal): Promise<void>;
  /** Somebody reacted to a message in a mapped room, or that was taken back. Resolves like {@link message}. */
  react(reaction: Reaction | ReactionRemoval): Promise<void>;
  /** A user said something to the bridge in private: an answer to a whisper, mostly. Resolves like {@link message}. */
  direct(message: DirectMessage): Promise<void>;
  /**
   * Somebody types in a mapped room, or has stopped: others are told, and nothing is kept. Called about every eight seconds as long as
   * they type; called more often, it does nothing.
   */
  typing(room: RoomRef, author: Author, isTyping: boolean): void;
  /** A user's name, avatar or color changed. Called for anybody; the core knows who matters. */
  profile(author: Author): void;
  /** A user left: they are in none of this adapter's mapped rooms any more. Called for anybody. */
  left(userId: Author['id']): void;
  /**
   * Maps another room of this adapter, which {@link Adapter.open} opens, to a channel that hears one game server. Kept over a restart.
   * @throws with a sentence that says why it can't be
   */
  addRoom(channel: string, room: RoomRef, server: ServerId): Promise<void>;
  /** The user of this platform who has shown that they are the player with this SteamID. */
  linkedUser(steamid64: string): Author['id'] | undefined;
  /** Why nothing of a user is carried now, in a sentence for them: they are banned or muted, or want it so. Undefined when it is. */
  whyBarred(userId: Author['id']): string | undefined;
  /** Where people reach what the bridge serves by HTTP, without a `/` at its end; undefined where it serves nothing. */
  readonly webUrl: string | undefined;
  /** What people may ask of the bridge on this platform. */
  readonly commands: Commands;
  /** What is wrong with the bridge now, in sentences for the operator; none when all is well. */
  health(): readonly string[];
  /**
   * Notes in the audit log what somebody is about to do to others by way of this adapter alone; what commands do is noted without it.
   * Resolves with whether that is kept: where it is not, it must not be done.
   */
  noted(deed: Deed): Promise<boolean>;
  /** The operator asked, on this adapter, for the end of the whole bridge. */
  shutdown(): void;
}

/** What a user said to the bridge in private. The core finds out whom it is for, and tells the user by a whisper where it can't. */
export interface DirectMessage {
  readonly id: EventId;
  /** The private chat, as if it were a room. */
  readonly place: Place;
  /** Milliseconds since the epoch, by the platform's clock. */
  readonly at: number;
  readonly author: Author;
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
  /** Said with `/me`. */
  readonly emote?: boolean;
  /** The native id of the message that it answers. */
  readonly inReplyTo?: string;
  /** Whom the private chat is with, where that is one person whom the platform shows as a user of its own. */
  readonly to?: PlayerParty | UserParty;
}

/** Something that somebody did to others, or to the bridge: an entry of the audit log. */
export interface Deed {
  /** Who: an operator at the command line, a moderator by name and platform. */
  readonly who: string;
  /** What, in a word or two: `ban`, `dead-letters drop`. */
  readonly action: string;
  /** To whom or what. */
  readonly target: string;
  /** Anything else that matters. */
  readonly detail: string;
}

/** A few strings under names, kept over a restart. */
export interface Memory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

/** A file that is being read. */
export interface Medium {
  /** Whoever has it reads it to its end, or destroys it. */
  readonly stream: Readable;
  /** In bytes, where the platform tells it beforehand. */
  readonly size: number | undefined;
  /** Its media type: whoever uploaded it has chosen it. */
  readonly type: string | undefined;
}

/** What a file turned out to be, whatever its author's program said of it. */
export interface FileFacts {
  /** Its media type: what its platform says, and where that is nothing, what it begins with. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** Of a picture or video, in pixels, as it is shown; absent where it does not tell. */
  readonly width?: number;
  readonly height?: number;
}

/** A file that was read whole. */
export interface LoadedFile extends FileFacts {
  readonly bytes: Buffer;
}

/** A file that a platform was given. */
export interface UploadedFile extends FileFacts {
  /** What it is known by there. */
  readonly uri: string;
}

/** How an adapter gets at files. */
export interface MediaReader {
  /** So large may a file be that is carried, in bytes. */
  readonly maxBytes: number;
  /**
   * Reads files whole, lets `use` have them, and forgets them. Only so much is in memory at once over all adapters: it waits for its
   * turn. In place of a file that can't be had, now or ever, there is undefined: it was tried more than once.
   * @param maxBytes so large may they be together
   * @throws what `use` throws, or the signal's reason
   */
  load<T>(
    files: readonly Attachment[],
    maxBytes: number,
    signal: AbortSignal,
    use: (loaded: readonly (LoadedFile | undefined)[]) => Promise<T>,
  ): Promise<T>;
  /** Answers somebody who may read one of this adapter's own files, in such a way that a browser runs nothing of it. */
  serve(uri: string, name: string, request: HttpRequest): Promise<HttpAnswer>;
  /** Where the picture of somebody who speaks there can be read; undefined where they have none, or nobody can. */
  pictureOf(author: Author, place: Place): MediaSource | undefined;
  /** What this adapter's platform knows a file by that this adapter has uploaded there before. */
  uploaded(source: MediaSource): Promise<UploadedFile | undefined>;
  /** This adapter has uploaded a file, and its platform knows it by this from now on. */
  noteUpload(source: MediaSource, file: UploadedFile): void;
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

/** One try to show something in a room, and what the tries before it came to. */
export interface Attempt {
  /** Aborted when the time for this attempt is over. */
  readonly signal: AbortSignal;
  /** The native ids of the parts that are shown already, in order; grows with {@link done}. */
  readonly shown: readonly string[];
  /** Whether the next part may be there although nobody confirmed it: a platform that can't sort out doubles is looked at first. */
  readonly doubtful: boolean;
  /** When the doubtful part was begun, in milliseconds since the epoch by the bridge's clock: nobody needs to look for it before that. */
  readonly begunAt?: number | undefined;
  /** Whether a native id of this room is known as that of something shown before: then it is not the part that is looked for. */
  isKnown(nativeId: string): Promise<boolean>;
  /** The next part is about to be sent. Resolves when that is kept: were the bridge killed now, the next attempt would be doubtful. */
  begin(): Promise<void>;
  /** The next part was certainly not shown: what {@link begin} noted is taken back. */
  failed(): void;
  /** The next part is shown, with this native id. */
  done(nativeId: string): void;
}

/** A thread as one room knows it. */
export interface RoomThread {
  /**
   * Its native id in the room, or that of the message there that it is to hang on. Undefined when the room has neither: then it is for
   * the adapter to make one.
   */
  readonly nativeId: string | undefined;
  /** What people call it; empty where that is not known. */
  readonly name: string;
  /** The room knows it by this native id from now on. */
  opened(nativeId: string): void;
}

/** The bridge's own reaction to a message, which stands for those of everybody elsewhere. */
export interface OwnReaction {
  /** The native id of the message. */
  readonly message: string;
  readonly emoji: Emoji;
  /** Whether it is to be there from now on, or no longer. */
  readonly isOn: boolean;
  /** Who reacted, where each person's reaction is shown by itself; of one that is taken back only the id is known. */
  readonly by?: Pick<Reaction, 'place' | 'author' | 'tag'>;
  /** The event because of which. */
  readonly cause: EventId;
}

/** How the connection to a platform stands. */
export interface Connection {
  /** Why messages do not flow now, though the adapter does by itself what it can: a sentence. Undefined while they do. */
  readonly lost: string | undefined;
  /** How often it was made. */
  readonly made: number;
}

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

/** A message was not delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether trying again can help: false for a deleted channel or a refused message. */
  readonly passing: boolean;
  /** The wait in milliseconds that the platform asked for. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { passing: boolean; retryAfter?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.passing = options.passing;
    this.retryAfter = options.retryAfter;
  }
}
