/** Commands, as an adapter offers them to people: what there is, who may give it, and what comes of it. No platform is in it. */
import type { Author, RoomRef } from './event.ts';
import type { RichText } from './text/tree.ts';

/** Who may give a command. Each may do what those before may. */
export type Rank = 'everybody' | 'moderator' | 'admin';

const RANKS: readonly Rank[] = ['everybody', 'moderator', 'admin'];

/** Whether somebody of a rank may do what takes another one. */
export function reaches(rank: Rank, needed: Rank): boolean {
  return RANKS.indexOf(rank) >= RANKS.indexOf(needed);
}

/** What can be done to others, and what that takes: the configuration can say for each who may. */
export const moderationCommands = ['kick', 'slap', 'ban', 'unban', 'bans', 'lua'] as const;

/** What a command has to be told, or may be. Its value is a text. */
export interface CommandOption {
  /** 1 to 32 small letters and hyphens. */
  readonly name: string;
  /** Up to 100 characters. */
  readonly description: string;
  readonly required: boolean;
  /** Whether {@link Commands.complete} knows values. */
  readonly suggests?: boolean;
  /** The only values that there are; absent for any text. */
  readonly choices?: readonly string[];
  /** Whether it is running text: typed in a line, all that is left of it. For the last option only. */
  readonly isText?: boolean;
}

/** One command. */
export interface CommandInfo {
  /** One word, or two for one of a group: `bridge add`. */
  readonly name: string;
  /** What it does, in up to 100 characters. */
  readonly description: string;
  readonly rank: Rank;
  /** Whether no rank suffices: the configuration has to name whoever may give it, for this very command. */
  readonly needsListing?: boolean;
  /** The required ones first. */
  readonly options: readonly CommandOption[];
}

/** Who gives a command. The adapter vouches for it. */
interface Caller {
  readonly author: Author;
  readonly rank: Rank;
  /** Whether they may deal with the whole bridge: else, an admin may with what is heard where they are. */
  readonly isOperator: boolean;
  /** Whether the configuration names them for this very command. */
  readonly isListed?: boolean;
}

/** A command as it is given. */
export interface Invocation {
  /** {@link CommandInfo.name} */
  readonly command: string;
  /** The options that were given, by name. */
  readonly options: ReadonlyMap<string, string>;
  readonly caller: Caller;
  /** The room that it is given in, which need not be mapped. */
  readonly room: RoomRef;
  /** The mapped rooms of the same community: whoever is there sees, and acts on, what can be heard in them. */
  readonly rooms: readonly RoomRef[];
  /** Whether others read the answer as well. */
  readonly isPublic?: boolean;
}

/** A value for an option. */
export interface Suggestion {
  readonly value: string;
  /** What people choose it by, at most {@link MAX_LABEL} UTF-16 units, with nothing in it that could harm. */
  readonly label: string;
}

/** The longest {@link Suggestion.label}. */
export const MAX_LABEL = 100;

/** The most suggestions for one option. */
export const MAX_SUGGESTIONS = 25;

/** The commands of the bridge, as one adapter uses them. */
export interface Commands {
  readonly all: readonly CommandInfo[];
  /** Does what is asked, if the caller may. Resolves with the answer, for the caller: what was done, or why not. Never rejects. */
  run(invocation: Invocation): Promise<RichText>;
  /** Values for one option that fit what was typed for it so far, the best first. Never rejects. */
  complete(invocation: Invocation, option: string): Promise<readonly Suggestion[]>;
}

/** No commands at all: where nobody can give one. */
export const noCommands: Commands = { all: [], run: async () => [], complete: async () => [] };
