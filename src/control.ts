/** Control at run time: what an operator sees of the channels, and changes while the bridge runs. Commands and pages stand on it. */
import type { RoomAddress } from './channels.ts';
import type { QueueReport } from './outbox/queue-report.ts';

/** Who asks for something. Whether they may is checked before: here it is only noted. */
export interface Actor {
  /** What they are called, for people. */
  readonly name: string;
  /** Their id where they ask: a platform user's id. */
  readonly id: string;
  /** Where they ask: the adapter's id, and the room if it was in one; `web` for the page. */
  readonly via: string;
}

/** That somebody wanted a room to be bridged. */
export interface Consent extends Actor {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A room of a channel, and how it fares. */
export interface RoomReport extends RoomAddress {
  /** What people call its platform: `Discord`. */
  readonly platform: string;
  /** The platform's own id of it; its name in the configuration as long as that is not known. */
  readonly nativeId: string;
  /** Who added it at run time; undefined for a room of the configuration. */
  readonly added: Consent | undefined;
  /** Whether it is paused by itself. Its whole channel may be, too. */
  readonly paused: boolean;
  /** What stands in the way there until somebody acts: a sentence. */
  readonly fault: string | undefined;
  /** What waits for it, and how it takes messages. */
  readonly queue: QueueReport;
}

/** A channel, without the rooms that every channel has (the console's). */
export interface ChannelReport {
  readonly name: string;
  /** Ids of game servers; `*` stands for any characters, `?` for one. */
  readonly servers: readonly string[];
  readonly rooms: readonly RoomReport[];
  readonly paused: boolean;
  /** Whether it is in the configuration: else it is there as long as it has rooms. */
  readonly configured: boolean;
}

/** A channel by its name, or a room: by its name in the configuration or by the platform's own id. */
export type Target = { readonly channel: string } | { readonly adapter: string; readonly room: string };

/** A delivery that was given up. */
export interface DeadLetterReport {
  /** The number of its event: the id for {@link Control.retry}. What died on its way to several rooms has one id for all of them. */
  readonly id: number;
  /** Where it should have gone, for people. */
  readonly destination: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
  /** Who said what, on one line. */
  readonly text: string;
}

/**
 * What an operator can see and change at run time. What changes something resolves with a sentence that says what is so now, when
 * that is kept over a restart; it is noted in the audit log.
 */
export interface Control {
  /** All channels. */
  channels(): readonly ChannelReport[];
  /**
   * Carries nothing more to or from a channel or room, until {@link resume}: what is said meanwhile is never carried. What waits for it
   * already goes on waiting. Only what is taken back is taken back everywhere, so that nobody reads it after the pause.
   * @throws {ControlError}
   */
  pause(target: Target, by: Actor): Promise<string>;
  /** Goes on. @throws {ControlError} */
  resume(target: Target, by: Actor): Promise<string>;
  /**
   * Adds a room to a channel. A channel that there is not is made.
   * @param by who consents
   * @param server the one game server that a new channel hears; all of them where it is left out
   * @throws {ControlError} for example when the adapter may not speak there, or the room is in a channel already
   */
  add(channel: string, room: { readonly adapter: string; readonly room: string }, by: Actor, server?: string): Promise<string>;
  /**
   * Takes a room that was added out of its channel. What waits for it becomes dead letters; a channel that was made goes with its last room.
   * @throws {ControlError} for example for a room of the configuration
   */
  remove(room: { readonly adapter: string; readonly room: string }, by: Actor): Promise<string>;
  /** The newest dead letters, the newest first, at most `limit`, and how many there are in all. */
  deadLetters(limit: number): Promise<{ readonly total: number; readonly letters: readonly DeadLetterReport[] }>;
  /** Lets dead letters be tried again, after all that waits now. @param ids undefined for all @throws {ControlError} when there is none */
  retry(ids: readonly number[] | undefined, by: Actor): Promise<string>;
  /**
   * Reads the configuration anew and lets the bridge follow it, without an end to any connection that did not change. What can't change
   * while the bridge runs is named.
   * @throws {ControlError} when something is wrong with it: then nothing has changed
   */
  reload(by: Actor): Promise<string>;
  /** Forgets dead letters. @param ids undefined for all @throws {ControlError} when there is none */
  drop(ids: readonly number[] | undefined, by: Actor): Promise<string>;
}

/** What was asked for can't be done. The message is a sentence for the person who asked, and holds no secret. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}
