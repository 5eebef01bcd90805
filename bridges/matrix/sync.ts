/** Following what happens: every event in order, over restarts and gaps. */
import { MatrixError } from 'matrix-bot-sdk';
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.ts';
import { parseEvents, type RoomEvent } from './event.ts';
import { type Past, pageSize, readBack } from './history.ts';
import { describe, type Homeserver, isPassing, isTokenRefused } from './homeserver.ts';
import { type Invitation, readInvitation } from './invites.ts';
import { type Looks, looksIn } from './looks.ts';
import { countSpeech, Missed, type MissedLimits } from './missed.ts';
import { askNews, type News, type RoomUpdate, timeline } from './news.ts';
import type { Position, Positions, Told } from './position.ts';
import * as sentences from './sentences.ts';
import { readTyping } from './typing-in.ts';

/** How people looked in a room when the event at hand was sent, by user id. */
export type Faces = Map<string, Looks>;

/** Who is told. What rejects is told again, from the same event on. */
export interface Listener {
  /** The ids of the rooms to follow. */
  roomIds(): ReadonlySet<string>;
  event(roomId: string, event: RoomEvent, faces: Faces): Promise<void>;
  /** Something happens in a room that is not followed. It may be told twice, or not at all if it was while we were away. Never rejects. */
  elsewhere(roomId: string, events: readonly RoomEvent[], faces: Faces): Promise<void>;
  /** These are all who type in a room now. */
  typing(roomId: string, userIds: readonly string[]): void;
  /** Somebody wants us in a room. Never rejects. */
  invited(invitation: Invitation): Promise<void>;
}

export interface SyncOptions {
  readonly homeserver: Homeserver;
  readonly userId: string;
  readonly positions: Positions;
  /** How much is heard of what was said while nobody listened. */
  readonly limits: MissedLimits;
  /** Whether it is asked who types. */
  readonly typing: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Milliseconds that the homeserver may wait for something to happen. */
const pollTime = 30_000;
/** So many pages more than what is heard are fetched, of 100 events each, to say how much is left out. */
const countedPages = 20;
/** Milliseconds by which the clocks of those who send may differ. */
const clockSkew = 3_600_000;

/** The past that was missed. */
interface MissedPast extends Past {
  /** How much was said in it. */
  readonly said: number;
}

export class Sync {
  readonly #options: SyncOptions;
  #position: Position | undefined;
  /** Whether this run has caught up: what comes before that in a newly configured room was said before it was configured. */
  #caughtUp = false;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * Tells what has happened since what was told last. Rejects with what the homeserver or the listener rejects with.
   * @param answered called when the homeserver has answered
   */
  async follow(listener: Listener, answered: () => void): Promise<void> {
    const news = await this.poll();
    answered();
    await this.tell(news, listener);
  }

