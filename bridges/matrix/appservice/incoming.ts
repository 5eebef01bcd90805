/** What the homeserver sends us by itself: each event is handed over once, in order, and the homeserver is told so only then. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import { type RoomEvent, roomEvent } from '../event.ts';
import { describe } from '../homeserver.ts';
import { parseJson } from '../json.ts';
import { looksIn } from '../looks.ts';
import type { Faces, Listener } from '../sync.ts';
import { readTyping } from '../typing-in.ts';
import type { Backlog } from './backlog.ts';
import type { GhostIds } from './ghost-ids.ts';
import type { Ghosts } from './ghosts.ts';
import * as sentences from './sentences.ts';

export interface IncomingOptions {
  /** The bridge's own user id. */
  readonly botId: string;
  readonly ids: GhostIds;
  readonly ghosts: Ghosts;
  /** Says what is too much or too old. */
  readonly backlog: Pick<Backlog, 'isHeard'>;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Nobody minds if it is missed. */
const passing = z.array(z.unknown()).catch([]);
/** https://spec.matrix.org/v1.13/application-service-api/#put_matrixappv1transactionstxnid */
const transaction = z.object({
  events: z.array(z.unknown()),
  ephemeral: passing,
  'de.sorunome.msc2409.ephemeral': passing,
});
const sentPassing = z.object({ room_id: z.string() }).loose();
const sentEvent = roomEvent.extend({ room_id: z.string() });
const named = z.object({ event_id: z.string() });
/** What the homeserver sends at once, once it is known to be that. */
export type Transaction = z.infer<typeof transaction>;

/** Of so many events it is remembered that they were handed over, and over a restart of so many. */
const maxTold = 2_000;
const maxKept = 200;
const memoryKey = 'appservice/told';
const keptIds = z.array(z.string()).catch([]);
/** Of so many rooms it is remembered how so many people look. */
const maxRooms = 200;
const maxFaces = 5_000;
/** Milliseconds that the homeserver waits at most before the bridge is ready to listen. */
const openTime = 20_000;

