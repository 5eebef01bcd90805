/** Following what happens: every event once and in order, over restarts and gaps. */
import { MatrixError } from 'matrix-bot-sdk';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import { type RoomEvent, roomEvent } from './event.ts';
import { describe, type Homeserver } from './homeserver.ts';

/** Display names in a room by user id, as they were when the event at hand was sent; empty for who had none. */
export type Names = Map<string, string>;

/** Who is told. What rejects is told again, from the same event on. */
export interface Listener {
  /** The ids of the rooms to follow. */
  roomIds(): ReadonlySet<string>;
  event(roomId: string, event: RoomEvent, names: Names): Promise<void>;
  invited(roomId: string): void;
}

export interface SyncOptions {
  readonly homeserver: Homeserver;
  readonly userId: string;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Up to where all was told; kept in the memory. */
const positionSchema = z.object({
  /** Whose it is: a token is worth nothing to another account. */
  user: z.string(),
  since: z.string().optional(),
  /** The last event told of each room that is followed; empty when there was none yet. */
  rooms: z.record(z.string(), z.string()),
});

type Position = z.infer<typeof positionSchema>;

const events = z.array(z.unknown()).catch([]);

const roomUpdate = z.object({
  state: z.object({ events }).catch({ events: [] }),
  timeline: z
    .object({ events, limited: z.boolean().catch(false), prev_batch: z.string().optional() })
    .catch({ events: [], limited: false }),
});

const roomUpdates = z.record(z.string(), roomUpdate).catch({});

/** @see https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3sync */
const syncResponse = z.object({
  next_batch: z.string(),
  rooms: z
    .object({ join: roomUpdates, leave: roomUpdates, invite: z.record(z.string(), z.unknown()).catch({}) })
    .catch({ join: {}, leave: {}, invite: {} }),
});

/** @see https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidmessages */
const messagesPage = z.object({ chunk: events, state: events, end: z.string().optional() });

const stateTypes = ['m.room.member', 'm.room.encryption'];
const members = { lazy_load_members: true, include_redundant_members: true };
const timeline = { types: ['m.room.message', 'm.sticker', ...stateTypes], ...members };
const timelineFilter = JSON.stringify(timeline);
const nothing = { not_types: ['*'] };

/** Only what is used; with every message its sender's member event. */
const filter = {
  presence: nothing,
  account_data: nothing,
  room: {
    account_data: nothing,
    ephemeral: nothing,
    state: { types: stateTypes, ...members },
    timeline: { ...timeline, limit: 100 },
  },
};

/** Milliseconds that the homeserver may wait for something to happen. */
const pollTime = 30_000;
const gapPageSize = 100;
const maxGapPages = 10;
const memoryKey = 'sync';

export class Sync {
  readonly #options: SyncOptions;
  #position: Position | undefined;
  /** Whether this run has caught up: what comes before that in a newly configured room was said before it was configured. */
  #caughtUp = false;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * Tells what has happened since the last call, or waits half a minute for something to happen; the first call of a run doesn't wait.
   * Rejects with what the homeserver or the listener reject with: then the next call goes on where this one stopped.
   */
  async next(listener: Listener): Promise<void> {
    this.#position ??= await this.#recall();
    const { next_batch, rooms } = await this.#poll(this.#position.since);
    for (const id of Object.keys(rooms.invite)) listener.invited(id);
    for (const [id, update] of [...Object.entries(rooms.join), ...Object.entries(rooms.leave)]) {
      if (listener.roomIds().has(id)) await this.#tell(id, update, this.#position, listener);
    }
    const { user, rooms: told } = this.#position;
    const followed = [...listener.roomIds()].map((id) => [id, told[id] ?? '']);
    await this.#keep({ user, since: next_batch, rooms: Object.fromEntries(followed) });
    this.#caughtUp = true;
  }