  /**
   * Asks what has happened since what was told last, or waits half a minute for something to happen; until the first answer was told,
   * it doesn't wait. Rejects with what the homeserver rejects with.
   */
  async poll(): Promise<News> {
    this.#position ??= await this.#options.positions.recall(this.#options.userId);
    const { since } = this.#position;
    const { homeserver, clock, typing } = this.#options;
    try {
      return await askNews(homeserver, { since, wait: this.#caughtUp ? pollTime : 0, now: clock.now(), typing });
    } catch (fault) {
      if (since !== undefined && isTokenForgotten(fault)) {
        this.#options.log.warn(sentences.positionForgotten(describe(fault)));
        this.#position = { user: this.#position.user, rooms: this.#position.rooms };
        this.#caughtUp = false;
      }
      throw fault;
    }
  }

  /** Tells it. Rejects with what the listener rejects with: then the next {@link poll} asks from where this one stopped. */
  async tell({ next_batch, rooms }: News, listener: Listener): Promise<void> {
    const { positions, clock, userId } = this.#options;
    this.#position ??= await positions.recall(userId);
    for (const [id, raw] of Object.entries(rooms.invite)) {
      const invitation = readInvitation(id, raw, userId);
      if (invitation !== undefined) await listener.invited(invitation);
    }
    for (const [id, update] of [...Object.entries(rooms.join), ...Object.entries(rooms.leave)]) {
      if (listener.roomIds().has(id)) await this.#tellRoom(id, update, this.#position, listener);
      else if (this.#caughtUp) await this.#tellElsewhere(id, update, listener);
    }
    const { user, rooms: told } = this.#position;
    const followed = [...listener.roomIds()].map((id) => [id, told[id] ?? { event: '', at: clock.now() }]);
    for (const [id, { ephemeral }] of Object.entries(rooms.join)) {
      const userIds = ephemeral.events.map(readTyping).find((ids) => ids !== undefined);
      if (userIds) listener.typing(id, userIds);
    }
    this.#position = { user, since: next_batch, rooms: Object.fromEntries(followed) };
    positions.keep(this.#position);
    this.#caughtUp = true;
  }

  async #tellElsewhere(id: string, { state, timeline }: RoomUpdate, listener: Listener): Promise<void> {
    const faces: Faces = new Map();
    const events = parseEvents(timeline.events);
    noteFaces(faces, [...parseEvents(state.events), ...events]);
    await listener.elsewhere(id, events, faces);
  }

  async #tellRoom(id: string, update: RoomUpdate, position: Position, listener: Listener): Promise<void> {
    const told = position.rooms[id];
    const latest = parseEvents(update.timeline.events);
    if (told === undefined && !this.#caughtUp) {
      const last = latest.at(-1);
      if (last !== undefined) position.rooms[id] = toTold(last);
      return;
    }
    const faces: Faces = new Map();
    for await (const { state, events } of this.#chunks(id, update, latest, position)) {
      noteFaces(faces, state);
      for (const event of events) {
        noteFaces(faces, [event]);
        await listener.event(id, event, faces);
        position.rooms[id] = toTold(event);
        this.#options.positions.keep(position);
      }
    }
  }

  /** What is to be told of a room, oldest first: what the homeserver left out because it was too much at once, then its answer. */
  async *#chunks(
    id: string,
    { timeline: { limited, prev_batch }, state }: RoomUpdate,
    latest: readonly RoomEvent[],
    { since, rooms }: Position,
  ): AsyncGenerator<{ readonly state: readonly RoomEvent[]; readonly events: readonly RoomEvent[] }> {
    const { userId, log } = this.#options;
    const told = rooms[id];
    const isTold = ({ event_id }: RoomEvent) => event_id === told?.event;
    const isMissing = limited && !latest.some((event) => isTold(event) || isOwnJoin(event, userId));
    const past = isMissing ? await this.#past(id, prev_batch, since, told) : undefined;
    // Without a token and the last event, all that is left to tell old from new is when it was sent.
    const isSure = since !== undefined || latest.some(isTold) || past?.isReached;
    const isNew = ({ origin_server_ts: at }: RoomEvent) => isSure || at > (told?.at ?? 0);
    const newest = newOnes(latest, userId, told).filter(isNew);
    const missed = this.#missed(past, newest);
    for await (const { state, events } of past?.pages() ?? []) {
      const fresh = newOnes(events, userId, told).filter(isNew);
      yield { state, events: missed?.keep(fresh) ?? fresh };
    }
    yield { state: parseEvents(state.events), events: missed?.keep(newest) ?? newest };
    if (past?.isCut) log.warn({ room: id }, sentences.tooMuchMissed(id, missed?.firstHeard));
    else if (missed && missed.leftOut > 0) log.warn({ room: id }, sentences.leftOut(id, missed.leftOut));
  }

  /** What is heard of what was missed; undefined when nothing was: then everything is. @param newest what comes after it */
  #missed(past: MissedPast | undefined, newest: readonly RoomEvent[]): Missed | undefined {
    if (past === undefined && this.#caughtUp) return undefined;
    const { limits, clock } = this.#options;
    return new Missed(limits, (past?.said ?? 0) + countSpeech(newest), clock.now());
  }

  /** What lies between the last event that was told, or our coming into the room, and the answer. */
  async #past(
    id: string,
    from: string | undefined,
    since: string | undefined,
    told: Told | undefined,
  ): Promise<MissedPast | undefined> {
    const { homeserver, log, userId, limits } = this.#options;
    const isTooOld = ({ origin_server_ts: at }: RoomEvent) => since === undefined && at < (told?.at ?? 0) - clockSkew;
    try {
      const stretch = {
        roomId: id,
        filter: timeline,
        ...(from !== undefined && { from }),
        ...(since !== undefined && { to: since }),
      };
      let said = 0;
      const maxPages = Math.ceil(limits.messages / pageSize) + countedPages;
      const past = await readBack(homeserver, stretch, maxPages, ({ events }) => {
        said += countSpeech(newOnes(events, userId, told));
        if (events.some(({ event_id }) => event_id === told?.event)) return 'reached';
        const isPassed = events.some((event) => isOwnJoin(event, userId)) || (events.length > 0 && events.every(isTooOld));
        return isPassed ? 'passed' : undefined;
      });
      return { ...past, said };
    } catch (fault) {
      if (isPassing(fault) || isTokenRefused(fault)) throw fault;
      log.warn({ room: id }, sentences.missedUnreadable(id, describe(fault)));
      return undefined;
    }
  }
}

/** Whether the homeserver does not take our token: it has no other reason to call the question malformed. */
function isTokenForgotten(fault: unknown): boolean {
  return fault instanceof MatrixError && fault.statusCode === 400 && fault.errcode !== '';
}

function toTold({ event_id: event, origin_server_ts: at }: RoomEvent): Told {
  return { event, at };
}

/** The events since we came into the room, and after the last one that was told. */
function newOnes(events: readonly RoomEvent[], userId: string, told: Told | undefined): readonly RoomEvent[] {
  const joined = events.findLastIndex((event) => isOwnJoin(event, userId));
  const last = events.findLastIndex((event) => event.event_id === told?.event);
  return events.slice(Math.max(joined, last + 1, 0));
}

/** Whether with this event we came into the room, as opposed to having changed our name in it. */
function isOwnJoin({ type, state_key, content, unsigned }: RoomEvent, userId: string): boolean {
  if (type !== 'm.room.member' || state_key !== userId || content['membership'] !== 'join') return false;
  return unsigned?.prev_content?.['membership'] !== 'join';
}

function noteFaces(faces: Faces, events: readonly RoomEvent[]): void {
  for (const { type, state_key, content } of events) {
    if (type === 'm.room.member' && state_key !== undefined) faces.set(state_key, looksIn(content));
  }
}