/** The bridge is not ready to listen, or could not take everything: the homeserver has to send it again. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

export class Incoming {
  readonly #options: IncomingOptions;
  #listener: Listener | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #wakers = new Set<() => void>();
  /** Whether something happened that {@link changed} tells of, while nobody waited for it. */
  #hasChanged = false;
  /** Those that are being handed over, by their ids and those of their events: a homeserver that has lost patience sends the same again. */
  readonly #running = new Map<string, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();
  #told: Set<string> | undefined;
  readonly #faces = new Map<string, Faces>();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** From now on there is somebody to hand it to. */
  open(listener: Listener): void {
    this.#listener = listener;
    for (const go of this.#waiting) go();
  }

  /** Nobody listens any more. */
  close(): void {
    this.#listener = undefined;
  }

  /** Resolves when something happened to the bridge's own account or a room was upgraded, or after so many milliseconds. */
  async changed(ms: number, ended: AbortSignal): Promise<void> {
    if (!this.#hasChanged) await this.#nextChange(ms, ended);
    this.#hasChanged = false;
  }

  async #nextChange(ms: number, ended: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#wakers.delete(end);
        ended.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, end);
      this.#wakers.add(end);
      ended.addEventListener('abort', end);
      if (ended.aborted) end();
    });
  }

  /**
   * Resolves when all of it is handed over.
   * @param id two with one id and the same events are the same; others need not be: Synapse on SQLite counts anew after a restart
   * @param raw what was sent; each malformed event in it is left out
   * @throws {NotTaken}
   */
  take(id: string, raw: Transaction): Promise<void> {
    const key = [id, ...raw.events.map((one) => named.safeParse(one).data?.event_id)].join(' ');
    const known = this.#running.get(key);
    if (known) return known;
    const done = this.#last.then(() => this.#take(raw));
    this.#last = done.catch(() => {});
    this.#running.set(key, done);
    const end = () => this.#running.delete(key);
    done.then(end, end);
    return done;
  }

  async #take(sent: Transaction): Promise<void> {
    const { events } = sent;
    const listener = await this.#opened();
    const { memory, log } = this.#options;
    this.#told ??= new Set(keptIds.parse(parseJson((await memory.get(memoryKey)) ?? '')));
    const before = this.#told.size;
    try {
      for (const one of events) {
        const { data } = sentEvent.safeParse(one);
        if (data !== undefined) await this.#tell(data.room_id, data, listener, this.#told);
      }
    } catch (fault) {
      log.warn(sentences.transactionFailed(describe(fault)));
      throw new NotTaken(describe(fault), { cause: fault });
    }
    tellPassing([...sent.ephemeral, ...sent['de.sorunome.msc2409.ephemeral']], listener);
    if (this.#told.size === before) return;
    const all = [...this.#told];
    this.#told = new Set(all.slice(-maxTold));
    await memory.set(memoryKey, JSON.stringify(all.slice(-maxKept)));
  }

  async #tell(roomId: string, event: RoomEvent, listener: Listener, told: Set<string>): Promise<void> {
    if (told.has(event.event_id)) return;
    const { ids, ghosts, botId } = this.#options;
    const { type, state_key: key, content, sender } = event;
    if (type === 'm.room.power_levels' || type === 'm.room.join_rules') ghosts.reopen(roomId);
    const isMember = type === 'm.room.member' && key !== undefined;
    if (isMember && ids.isGhost(key)) {
      if (content['membership'] !== 'join') await ghosts.members.gone(roomId, key);
      if (content['membership'] === 'invite' && !ids.isGhost(sender) && sender !== botId)
        await listener.invited({ roomId, by: sender, isDirect: content['is_direct'] === true, ghost: key });
    } else if (isMember && key === botId && content['membership'] === 'invite') {
      await listener.invited({ roomId, by: sender, isDirect: content['is_direct'] === true });
    } else if (!ids.isGhost(sender)) await this.#hand(roomId, event, listener);
    if ((isMember && key === botId) || type === 'm.room.tombstone') this.#wake();
    told.add(event.event_id);
  }

  #wake(): void {
    this.#hasChanged = true;
    for (const wake of [...this.#wakers]) wake();
  }

  async #hand(roomId: string, event: RoomEvent, listener: Listener): Promise<void> {
    const faces = this.#facesIn(roomId);
    const { type, state_key: key, content } = event;
    if (type === 'm.room.member' && key !== undefined && content['membership'] === 'join') {
      faces.set(key, looksIn(content));
    }
    if (listener.roomIds().has(roomId)) {
      if (await this.#options.backlog.isHeard(roomId, event)) await listener.event(roomId, event, faces);
    } else await listener.elsewhere(roomId, [event], faces);
  }

  /** How people look in a room now: every change of them comes by here. */
  #facesIn(roomId: string): Faces {
    const known = this.#faces.get(roomId);
    const faces: Faces = known && known.size < maxFaces ? known : new Map();
    this.#faces.delete(roomId);
    this.#faces.set(roomId, faces);
    const [oldest] = this.#faces.keys();
    if (this.#faces.size > maxRooms && oldest !== undefined) this.#faces.delete(oldest);
    return faces;
  }

  async #opened(): Promise<Listener> {
    if (!this.#listener) {
      await new Promise<void>((resolve) => {
        const end = () => {
          cancel();
          this.#waiting.delete(end);
          resolve();
        };
        const cancel = this.#options.clock.after(openTime, end);
        this.#waiting.add(end);
      });
    }
    if (!this.#listener) throw new NotTaken('the bridge is not ready yet');
    return this.#listener;
  }
}

/** @returns undefined for what no homeserver would send */
export function readTransaction(body: unknown): Transaction | undefined {
  return transaction.safeParse(body).data;
}

/** Tells who types, room by room. */
function tellPassing(sent: readonly unknown[], listener: Listener): void {
  for (const one of sent) {
    const { data } = sentPassing.safeParse(one);
    const userIds = data && readTyping(data);
    if (data && userIds) listener.typing(data.room_id, userIds);
  }
}
