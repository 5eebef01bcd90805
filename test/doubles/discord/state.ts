/** What the stand-in Discord knows: plain data, without behaviour. */
import type {
  APIEmbed,
  APIMessageReference,
  APIMessageSnapshotFields,
  APIPoll,
  APIStickerItem,
  ChannelType,
  MessageType,
  OverwriteType,
  WebhookType,
} from 'discord.js';

/** A person or a bot. */
export interface User {
  readonly id: string;
  username: string;
  globalName: string | null;
  /** The hash of a picture. */
  avatar: string | null;
  readonly bot: boolean;
  /** Whether their settings keep out direct messages. */
  takesNoDirect?: boolean;
}

/** The intents that have to be switched on in the developer portal. */
export type PrivilegedIntent = 'GuildMembers' | 'GuildPresences' | 'MessageContent';

interface Activity {
  readonly name: string;
  readonly type: number;
  readonly state?: string | null | undefined;
}

/** An application with its bot. */
export interface Bot {
  readonly applicationId: string;
  readonly user: User;
  readonly token: string;
  readonly privileged: ReadonlySet<PrivilegedIntent>;
  /** The last presence that it set over the gateway. */
  presence: { readonly status: string; readonly activities: readonly Activity[] } | null;
}

export interface Role {
  readonly id: string;
  name: string;
  /** 0xRRGGBB; 0 is none. */
  color: number;
  permissions: bigint;
  position: number;
  mentionable: boolean;
  /** The bot that this role belongs to. */
  readonly botId: string | null;
}

export interface Member {
  readonly user: User;
  readonly guild: Guild;
  nick: string | null;
  /** The hash of a picture for this guild alone. */
  avatar: string | null;
  /** Role ids, without the guild's own. */
  readonly roles: Set<string>;
  readonly joinedAt: number;
}

export interface Overwrite {
  /** A role's or a user's id. */
  readonly id: string;
  readonly type: OverwriteType;
  readonly allow: bigint;
  readonly deny: bigint;
}

export type ThreadType = ChannelType.PublicThread | ChannelType.PrivateThread;

export interface Channel {
  readonly id: string;
  readonly guild: Guild;
  readonly type: ChannelType.GuildText | ChannelType.GuildVoice | ChannelType.GuildForum | ChannelType.DM | ThreadType;
  /** Whom a bot talks with in private: then the guild is none that anybody knows of. */
  readonly recipient?: User;
  /** A thread's channel; null for others. */
  readonly parent: Channel | null;
  /** Who made the thread. */
  readonly ownerId: string | null;
  /** Of a thread: whether it is closed until somebody writes in it, since when, and whether only moderators may. */
  archived: boolean;
  archivedAt: number;
  locked: boolean;
  name: string;
  topic: string | null;
  readonly position: number;
  readonly overwrites: Map<string, Overwrite>;
  /** By id, from old to new. */
  readonly messages: Map<string, Message>;
  /** Until when those type who do, by user id, in milliseconds since the epoch. */
  readonly typing: Map<string, number>;
}

export interface Guild {
  readonly id: string;
  name: string;
  readonly ownerId: string;
  /** How much it is boosted. */
  premiumTier: 0 | 1 | 2 | 3;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  /** Threads among them. */
  readonly channels: Map<string, Channel>;
  /** Its own, by id. */
  readonly emojis: Map<string, ReactionEmoji>;
}

/** A Unicode emoji, or one of a guild. */
export interface ReactionEmoji {
  /** Null for a Unicode emoji. */
  readonly id: string | null;
  readonly name: string;
}

export interface Webhook {
  readonly id: string;
  readonly token: string;
  readonly type: WebhookType.Incoming | WebhookType.ChannelFollower;
  /** Where it posts; an admin may move it. */
  channel: Channel;
  /** The channel whose news it brings; null for one that anybody posts through. */
  readonly source: Channel | null;
  readonly name: string;
  readonly avatar: string | null;
  readonly creator: User;
  /** The application that made it; null for one made by a person. */
  readonly applicationId: string | null;
}

/** Who is, or may be, mentioned or pinged. */
export interface Mentions {
  readonly everyone: boolean;
  /** User ids. */
  readonly users: readonly string[];
  /** Role ids. */
  readonly roles: readonly string[];
}

export interface StoredAttachment {
  readonly id: string;
  readonly channelId: string;
  readonly filename: string;
  readonly contentType: string;
  readonly description: string | null;
  /** How long it plays; null for what is no voice message. */
  readonly seconds: number | null;
  readonly content: Uint8Array;
}

/** Who a message is shown to be from. */
export type MessageAuthor =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'webhook'; readonly webhook: Webhook; readonly name: string; readonly avatarUrl: string | null };

/** What only some messages have, as the API writes it. */
export interface Extras {
  readonly stickers?: readonly APIStickerItem[];
  readonly poll?: APIPoll;
  /** Where it points, other than a reply. */
  readonly reference?: APIMessageReference;
  /** The message that it forwards, as that was at the time. */
  readonly snapshot?: APIMessageSnapshotFields;
  /** The command that it answers: whose, and of which application. */
  readonly interaction?: { readonly id: string; readonly user: User; readonly applicationId: string };
}

export interface Message {
  readonly id: string;
  readonly channel: Channel;
  readonly type: MessageType;
  readonly author: MessageAuthor;
  content: string;
  embeds: readonly APIEmbed[];
  components: readonly unknown[];
  attachments: readonly StoredAttachment[];
  flags: number;
  readonly tts: boolean;
  readonly nonce: string | number | null;
  /** The id of the message that it answers, in the same channel. */
  readonly replyTo: string | null;
  extras: Extras;
  /** What the API calls `mentions`, `mention_roles` and `mention_everyone`. An edit changes it. */
  mentions: Mentions;
  /** Who was notified when it was sent. Edits notify nobody. */
  readonly pings: Mentions;
  editedAt: number | null;
  /** In the order of the first of each kind. */
  readonly reactions: Map<string, { readonly emoji: ReactionEmoji; readonly users: Set<User> }>;
}
