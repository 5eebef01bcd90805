/** Who types in the rooms. https://spec.matrix.org/v1.13/client-server-api/#typing-notifications */
import { z } from 'zod';
import type { AdapterHost } from '../../src/adapter.ts';
import type { Author } from '../../src/event.ts';
import { localpart, type RoomEvent, toAuthor } from './event.ts';
import type { Homeserver } from './homeserver.ts';
import { looksOf } from './looks.ts';
import type { Rooms } from './rooms.ts';

interface TypingInOptions {
  readonly host: Pick<AdapterHost, 'typing' | 'clock'>;
  readonly rooms: Pick<Rooms, 'refsOf' | 'get'>;
  readonly homeserver: Homeserver;
  readonly isOurs: (userId: string) => boolean;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

/** So many people in one room are seen to type at once. */
const maxPeople = 10;
/** The homeserver tells only who begins and who stops; the core is told again after so many milliseconds, and at most so often. */
const pace = 8_000;
const maxTimes = 15;
/** So many names are remembered. */
const maxNames = 500;

const typing = z.object({ type: z.literal('m.typing'), content: z.object({ user_ids: z.array(z.string()) }) });

/** Who types, as an event tells; undefined for any other event. */
export function readTyping(event: unknown): readonly string[] | undefined {
  return typing.safeParse(event).data?.content.user_ids;
}

/** Tells the core who types. */
export class TypingIn {
  readonly #options: TypingInOptions;
  /** By room and user: what ends the repetition. */
  readonly #typing = new Map<string, Map<string, () => void>>();
  /** Display names, by room and user. */
  readonly #names = new Map<string, string>();

  constructor(options: TypingInOptions) {
    this.#options = options;
  }

  /** These are all who type in a room now. */
  heard(roomId: string, userIds: readonly string[]): void {
    const { rooms, isOurs } = this.#options;
    const isMapped = rooms.refsOf(roomId).length > 0;
    const now = new Set(isMapped ? userIds.filter((id) => !isOurs(id)).slice(0, maxPeople) : []);
    const known = this.#typing.get(roomId) ?? new Map<string, () => void>();
    this.#typing.set(roomId, known);
    for (const [userId, end] of known) {
      if (now.has(userId)) continue;
      end();
      known.delete(userId);
      this.#tell(roomId, toAuthor(userId, localpart(userId)), false);
    }
    for (const userId of now) if (!known.has(userId)) this.#begin(roomId, userId, known);
    if (known.size === 0) this.#typing.delete(roomId);
  }

  /** Something happened in a room: if somebody has another name now, it is asked for again. */
  note(roomId: string, { type, state_key: key }: RoomEvent): void {
    if (type === 'm.room.member' && key !== undefined) this.#names.delete(`${roomId} ${key}`);
  }

  #begin(roomId: string, userId: string, known: Map<string, () => void>): void {
    const { host, ended } = this.#options;
    let cancel = () => {};
    const end = () => cancel();
    known.set(userId, end);
    const tell = async (times: number) => {
      const name = await this.#nameOf(roomId, userId);
      if (ended.aborted || known.get(userId) !== end) return;
      this.#tell(roomId, toAuthor(userId, name), true);
      if (times < maxTimes) cancel = host.clock.after(pace, () => void tell(times + 1));
    };
    void tell(1);
  }

  #tell(roomId: string, author: Author, isTyping: boolean): void {
    const { host, rooms } = this.#options;
    for (const ref of rooms.refsOf(roomId)) if (rooms.get(ref)?.state === 'open') host.typing(ref, author, isTyping);
  }

  async #nameOf(roomId: string, userId: string): Promise<string> {
    const key = `${roomId} ${userId}`;
    const known =
      this.#names.get(key) ?? (await looksOf(this.#options.homeserver, roomId, userId).catch(() => undefined))?.name ?? '';
    if (this.#names.size >= maxNames) this.#names.clear();
    this.#names.set(key, known);
    return known || localpart(userId);
  }
}