  async #poll(since: string | undefined): Promise<z.infer<typeof syncResponse>> {
    const wait = this.#caughtUp ? pollTime : 0;
    // Synapse answers the same question for two minutes as it did at first, and without `since` that answer would be an old one.
    const asked = since === undefined ? { ...filter, 'dev.crosschat.at': this.#options.clock.now() } : filter;
    const query = { filter: JSON.stringify(asked), timeout: String(wait), ...(since !== undefined && { since }) };
    try {
      return syncResponse.parse(
        await this.#options.homeserver.call('GET', '/_matrix/client/v3/sync', { query, timeout: wait + 60_000 }),
      );
    } catch (fault) {
      if (since !== undefined && fault instanceof MatrixError && fault.statusCode === 400) this.#startAnew(fault);
      throw fault;
    }
  }

  async #tell(
    id: string,
    { state, timeline }: z.infer<typeof roomUpdate>,
    position: Position,
    listener: Listener,
  ): Promise<void> {
    const last = position.rooms[id];
    if (last === undefined && !this.#caughtUp) return;
    const names: Names = new Map();
    noteNames(names, parseEvents(state.events));
    const missed = timeline.limited ? await this.#fetchGap(id, timeline.prev_batch, position, names) : [];
    for (const event of newOnes([...missed, ...parseEvents(timeline.events)], position.user, last)) {
      noteNames(names, [event]);
      await listener.event(id, event, names);
      position.rooms[id] = event.event_id;
      if (!stateTypes.includes(event.type)) await this.#keep(position);
    }
  }

  /** What the homeserver left out because it was too much at once, oldest first. */
  async #fetchGap(id: string, from: string | undefined, { user, since, rooms }: Position, names: Names): Promise<RoomEvent[]> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(id)}/messages`;
    const found: RoomEvent[] = [];
    let next = from;
    for (let pages = 0; next !== undefined; pages++) {
      if (pages === maxGapPages) {
        this.#options.log.warn(
          { room: id },
          `Matrix room ${id}: more was said while the bridge was away than it fetches; the oldest was lost`,
        );
        break;
      }
      const query = {
        dir: 'b',
        from: next,
        limit: String(gapPageSize),
        filter: timelineFilter,
        ...(since !== undefined && { to: since }),
      };
      const page = messagesPage.parse(await this.#options.homeserver.call('GET', path, { query }));
      const events = parseEvents(page.chunk);
      noteNames(names, parseEvents(page.state));
      found.push(...events);
      const isComplete = events.some((event) => event.event_id === rooms[id] || isOwnJoin(event, user));
      next = isComplete || page.chunk.length === 0 ? undefined : page.end;
    }
    return found.reverse();
  }

  async #recall(): Promise<Position> {
    const user = this.#options.userId;
    const { success, data } = positionSchema.safeParse(parseJson(await this.#options.memory.get(memoryKey)));
    return success && data.user === user ? data : { user, rooms: {} };
  }

  async #keep(position: Position): Promise<void> {
    this.#position = position;
    await this.#options.memory.set(memoryKey, JSON.stringify(position));
  }

  #startAnew(fault: MatrixError): void {
    const sentence = `The Matrix homeserver does not know any more where we were (${describe(fault)}): what was said since then is lost`;
    this.#options.log.warn(sentence);
    this.#position = { user: this.#options.userId, rooms: {} };
    this.#caughtUp = false;
  }
}

/** The events since we came into the room, and after the last one that was told. */
function newOnes(events: readonly RoomEvent[], userId: string, last: string | undefined): readonly RoomEvent[] {
  const joined = events.findLastIndex((event) => isOwnJoin(event, userId));
  const told = events.findLastIndex((event) => event.event_id === last);
  return events.slice(Math.max(joined, told + 1, 0));
}

/** Whether with this event we came into the room, as opposed to having changed our name in it. */
function isOwnJoin({ type, state_key, content, unsigned }: RoomEvent, userId: string): boolean {
  if (type !== 'm.room.member' || state_key !== userId || content['membership'] !== 'join') return false;
  return unsigned?.prev_content?.['membership'] !== 'join';
}

function noteNames(names: Names, events: readonly RoomEvent[]): void {
  for (const { type, state_key, content } of events) {
    const name = content['displayname'];
    if (type === 'm.room.member' && state_key !== undefined) names.set(state_key, typeof name === 'string' ? name : '');
  }
}

/** Leaves out what is malformed: one such event must not hold up the others. */
function parseEvents(raw: readonly unknown[]): RoomEvent[] {
  return raw.flatMap((one) => roomEvent.safeParse(one).data ?? []);
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
