/** The vocabulary: what can happen on any side, in no platform's words. */
import type { RichText } from './text/tree.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** An adapter's name in the configuration, for example `discord`. */
export type AdapterId = Branded<'AdapterId'>;
/** A room as the operator wrote it in the configuration: a Discord channel id, a Matrix room id or alias. */
export type RoomRef = Branded<'RoomRef'>;
/** A game server's id on the crosschat network. */
export type ServerId = Branded<'ServerId'>;
/** Names one event for ever and over all platforms: made by {@link eventId} and {@link numberedId} only. */
export type EventId = Branded<'EventId'>;

/** Where something was said: a room of an adapter, or a game server. */
export type Place =
  | { readonly kind: 'room'; readonly adapter: AdapterId; readonly room: RoomRef }
  | { readonly kind: 'server'; readonly server: ServerId };

/** Makes an event's id from its place and the id that the place itself gave it. */
export function eventId(place: Place, nativeId: string): EventId {
  const where = place.kind === 'room' ? `${place.adapter}/${place.room}` : `server/${place.server}`;
  return `${where}/${nativeId}` as EventId;
}

/** The id that a place itself gave to an event; undefined when the event is of another place. */
export function nativeIdIn(place: Place, id: EventId): string | undefined {
  const start = eventId(place, '');
  return id.startsWith(start) ? id.slice(start.length) : undefined;
}

/** Makes the id of an event that has no place, or none with ids of its own, from the number that the bridge gave it. */
export function numberedId(seq: number): EventId {
  return `bridge/${seq}` as EventId;
}

/** Who said it. */
export interface Author {
  /** The platform's own id of the user, or the player's number on their server: an identity, never shown. */
  readonly id: string;
  /** As the platform gives it. The hub sanitises it before anybody else sees it. */
  readonly name: string;
  /** An http(s) URL of a picture that anybody can fetch. */
  readonly avatar?: string;
  /** An http(s) URL of a profile page. */
  readonly link?: string;
  /** `#rrggbb` */
  readonly color?: string;
  /** Of a player, as their server tells it: an identity, never shown. */
  readonly steamid64?: string;
}

/** In place of an adapter, for players who are known by their SteamID: no adapter has this name. */
export const STEAM = 'steam' as AdapterId;

/** The author's id where the bridge itself speaks: players are numbers on their server, and no platform gives such ids. */
export const BRIDGE_ID = 'bridge';
/** The author's id of what several people said, in one message. */
export const SEVERAL_ID = 'several';

/** Whether the bridge itself speaks, or sums up what several people said. */
export function isBridge({ id }: Author): boolean {
  return id === BRIDGE_ID || id === SEVERAL_ID;
}

/** Where the bridge itself can read a file. */
export interface MediaSource {
  /** The adapter that opens it. */
  readonly adapter: AdapterId;
  /** What that adapter knows it by. */
  readonly uri: string;
}

/** A file sent with a message. */
export interface Attachment {
  /** As its author called it: anything may stand in it. */
  readonly name: string;
  /** Absent where nobody but the people in its room can read it. */
  readonly media?: MediaSource;
  /** An http(s) URL that anybody can open; absent where the platform gives none. */
  readonly url?: string;
  readonly mimeType?: string;
  /** Of a video, where a picture out of it can be read. */
  readonly still?: MediaSource;
  /** In bytes, as its author's program says. */
  readonly size?: number;
  /** Of a picture or video, in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** How long a recording plays, in milliseconds. */
  readonly duration?: number;
  /** What is to be seen or heard in it, in the author's words: the alternative text. */
  readonly description?: string;
  /** What people take it for, where that is more than its type tells. */
  readonly kind?: 'voice' | 'sticker';
  readonly spoiler?: boolean;
}

/** The message that another one answers. */
export interface Quote {
  readonly author: string;
  /** The platform's own id of who said it; absent for what we show there. */
  readonly by?: Author['id'];
  readonly text: string;
  /** The message itself, where its place tells which it is: named after that place, also when it is one that we show there. */
  readonly target?: EventId;
  /** Where it stands in the room that the answer is to be shown in: the core fills it in for {@link Adapter.send} and `edit`. */
  readonly here?: Standing;
}

/** A message as it stands in one room. */
export interface Standing {
  /** Its native id there; of one in several parts that of the first. */
  readonly nativeId: string;
  /** The platform's own id of who said it there; absent for what we show there, and where it isn't known any more. */
  readonly by?: Author['id'];
}

/** A conversation of its own within a room. */
export interface Thread {
  /** That of the message which it hangs on; where it hangs on none, or on one that nobody heard, an id that no message has. */
  readonly id: EventId;
  /** What people call it, or the first words of the message that it hangs on. */
  readonly name?: string;
  /** The platform's own id of who said the message whose words the name is. */
  readonly by?: Author['id'];
}

