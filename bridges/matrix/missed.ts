/** Of what was said while the bridge was away, what is still worth to be heard. */
import type { RoomEvent } from './event.ts';
import { pollTypes } from './kinds.ts';

/** How much of it is heard. */
export interface MissedLimits {
  /** So many messages, the newest. */
  readonly messages: number;
  /** So old ones, in milliseconds. */
  readonly age: number;
}

/** What people said: of everything else nothing is left out, since it changes what was heard before, or tells who is who. */
export const speechTypes: readonly string[] = ['m.room.message', 'm.sticker', 'm.reaction', ...pollTypes];
const speech: ReadonlySet<string> = new Set(speechTypes);

/** Whether an event is what somebody said. */
export function isSpeech({ type }: RoomEvent): boolean {
  return speech.has(type);
}

/** How many of some events are what people said. */
export function countSpeech(events: readonly RoomEvent[]): number {
  return events.filter(isSpeech).length;
}

/** Goes through what was missed, oldest first, and leaves out what is too much or too old. */
export class Missed {
  readonly #oldest: number;
  #surplus: number;
  #leftOut = 0;
  #firstHeard: number | undefined;

  /** @param total how much was said in all @param now in milliseconds since the epoch */
  constructor({ messages, age }: MissedLimits, total: number, now: number) {
    this.#surplus = Math.max(0, total - messages);
    this.#oldest = now - age;
  }

  /** How much of what people said is left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** When the first of it was said that is heard, in milliseconds since the epoch. */
  get firstHeard(): number | undefined {
    return this.#firstHeard;
  }

  /** The events that are heard. */
  keep(events: readonly RoomEvent[]): readonly RoomEvent[] {
    return events.filter((event) => {
      if (!isSpeech(event)) return true;
      const isTooMuch = this.#surplus > 0;
      this.#surplus -= 1;
      const isHeard = !isTooMuch && event.origin_server_ts >= this.#oldest;
      if (isHeard) this.#firstHeard ??= event.origin_server_ts;
      else this.#leftOut += 1;
      return isHeard;
    });
  }
}
