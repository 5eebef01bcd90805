/** What the core offers an adapter. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Commands } from '../command.ts';
import type { CrossChat } from '../crosschat/index.ts';
import type {
  AdapterId,
  Attachment,
  Author,
  Edit,
  EventId,
  Message,
  Place,
  PlayerParty,
  Reaction,
  ReactionRemoval,
  Removal,
  RoomRef,
  ServerId,
  UserParty,
} from '../event.ts';
import type { RichText } from '../text/tree.ts';
import type { MediaReader } from './media.ts';

/** What the core offers an adapter. */
export interface AdapterHost {
  readonly id: AdapterId;
  /** The rooms that are mapped to a channel now: they come and go with {@link Adapter.open} and {@link Adapter.close}. */
  readonly rooms: readonly RoomRef[];
  /** The names of the channels that a room is mapped to now. */
  channelsOf(room: RoomRef): readonly string[];
  /** Whether a game server is heard in one of its rooms now: people here may know who is there. */
  hears(server: ServerId): boolean;
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
  /** Those of this platform whom the network sees now: who left meanwhile is to be told of by {@link left}. */
  speakers(): readonly Author['id'][];
  /** A user left: they are in none of this adapter's mapped rooms any more. Called for anybody. */
  left(userId: Author['id']): void;
  /**
   * Maps another room of this adapter, which {@link Adapter.open} opens, to a channel that hears one game server. Kept over a restart.
   * @throws with a sentence that says why it can't be
   */
  addRoom(channel: string, room: RoomRef, server: ServerId): Promise<void>;
  /** The user of this platform who has shown that they are the player with this SteamID, unless they want nothing carried. */
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
  /** Whether they are in none of the joined places any more: nothing of theirs goes anywhere. */
  readonly isStranger?: boolean;
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
