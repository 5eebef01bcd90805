/** What the bridge and the page of the web chat tell each other. Types only, for both sides. */

/** Rich text, as the core has it; addresses in it are checked again where they are used. */
export type Node =
  | { readonly type: 'text' | 'code'; readonly text: string }
  | { readonly type: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'quote'; readonly children: readonly Node[] }
  | { readonly type: 'codeBlock'; readonly text: string; readonly language?: string }
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly Node[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly start?: number; readonly items: readonly (readonly Node[])[] }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Node[] }
  | { readonly type: 'mention'; readonly name: string; readonly of: 'user' | 'role' | 'room' | 'everyone' }
  | { readonly type: 'emoji'; readonly name: string; readonly url?: string };

/** Somebody, as everybody may see them. */
export interface Person {
  /** Always the same for the same person, and of nobody else. */
  readonly key: string;
  readonly name: string;
  /** A picture that the bridge itself serves: an address relative to the page. */
  readonly picture?: string;
  /** An http(s) address of a profile page. */
  readonly link?: string;
  /** Where they can be whispered to: a player on a game server. */
  readonly player?: { readonly server: string; readonly user: number };
}

/** A file that came with a message. */
export interface File {
  readonly name: string;
  /** http(s), or relative to the page: then the bridge serves it. */
  readonly url?: string;
  /** Whether it is a picture that the bridge serves. */
  readonly shown?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly description?: string;
  readonly spoiler?: boolean;
}

/** A file that came, and is to be sent with a message. */
export interface Sent {
  /** What it was called when it came. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly spoiler?: boolean;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** What some people reacted with. */
export interface Tally {
  readonly emoji: string;
  /** The keys of those on this page; `*` for people elsewhere. */
  readonly by: readonly string[];
}

/** Something that stands in a room: a message, a notice of a game server, or the place of a message that was taken back. */
export interface Entry {
  readonly id: string;
  readonly kind: 'message' | 'notice' | 'gone';
  readonly room: string;
  /** Its place in the room: later ones have a higher one. */
  readonly place: number;
  /** Higher for each change of any entry. */
  readonly change: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The short name of where it was said: `Discord`, `alpha`. */
  readonly tag: string;
  /** Whether that is a game server. */
  readonly game: boolean;
  /** Of a message. */
  readonly author?: Person;
  readonly body: readonly Node[];
  readonly files?: readonly File[];
  /** The message that it answers; `id` where that stands in the room. */
  readonly quote?: { readonly author: string; readonly text: string; readonly id?: string };
  readonly emote?: boolean;
  readonly edited?: boolean;
  /** The thread that it was said in. */
  readonly thread?: string;
  readonly reactions?: readonly Tally[];
}

/** A whisper, to or from whoever has this page open. */
export interface WhisperEntry {
  readonly id: string;
  readonly at: number;
  /** The other one. */
  readonly with: Person;
  /** Where they are: `alpha`. */
  readonly tag: string;
  readonly mine: boolean;
  readonly body: readonly Node[];
  readonly files?: readonly File[];
}

/** A player of a server. */
export interface Player {
  readonly id: number;
  readonly name: string;
  /** Since when they are there, in milliseconds since the epoch. */
  readonly since: number;
  readonly person: Person;
}

/** A server of the network. */
export interface Server {
  readonly id: string;
  readonly map: string;
  readonly gamemode: string;
  /** An address to join it: `steam://`, `http://` or `https://`. */
  readonly join?: string;
  readonly players: readonly Player[];
  /** How many there are beyond those that are listed. */
  readonly more: number;
}

/** Who has signed in. */
export interface Me {
  readonly person: Person;
  readonly kind: 'guest' | 'steam' | 'discord';
  /** Whether they may moderate. */
  readonly moderator: boolean;
}

/** What the page asks for first. */
export interface Welcome {
  readonly me?: Me;
  /** How one can get in. */
  readonly ways: readonly ('guest' | 'steam' | 'discord')[];
  readonly rooms: readonly string[];
  /** The longest message, in UTF-16 units. */
  readonly maxText: number;
  /** How much they may send with a message; absent where they may send no files. */
  readonly uploads?: { readonly maxBytes: number; readonly maxFiles: number };
}

/** What comes in, by the name of the server-sent event. */
export interface Incoming {
  /** The stream begins. `fresh`: what the page shows is of another history, and goes. */
  hello: { readonly fresh: boolean; readonly welcome: Welcome };
  entry: Entry;
  /** All that was missed has come. */
  ready: { readonly servers: readonly Server[] };
  server: Server;
  'server-gone': { readonly id: string };
  /** Who has this page open. */
  people: { readonly people: readonly Person[]; readonly more: number };
  /** `lasting` in milliseconds: 0 where they have stopped, and absent where the page knows. */
  typing: { readonly room: string; readonly person: Person; readonly lasting?: number };
  whisper: WhisperEntry;
  /** They are not signed in any more; `why` in a sentence. */
  out: { readonly why: string };
}

/** Whom a whisper is for: a player, somebody who has the page open, or whoever is at the other end of an earlier whisper. */
export type WhisperTarget =
  | { readonly server: string; readonly user: number }
  | { readonly person: Person['key'] }
  | { readonly answer: WhisperEntry['id'] };

/** What the page sends, by path. */
export interface Requests {
  guest: { readonly name: string };
  leave: Record<string, never>;
  /** `nonce`: the same again is the same message. */
  say: {
    readonly room: string;
    readonly text: string;
    readonly nonce: string;
    readonly reply?: string;
    readonly files?: readonly Sent[];
  };
  /** What can be typed next: `text` ends where they type. */
  complete: { readonly room: string; readonly text: string };
  /** A file is about to come: `size` in bytes. It is sent to `upload/` with the ticket that is answered. */
  announce: { readonly size: number };
  /** A file that came is not wanted after all. */
  discard: { readonly id: string };
  edit: { readonly room: string; readonly id: string; readonly text: string };
  remove: { readonly room: string; readonly id: string };
  react: { readonly room: string; readonly id: string; readonly emoji: string; readonly on: boolean };
  typing: { readonly room: string };
  whisper: { readonly to: WhisperTarget; readonly text: string; readonly nonce: string };
}

/** What can stand in a text from `from` on, in UTF-16 units. */
export interface Completion {
  readonly from: number;
  readonly items: readonly CompletionItem[];
}

/** One of the things to choose from. */
export interface CompletionItem {
  /** What is typed by choosing it. */
  readonly text: string;
  readonly label: string;
  readonly note?: string;
}

/** What is answered to a file that was sent: what it is called from now on, or a sentence why it was not taken. */
export interface Uploaded {
  readonly id?: string;
  readonly fault?: string;
}

/** What is answered to a request: nothing more when it went well, or a sentence why not; and what a command came to. */
export interface Answer {
  readonly fault?: string;
  /** How long to wait before the next try, in seconds. */
  readonly wait?: number;
  readonly answer?: readonly Node[];
  readonly completion?: Completion;
  /** The secret that a file is sent with. */
  readonly ticket?: string;
}
