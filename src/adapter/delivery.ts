/** What an adapter is told of something that it is to show in a room, and how it says that it could not. */
import type { Emoji, EventId, Reaction } from '../event.ts';

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
