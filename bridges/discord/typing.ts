/** The bot types in a channel while somebody elsewhere does. https://discord.com/developers/docs/resources/channel#trigger-typing-indicator */
import { RateLimitError, Routes } from 'discord.js';
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { RoomRef } from '../../src/event.ts';
import { reasonOf } from './faults.ts';
import type { Requests } from './rest.ts';

interface TypingOptions {
  readonly requests: Pick<Requests, 'request'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** Discord shows it for ten seconds; it is asked again after so many milliseconds at the earliest. */
const pace = 8_000;
/** Where it could not be done, it is not tried again for so many milliseconds. */
const pause = 300_000;

export class TypingSigns {
  readonly #options: TypingOptions;
  /** When it may be asked again, by channel. */
  readonly #nextAt = new Map<RoomRef, number>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  /** Somebody elsewhere types until then. That they have stopped can't be told to Discord. */
  show(room: RoomRef, until: number): void {
    const { requests, clock, log, signal } = this.#options;
    const now = clock.now();
    if (until <= now || now < (this.#nextAt.get(room) ?? 0)) return;
    this.#nextAt.set(room, now + pace);
    requests.request('post', Routes.channelTyping(room), { signal }).catch((error: unknown) => {
      if (signal.aborted) return;
      const wait = error instanceof RateLimitError ? Math.max(pace, error.retryAfter) : pause;
      this.#nextAt.set(room, clock.now() + wait);
      log.debug({ room }, `Discord does not let the bot type: ${reasonOf(error)}`);
    });
  }

  /** A channel is followed no more. */
  forget(room: RoomRef): void {
    this.#nextAt.delete(room);
  }
}