/** Somebody said something. */
export interface Message {
  readonly kind: 'message';
  readonly id: EventId;
  /** Milliseconds since the epoch, by the clock of the place where it was said. */
  readonly at: number;
  readonly place: Place;
  /** The place's short name for people: `Discord`, `alpha`. */
  readonly tag: string;
  readonly author: Author;
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
  readonly replyTo?: Quote;
  /** Said with `/me`. */
  readonly emote?: boolean;
  /** The thread of the room that it was said in. */
  readonly thread?: Thread;
}

/** What was said earlier now reads otherwise. */
export interface Edit {
  readonly kind: 'edit';
  readonly id: EventId;
  readonly at: number;
  readonly place: Place;
  /** The message as it reads now; its id is that of the message that was edited. */
  readonly message: Message;
}

/** What was said earlier was taken back. */
export interface Removal {
  readonly kind: 'removal';
  readonly id: EventId;
  readonly at: number;
  readonly place: Place;
  /** The message that is gone. */
  readonly target: EventId;
}

/** What somebody reacted with. */
export interface Emoji {
  /** A Unicode emoji, or another short text; of a custom one its name, without colons. */
  readonly name: string;
  /** An http(s) URL of the picture of a custom one. */
  readonly url?: string;
}

/** Somebody reacted to a message. */
export interface Reaction {
  readonly kind: 'reaction';
  readonly id: EventId;
  readonly at: number;
  readonly place: Place;
  readonly tag: string;
  readonly author: Author;
  readonly emoji: Emoji;
  /** The message: named after the place, also when it is one that we show there. */
  readonly target: EventId;
}

/** Reactions were taken back. One that has an id of its own at its place can be taken back by a {@link Removal} as well. */
export interface ReactionRemoval {
  readonly kind: 'reaction-removal';
  readonly id: EventId;
  readonly at: number;
  readonly place: Place;
  /** The message, as in {@link Reaction}. */
  readonly target: EventId;
  /** Absent for all. */
  readonly emoji?: Emoji;
  /** Whose they were; absent for everybody's. */
  readonly userId?: Author['id'];
}

/** A platform user's name, avatar or color changed. */
export interface Profile {
  readonly kind: 'profile';
  readonly id: EventId;
  readonly at: number;
  readonly adapter: AdapterId;
  readonly author: Author;
}

/** A platform user left all mapped rooms of an adapter. */
export interface Departure {
  readonly kind: 'departure';
  readonly id: EventId;
  readonly at: number;
  readonly adapter: AdapterId;
  readonly userId: Author['id'];
}

/** What a notice can be about; an operator chooses among them for each channel. */
export const noticeSubjects = ['joins', 'servers', 'maps'] as const;
export type NoticeSubject = (typeof noticeSubjects)[number];

/** Something happened on a game server, and nobody said it: noise, which is shown soon or never, and is not kept. */
export interface Notice {
  readonly kind: 'notice';
  readonly id: EventId;
  readonly at: number;
  /** The server that it is about. */
  readonly place: Place;
  /** The server's short name for people, or words for several. */
  readonly tag: string;
  /** One line, or one for each of several notices. */
  readonly body: RichText;
}

/** Somebody who whispers, or who is whispered to. */
export type Party = PlayerParty | UserParty | { readonly kind: 'bridge'; readonly author: Author };

/** A player of another server on the network. */
export interface PlayerParty {
  readonly kind: 'player';
  readonly server: ServerId;
  /** Their user id there; absent where the server does not say who it is. */
  readonly number?: number;
  /** Since when they have it, in Unix seconds: servers give the same id to somebody else later. Absent where that is not known. */
  readonly since?: number;
  readonly author: Author;
}

/** A user of one of our platforms. */
export interface UserParty {
  readonly kind: 'user';
  readonly adapter: AdapterId;
  readonly author: Author;
}

/** Somebody told somebody else something that is for nobody else's eyes. */
export interface Whisper {
  readonly kind: 'whisper';
  readonly id: EventId;
  readonly at: number;
  readonly from: Party;
  readonly to: PlayerParty | UserParty;
  /** The short name for people of where it is from: `Discord`, `alpha`. */
  readonly tag: string;
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
  /** Said with `/me`. */
  readonly emote?: boolean;
  /** Whether a conversation begins with it: then it is said how to answer. */
  readonly begins?: boolean;
}

/** What happens in rooms. */
export type Heard = Message | Edit | Removal | Reaction | ReactionRemoval;

/** Anything that happens, and that somebody elsewhere is to hear of. */
export type Event = Heard | Profile | Departure | Whisper;

/** Somebody types in a room, or does so no more. It is no event: nobody keeps it. */
export interface Typing {
  readonly place: Extract<Place, { kind: 'room' }>;
  readonly author: Author;
  /** When the sign ends, in milliseconds since the epoch by the bridge's clock; in the past when they have stopped. */
  readonly until: number;
}
