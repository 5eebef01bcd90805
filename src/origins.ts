/** Where something was said, as bridges tell each other: none carries back what another one heard in the same room. */
import type { Logger } from 'pino';
import type { Memory } from './adapter.ts';
import { roomKey } from './channels.ts';
import type { RoomRef } from './event.ts';
import type { Member } from './member.ts';
import type { Origin } from './virtual-server.ts';

/** What origins are known with. */
export interface OriginsOptions {
  /** Keeps by which ids platforms know rooms that the operator names otherwise: an adapter that has just started can't tell yet. */
  readonly memory: Memory;
  readonly log: Logger;
}

/** How often the operator is warned at most: a hostile server can name any number of rooms. */
const MAX_WARNINGS = 1_000;

/** The origins of what is said in our rooms. */
export class Origins {
  readonly #options: OriginsOptions;
  readonly #members = new Set<Member>();
  /** The platforms' own ids of rooms, as they were known last. */
  readonly #nativeIds = new Map<string, string>();
  readonly #warnedOf = new Set<string>();

  constructor(options: OriginsOptions) {
    this.#options = options;
  }

  /** An adapter takes part. */
  join(member: Member): void {
    this.#members.add(member);
  }

  /** An adapter takes part no more. */
  leave(member: Member): void {
    this.#members.delete(member);
  }

  /** Recalls what earlier processes knew. */
  async restore(): Promise<void> {
    const { memory } = this.#options;
    const rooms = [...this.#members].filter(({ adapter }) => adapter.nativeRoomId).flatMap(keysOf);
    for (const key of rooms) {
      const id = await memory.get(key);
      if (id !== undefined) this.#nativeIds.set(key, id);
    }
  }

  /** The origin of what is said in a room. */
  of(member: Member, room: RoomRef): Origin {
    const { type, everywhere, server } = member;
    return { platform: type, room: everywhere ? `${server.chat.state.ownId}/${room}` : this.#nativeId(member, room) };
  }

  /** Whether another bridge's message was said in a room of ours: then we have heard it there. The operator is told once. */
  isOurs(serverId: string, origin: Origin): boolean {
    const isIt = [...this.#members].some(
      (member) => member.type === origin.platform && member.rooms.some((room) => this.of(member, room).room === origin.room),
    );
    if (isIt) this.#warn(serverId, origin);
    return isIt;
  }

  #nativeId({ id: adapterId, adapter }: Member, room: RoomRef): string {
    const key = roomKey({ adapter: adapterId, room });
    const before = this.#nativeIds.get(key);
    const id = adapter.nativeRoomId?.(room);
    if (id === undefined || id === before) return before ?? room;
    this.#nativeIds.set(key, id);
    void this.#options.memory.set(key, id);
    return id;
  }

  #warn(serverId: string, { platform, room }: Origin): void {
    const key = `${serverId} ${platform} ${room}`;
    if (this.#warnedOf.has(key) || this.#warnedOf.size >= MAX_WARNINGS) return;
    this.#warnedOf.add(key);
    this.#options.log.warn(
      { server: serverId, platform, room },
      `server ${serverId} is another bridge that joins the same ${platform} room: what is said there reaches the game servers twice. Take the room out of one of the two bridges.`,
    );
  }
}

function keysOf({ id, rooms }: Member): string[] {
  return rooms.map((room) => roomKey({ adapter: id, room }));
}
