/** What has to be asked of the homeserver about an event before it is handed over. */
import type { Logger } from 'pino';
import type { MediaReader } from '../../src/adapter.ts';
import type { Author, Quote, Thread } from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { asEdited } from './change.ts';
import { type RoomEvent, roomEvent, toQuote } from './event.ts';
import { describe, type Homeserver, isPassing, isTokenRefused } from './homeserver.ts';
import { authorWith, looksOf } from './looks.ts';
import * as sentences from './sentences.ts';
import type { Faces } from './sync.ts';

/** So often it is tried to look at the message that an edit or a deletion is about, before those that follow go on without it. */
const maxTries = 5;

/** So many threads are remembered by their names, which have so many UTF-16 units. */
const maxThreads = 1_000;
const maxThreadName = 60;

export interface LookUpsOptions {
  readonly homeserver: Homeserver;
  /** Our own user id. */
  readonly userId: string;
  readonly media: Pick<MediaReader, 'pictureUrl'>;
  readonly log: Logger;
  /** Aborted when nothing shall be handed over any more. */
  readonly ended: AbortSignal;
}

/** All of it rejects when the adapter stops. */
export class LookUps {
  readonly #options: LookUpsOptions;
  /** By root. */
  readonly #beginnings = new Map<string, Pick<Thread, 'name' | 'by'>>();
  /** How often looking at a message has failed, one after the other. */
  #failures = 0;

  constructor(options: LookUpsOptions) {
    this.#options = options;
  }

  /** Somebody as they look in a room: by the beginning of their id where they have no name, or it can't be had. */
  async authorOf(roomId: string, userId: string, faces: Faces): Promise<Author> {
    const { homeserver, media } = this.#options;
    const known = faces.get(userId) ?? (await this.orNothing(looksOf(homeserver, roomId, userId))) ?? { name: '' };
    faces.set(userId, known);
    return authorWith(userId, known, media);
  }

  /** The message that is answered; undefined if it can't be had. */
  async quote(roomId: string, eventId: string, faces: Faces): Promise<Quote | undefined> {
    const { data } = roomEvent.safeParse(await this.orNothing(this.#fetch(roomId, eventId)));
    return data && toQuote(asEdited(data), (await this.authorOf(roomId, data.sender, faces)).name, this.#options.userId);
  }

  /** The first words of the event that a thread hangs on, and whose they are, where they can be had. */
  async beginning(roomId: string, root: string, faces: Faces): Promise<Pick<Thread, 'name' | 'by'>> {
    const known = this.#beginnings.get(root);
    if (known !== undefined) return known;
    const { text = '', by } = (await this.quote(roomId, root, faces)) ?? {};
    const name = excerpt(text, maxThreadName);
    const beginning = name === '' ? {} : { name, ...(by !== undefined && { by }) };
    this.#beginnings.set(root, beginning);
    const [oldest] = this.#beginnings.keys();
    if (this.#beginnings.size > maxThreads && oldest !== undefined) this.#beginnings.delete(oldest);
    return beginning;
  }

  /**
   * The message that an edit or a deletion is about; undefined if it can't be had. Without knowing whose it is, anybody could edit it.
   * Rejects where that may be better soon.
   */
  async original(roomId: string, eventId: string): Promise<RoomEvent | undefined> {
    try {
      const answer = await this.#fetch(roomId, eventId);
      this.#failures = 0;
      return roomEvent.safeParse(answer).data;
    } catch (fault) {
      this.#options.ended.throwIfAborted();
      this.#failures += 1;
      if (isTokenRefused(fault) || (isPassing(fault) && this.#failures < maxTries)) throw fault;
      this.#failures = 0;
      this.#options.log.warn({ room: roomId }, sentences.changeUnreadable(roomId, describe(fault)));
      return undefined;
    }
  }

  /** A look-up without which an event is still worth handing over: none may hold up those after it. */
  async orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (fault) {
      this.#options.ended.throwIfAborted();
      this.#options.log.debug(`Matrix: a look-up failed (${describe(fault)})`);
      return undefined;
    }
  }

  #fetch(roomId: string, eventId: string): Promise<unknown> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`;
    return this.#options.homeserver.call('GET', path);
  }
}
