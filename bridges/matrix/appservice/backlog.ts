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

/** The first of what was missed in a room that is not too much. Times are in milliseconds since the epoch. */
interface Horizon {
  readonly at: number;
  /** What was said just then, and is not too much: all the rest of that millisecond is. */
  readonly ids: ReadonlySet<string>;
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

  async #isTooMuch(roomId: string, { event_id: id, origin_server_ts: at }: RoomEvent): Promise<boolean> {
    const { clock, limits } = this.#options;
    const now = clock.now();
    if (at > Math.max(this.#begin, now - late)) return false;
    if (at < now - limits.age) return true;
    const known = this.#horizons.get(roomId);
    // What was said since belongs to another absence.
    const horizon = known && at <= known.foundAt ? known : { ...(await this.#horizonOf(roomId, at)), foundAt: now };
    this.#horizons.set(roomId, horizon);
    return at < horizon.at || (at === horizon.at && !horizon.ids.has(id));
  }

  /** The oldest of the newest messages that are to be heard; the beginning of time where there are not so many since `from`. */
  async #horizonOf(roomId: string, from: number): Promise<Omit<Horizon, 'foundAt'>> {
    const { homeserver, limits, log } = this.#options;
    if (limits.messages === 0) return { at: Number.POSITIVE_INFINITY, ids: new Set() };
    let newest: readonly RoomEvent[] = [];
    try {
      const stretch = { roomId, filter: { types: speechTypes } };
      await readBack(homeserver, stretch, Math.ceil(limits.messages / pageSize) + 1, ({ events }) => {
        newest = [...events, ...newest].slice(-limits.messages);
        return newest.length === limits.messages || events.some(({ origin_server_ts: at }) => at < from) ? 'passed' : undefined;
      });
    } catch (fault) {
      // Better too much than too little.
      log.debug({ room: roomId }, `Matrix: how much was missed is not known (${describe(fault)})`);
      newest = [];
    }
    const at = newest.length < limits.messages ? 0 : (newest[0]?.origin_server_ts ?? 0);
    return { at, ids: new Set(newest.flatMap((event) => (event.origin_server_ts === at ? [event.event_id] : []))) };
  }
}
