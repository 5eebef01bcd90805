/** Of what the homeserver kept for us while we were away, what is still worth to be heard: it sends all that there is. */
import type { Logger } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import type { RoomEvent } from '../event.ts';
import { pageSize, readBack } from '../history.ts';
import { type Caller, describe } from '../homeserver.ts';
import { isSpeech, type MissedLimits, speechTypes } from '../missed.ts';
import * as sentences from '../sentences.ts';

export interface BacklogOptions {
  readonly homeserver: Caller;
  readonly limits: MissedLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was said so many milliseconds ago was missed, whatever else: the homeserver could not reach us. */
const late = 5 * 60_000;

/** In milliseconds since the epoch. */
interface Horizon {
  /** What was said in the room before it is too much. */
  readonly at: number;
  readonly foundAt: number;
}

export class Backlog {
  readonly #options: BacklogOptions;
  /** When we began to listen, in milliseconds since the epoch. */
  readonly #begin: number;
  readonly #horizons = new Map<string, Horizon>();
  /** By room, how much of what people said is left out and was not spoken of yet. */
  readonly #leftOut = new Map<string, number>();

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#begin = options.clock.now();
  }

  /** Whether what happened in a room is heard. What changes earlier messages, or tells who is who, always is. Never rejects. */
  async isHeard(roomId: string, event: RoomEvent): Promise<boolean> {
    if (!isSpeech(event)) return true;
    const leftOut = this.#leftOut.get(roomId) ?? 0;
    if (await this.#isTooMuch(roomId, event)) {
      this.#leftOut.set(roomId, leftOut + 1);
      return false;
    }
    if (this.#leftOut.delete(roomId)) this.#options.log.warn({ room: roomId }, sentences.leftOut(roomId, leftOut));
    return true;
  }

  async #isTooMuch(roomId: string, { origin_server_ts: at }: RoomEvent): Promise<boolean> {
    const { clock, limits } = this.#options;
    const now = clock.now();
    if (at >= Math.max(this.#begin, now - late)) return false;
    if (at < now - limits.age) return true;
    const known = this.#horizons.get(roomId);
    // What was said since belongs to another absence.
    const horizon = known && at <= known.foundAt ? known : { at: await this.#horizonOf(roomId, at), foundAt: now };
    this.#horizons.set(roomId, horizon);
    return at < horizon.at;
  }

  /** When the oldest of the newest messages was said that are to be heard; the beginning of time where there are not so many since `from`. */
  async #horizonOf(roomId: string, from: number): Promise<number> {
    const { homeserver, limits, log } = this.#options;
    if (limits.messages === 0) return Number.POSITIVE_INFINITY;
    let horizon = 0;
    let left = limits.messages;
    try {
      const stretch = { roomId, filter: { types: speechTypes } };
      await readBack(homeserver, stretch, Math.ceil(limits.messages / pageSize) + 1, ({ events }) => {
        horizon = events.at(-left)?.origin_server_ts ?? 0;
        left -= events.length;
        return left <= 0 || events.some(({ origin_server_ts: at }) => at < from) ? 'passed' : undefined;
      });
    } catch (fault) {
      // Better too much than too little.
      log.debug({ room: roomId }, `Matrix: how much was missed is not known (${describe(fault)})`);
      return 0;
    }
    return horizon;
  }
}
