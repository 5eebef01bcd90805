/** Who is in which room, by name: so that somebody can be called by it. */
import { z } from 'zod';
import type { FindPeople, Names } from '../../src/text/calls.ts';
import type { RoomEvent } from './event.ts';
import type { Caller } from './homeserver.ts';

/** Names on Matrix can be much longer; nobody types them. */
export const matrixNames: Names = { everybody: /(?!)/, longest: 64 };

/** Of so many rooms it is known who is in them; in larger ones than this nobody is called. */
const maxRooms = 200;
const maxPeople = 5_000;

/** https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidjoined_members */
const joinedMembers = z.object({
  joined: z.record(z.string(), z.object({ display_name: z.string().nullish().catch(null) })),
});

/** By folded name, the ids of who is called so. */
type Index = Map<string, Set<string>>;

export class People {
  readonly #homeserver: Caller;
  /** Whether a user is the bridge itself, or one of its ghosts: nobody calls these. */
  readonly #isOurs: (userId: string) => boolean;
  readonly #rooms = new Map<string, Promise<Index>>();

  constructor(homeserver: Caller, isOurs: (userId: string) => boolean) {
    this.#homeserver = homeserver;
    this.#isOurs = isOurs;
  }

  /** Finds those in a room who are called exactly so, but for upper and lower case. Rejects with what the homeserver says. */
  async in(roomId: string, signal: AbortSignal): Promise<FindPeople> {
    const index = await this.#index(roomId, signal);
    return (name) => {
      const ids = index.get(folded(name));
      return ids && [...ids];
    };
  }

  /** Somebody came, went or is called otherwise: who is in the room is asked for anew when that matters. */
  note(roomId: string, { type }: RoomEvent): void {
    if (type === 'm.room.member') this.#rooms.delete(roomId);
  }

  async #index(roomId: string, signal: AbortSignal): Promise<Index> {
    const known = this.#rooms.get(roomId) ?? this.#ask(roomId, signal);
    this.#rooms.set(roomId, known);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > maxRooms && oldest !== undefined) this.#rooms.delete(oldest);
    try {
      return await known;
    } catch (fault) {
      if (this.#rooms.get(roomId) === known) this.#rooms.delete(roomId);
      throw fault;
    }
  }

  async #ask(roomId: string, signal: AbortSignal): Promise<Index> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/joined_members`;
    const { joined } = joinedMembers.parse(await this.#homeserver.call('GET', path, { signal }));
    const people = Object.entries(joined);
    const index: Index = new Map();
    if (people.length > maxPeople) return index;
    for (const [userId, { display_name: name }] of people) {
      if (!name || this.#isOurs(userId)) continue;
      const key = folded(name);
      index.set(key, (index.get(key) ?? new Set()).add(userId));
    }
    return index;
  }
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
