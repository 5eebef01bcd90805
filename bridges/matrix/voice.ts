/** As whom something is said in a room. */
import type { Attempt, OwnReaction } from '../../src/adapter.ts';
import type { Author, Place } from '../../src/event.ts';
import type { Caller } from './homeserver.ts';
import type { Outgoing } from './outgoing.ts';
import type { OwnReactions } from './own-reactions.ts';

/** One user whom we speak as. */
export interface Voice {
  readonly userId: string;
  /** Whether it is that of one person: then nobody needs to be told who speaks. */
  readonly isGhost: boolean;
  readonly outgoing: Outgoing;
  readonly reactions: OwnReactions;
}

/** A voice, and the homeserver's interface as its user sees it. */
export interface LoneVoice extends Voice {
  readonly caller: Caller;
}

/** Somebody who says or does something, and where. */
export interface Speaker {
  readonly place: Place;
  readonly author: Author;
  /** The place's short name for people. */
  readonly tag: string;
}

/** Does something with a voice; more than once, if one voice may not and another may. */
type Work = (voice: Voice) => Promise<void>;

/** Finds the voice for whatever is to be done. All of it rejects with what the homeserver says. */
export interface Voices {
  /** Somebody is about to say something in a room: their voice can get ready. Never throws. */
  expect?(roomId: string, speaker: Speaker): void;
  /** Says something in a room, as whoever says it. */
  say(roomId: string, speaker: Speaker, attempt: Attempt, work: Work): Promise<void>;
  /** Does something about an event that was sent, as whoever has sent it. */
  change(roomId: string, eventId: string, signal: AbortSignal, work: Work): Promise<void>;
  /** Takes back an event that was sent, as whoever has sent it or, where they can't any more, as who has the power to. */
  takeBack(roomId: string, eventId: string, signal: AbortSignal, work: Work): Promise<void>;
  /** The voice of somebody, whatever room they speak in; absent where nobody has one of their own. @returns undefined where they can't */
  alone?(speaker: Speaker, signal: AbortSignal): Promise<LoneVoice | undefined>;
  /** Reacts, or takes a reaction back, as whoever does so. */
  react(roomId: string, reaction: Pick<OwnReaction, 'by' | 'isOn'>, signal: AbortSignal, work: Work): Promise<void>;
}

/** The voices of an account that speaks for everybody: its own. */
export function oneVoice(own: Voice): Voices {
  return {
    say: (_, __, ___, work) => work(own),
    change: (_, __, ___, work) => work(own),
    takeBack: (_, __, ___, work) => work(own),
    react: (_, __, ___, work) => work(own),
  };
}
