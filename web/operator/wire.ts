/** What the bridge and the operator's page tell each other. Types only, for both sides. Times are milliseconds since the epoch. */

/** How somebody stands who opens the page. */
export interface Welcome {
  /** `in`; `token`: they have to bring it; `refused`: nobody gets in from where they are. */
  readonly entry: 'in' | 'token' | 'refused';
  /** Why they are refused, and what to do about it: sentences. */
  readonly why?: string;
  /** Whether they got in with the token, and can sign out. */
  readonly signedIn?: boolean;
}

/** Something that is not as it should be. */
export interface Problem {
  /** `bad`: something does not work; `look`: somebody should have a look some time. */
  readonly level: 'bad' | 'look';
  /** A sentence. */
  readonly text: string;
}

/** A connection that the bridge needs. */
export interface Connection {
  /** `store`, `mqtt/<server id>` or `adapter/<id>`. */
  readonly name: string;
  /** What people call it: `Database`, `Discord`. */
  readonly title: string;
  /** Why it does not stand now. */
  readonly fault?: string;
  /** How often it was made, where that is known. */
  readonly made?: number;
}

/** How what waits for a destination stands. */
export interface Queue {
  readonly name: string;
  readonly state: 'up' | 'slow' | 'down' | 'recovering';
  readonly waiting: number;
  /** Since when the oldest waits. */
  readonly oldest?: number;
  /** What went wrong last; it may be over. */
  readonly fault?: { readonly reason: string; readonly at: number };
}

/** A room of a channel. */
export interface Room {
  readonly adapter: string;
  readonly room: string;
  readonly platform: string;
  /** The platform's own id of it. */
  readonly nativeId: string;
  readonly paused: boolean;
  /** What stands in the way there until somebody acts. */
  readonly fault?: string;
  readonly queue: Queue;
}

/** A channel. */
export interface Channel {
  readonly name: string;
  /** Ids of game servers; `*` stands for any characters. */
  readonly servers: readonly string[];
  readonly paused: boolean;
  readonly rooms: readonly Room[];
  /** Platforms that are in every channel, like the console. */
  readonly everywhere: readonly string[];
}

/** How the bridge stands. */
export interface State {
  /** Whether it works, waits for its turn, or stands still since another one has taken its place. */
  readonly role: 'active' | 'standby' | 'standstill';
  /** None when all is well; the worst first. */
  readonly problems: readonly Problem[];
  readonly connections: readonly Connection[];
  readonly channels: readonly Channel[];
  /** Destinations that are in no channel: the game servers, whispers, the room of the moderators. */
  readonly others: readonly Queue[];
  /** Platform users whom the network can see. */
  readonly speakers: number;
}

/** A game server that is online. */
export interface Server {
  readonly id: string;
  readonly map: string;
  readonly gamemode: string;
  /** How many are on it; some of them are named. */
  readonly count: number;
  readonly players: readonly string[];
}

/** The game servers. */
export interface Servers {
  readonly servers: readonly Server[];
  /** How many there are beyond those that are listed. */
  readonly more: number;
  readonly players: number;
}

/** A delivery that was given up. */
export interface Letter {
  readonly id: number;
  readonly destination: string;
  readonly reason: string;
  readonly failedAt: number;
  readonly text: string;
}

/** The newest dead letters. */
export interface Letters {
  readonly total: number;
  readonly letters: readonly Letter[];
}

/** Somebody who may not be heard. */
export interface Ban {
  readonly adapter: string;
  readonly userId: string;
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  /** When it ends; absent for never. */
  readonly until?: number;
}

/** The bans that hold. */
export interface Bans {
  readonly total: number;
  readonly bans: readonly Ban[];
}

/** Something that somebody did. */
export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
}

/** How it was at a moment, and in the minute before that. */
export interface Sample {
  readonly at: number;
  /** Messages that were taken in a minute. */
  readonly messages: number;
  /** Deliveries that were given up in that minute. */
  readonly lost: number;
  /** From taken to shown, in milliseconds: half of the deliveries took at most so long, and 95 of 100. Null where there were none. */
  readonly median: number | null;
  readonly slow: number | null;
  /** Deliveries that wait. */
  readonly waiting: number;
  readonly players: number;
}

/** A line of the log. */
export interface LogLine {
  /** Higher for each later line. */
  readonly no: number;
  /** `trace` to `fatal`. */
  readonly level: string;
  readonly at: number;
  /** The part of the bridge, or the adapter, that it is of; empty for the bridge itself. */
  readonly from: string;
  readonly text: string;
  /** What else it tells, as JSON; empty where that is nothing. */
  readonly more: string;
}

/** What comes in, by the name of the server-sent event. */
export interface Incoming {
  /** The stream begins. `now` by the bridge's clock. */
  readonly hello: { readonly now: number; readonly ids: readonly string[] };
  readonly state: State;
  readonly servers: Servers;
  /** `unknown`: the database does not answer. */
  readonly letters: Letters | 'unknown';
  readonly bans: Bans;
  readonly audit: readonly AuditEntry[] | 'unknown';
  /** All of them when the stream begins, and then each one as it comes. */
  readonly samples: readonly Sample[];
  /** `missed`: so many lines before them are gone already. */
  readonly log: { readonly lines: readonly LogLine[]; readonly missed: number };
  /** They are not signed in any more. */
  readonly out: { readonly why: string };
}

/** What can be paused. */
type Target = { readonly channel: string } | { readonly adapter: string; readonly room: string };

/** What the page sends, by the path. */
export interface Requests {
  readonly 'sign-in': { readonly token: string };
  readonly 'sign-out': Readonly<Record<string, never>>;
  readonly pause: { readonly target: Target };
  readonly resume: { readonly target: Target };
  /** `ids` left out for all. */
  readonly retry: { readonly ids?: readonly number[] | undefined };
  readonly drop: { readonly ids?: readonly number[] | undefined };
  readonly unban: { readonly adapter: string; readonly userId: string };
}

/** What is answered. */
export interface Answer {
  /** What went wrong: a sentence. */
  readonly fault?: string;
  /** What is so now: a sentence. */
  readonly said?: string;
}
