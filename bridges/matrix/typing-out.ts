/** Somebody of ours types in a room while somebody elsewhere does. https://spec.matrix.org/v1.13/client-server-api/#put_matrixclientv3roomsroomidtypinguserid */
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { Author, Place, Typing } from '../../src/event.ts';
import { type Caller, describe, retryAfter } from './homeserver.ts';

/** Who types for somebody, and the homeserver's interface as that user sees it. */
export interface Typist {
  readonly userId: string;
  readonly caller: Caller;
}

/** Finds who types for somebody in a room; undefined for nobody. */
export type TypistOf = (roomId: string, place: Place, author: Author) => Promise<Typist | undefined>;

interface TypingOutOptions {
  readonly typistOf: TypistOf;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

/** The homeserver is told of a sign that lasts anyway only when it would end within so many milliseconds. */
const early = 4_000;
/** After a refusal nothing is asked for so many milliseconds, unless the homeserver named another time. */
const pause = 30_000;
/** So many typists are remembered, and for each so many people for whom it types. */
const maxTypists = 2_000;
const maxPeople = 20;

/** One of ours in one room. */
interface Sign {
  /** Until when each of those types for whom it does. */
  readonly people: Map<string, number>;
  /** Until when the homeserver shows it. */
  shown: number;
  isBusy: boolean;
}

export class TypingOut {
  readonly #options: TypingOutOptions;
  /** By room and typist. */
  readonly #signs = new Map<string, Sign>();
  #quietUntil = 0;

  constructor(options: TypingOutOptions) {
    this.#options = options;
  }

  /** Shows that somebody types, or has stopped. Never throws. */
  show(roomId: string, typing: Typing): void {
    this.#show(roomId, typing).catch((fault: unknown) => {
      const { ended, clock, log } = this.#options;
      if (ended.aborted) return;
      this.#quietUntil = clock.now() + (retryAfter(fault) ?? pause);
      log.debug({ room: roomId }, `Matrix: it could not be shown who types (${describe(fault)})`);
    });
  }

  async #show(roomId: string, { place, author, until }: Typing): Promise<void> {
    const { typistOf, clock } = this.#options;
    if (clock.now() < this.#quietUntil) return;
    const typist = await typistOf(roomId, place, author);
    if (!typist) return;
    const key = `${roomId} ${typist.userId}`;
    const sign = this.#signs.get(key) ?? { people: new Map<string, number>(), shown: 0, isBusy: false };
    if (!this.#signs.has(key) && this.#signs.size >= maxTypists) this.#signs.clear();
    this.#signs.set(key, sign);
    const person = `${place.adapter} ${author.id}`;
    if (!sign.people.has(person) && sign.people.size >= maxPeople) sign.people.clear();
    sign.people.set(person, until);
    // What changes while the homeserver is told is seen when it has answered.
    if (!sign.isBusy) await this.#tell(roomId, typist, sign);
  }

  async #tell(roomId: string, { userId, caller }: Typist, sign: Sign): Promise<void> {
    const { clock } = this.#options;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(userId)}`;
    sign.isBusy = true;
    try {
      for (;;) {
        const now = clock.now();
        const until = Math.max(...sign.people.values());
        const isTyping = until > now;
        if (isTyping ? sign.shown > now + early || sign.shown >= until : sign.shown <= now) return;
        const body = isTyping ? { typing: true, timeout: until - now } : { typing: false };
        sign.shown = isTyping ? until : 0;
        await caller.call('PUT', path, { body });
      }
    } finally {
      sign.isBusy = false;
    }
  }
}
