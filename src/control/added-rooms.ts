/** Rooms that people add to channels and take out again, one change after the other. */
import type { ChannelMap } from '../channel-map.ts';
import { type RoomAddress, roomKey } from '../channels.ts';
import type { Clock } from '../clock.ts';
import { type Actor, type Consent, ControlError } from '../control.ts';
import type { AdapterId, RoomRef } from '../event.ts';
import type { Member } from '../member.ts';
import type { RoomStore, StoredRoom } from '../store/rooms.ts';
import type { Finder, WantedRoom } from './finding.ts';
import { type OpeningOptions, openRoom } from './opening.ts';
import type { Restored } from './restore.ts';
import * as sentences from './sentences.ts';

/** What follows the channel map. */
interface Follower {
  /** A room is in the map, and its adapter runs. */
  opened(member: Member, room: RoomRef): void;
  /** A room is no longer in the map. Resolves when nothing more goes there. */
  closed(address: RoomAddress): Promise<void>;
  /** A room is no longer in the map, and the bridge speaks there all the same. */
  kept(address: RoomAddress): void;
}

/** What it takes. */
export interface AddedRoomsOptions extends OpeningOptions {
  readonly map: ChannelMap;
  readonly finder: Finder;
  readonly rooms: RoomStore;
  readonly follower: Follower;
  /** The adapters with a room in every channel. */
  readonly everywhere: () => readonly Member[];
  /** Why an adapter can't open a room now, in a sentence; undefined when it can. */
  readonly whyNot: (member: Member) => string | undefined;
  /** Whether the bridge speaks in a room that is in no channel. */
  readonly stays: (address: RoomAddress) => boolean;
  /** Notes who did what. */
  readonly note: (action: string, target: string, by: Actor) => void;
  /** A channel or room is gone, and that it was paused. */
  readonly forgetPause: (what: string | RoomAddress) => Promise<void>;
  readonly clock: Clock;
}

/** The most rooms that can be added. */
const MAX_ADDED = 1_000;
/** An id or alias of a room: anything else is none on any platform. */
const ROOM = /^[^\s\p{C}]{1,255}$/u;

/** The rooms that were added. */
export class AddedRooms {
  readonly #options: AddedRoomsOptions;
  #all = new Map<string, StoredRoom>();
  /** Those that no longer fit the configuration, and are in no channel. */
  #unmapped = new Map<string, StoredRoom>();
  /** Those that the configuration has by itself. */
  #resting: readonly StoredRoom[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AddedRoomsOptions, restored: Restored) {
    this.#options = options;
    this.adopt(restored);
  }

  /** These are the rooms from now on, and in the map already. */
  adopt({ rooms, unmapped, resting }: Pick<Restored, 'rooms' | 'unmapped' | 'resting'>): void {
    const byKey = (all: readonly StoredRoom[]) => new Map(all.map((stored) => [roomKey(addressOf(stored)), stored]));
    this.#all = byKey(rooms);
    this.#unmapped = byKey(unmapped);
    this.#resting = resting.rooms;
  }

  /** All that are kept. */
  get kept(): readonly StoredRoom[] {
    return [...this.#all.values(), ...this.#unmapped.values(), ...this.#resting];
  }

  /** Who wanted a room; undefined for one of the configuration. */
  consentTo(address: RoomAddress): Consent | undefined {
    return this.#all.get(roomKey(address))?.by;
  }

  /** @returns what is so now @throws {ControlError} */
  add(channel: string, room: WantedRoom, by: Actor, server?: string): Promise<string> {
    return this.inTurn(() => this.#add(channel, room, by, server));
  }

  /** @returns what is so now @throws {ControlError} */
  remove(room: WantedRoom, by: Actor): Promise<string> {
    return this.inTurn(() => this.#remove(room, by));
  }

  /** Changes something about rooms after all that was asked for before, and before anything else. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #add(given: string, wanted: WantedRoom, by: Actor, server: string | undefined): Promise<string> {
    const { finder, map, rooms, follower, clock } = this.#options;
    const channel = finder.channelToBe(given);
    const member = finder.member(wanted.adapter);
    const room = this.#newRoom(member, wanted.room);
    const { platform } = member.adapter;
    const why = this.#options.whyNot(member);
    if (why !== undefined) throw new ControlError(`${platform} can't take part in another room now: ${why}`);
    await openRoom(member.adapter, room, this.#options);
    // From here on without waiting: what is said next is carried.
    const stored = {
      adapter: member.id,
      room,
      channel,
      made: !map.isConfigured(channel),
      ...(server !== undefined && { server }),
      by: { name: by.name, id: by.id, via: by.via, at: clock.now() },
    };
    const isNew = !this.#isThere(channel);
    this.#all.set(roomKey(stored), stored);
    this.#unmapped.delete(roomKey(stored));
    map.add({ adapter: member.id, room, channel, ...(server !== undefined && { server }) });
    follower.opened(member, room);
    if (isNew) for (const other of this.#options.everywhere()) follower.opened(other, nameAsRoom(channel));
    const [words, into] = [sentences.roomName(platform, room), sentences.channelWords(channel)];
    this.#options.note('add', `${words} to ${into}`, by);
    await rooms.add(stored);
    const news = isNew ? `, which is new and hears ${server === undefined ? 'all game servers' : server}` : '';
    const outlook = map.isPaused(channel)
      ? 'It is paused, so nothing is carried yet.'
      : 'What is said from now on is carried both ways.';
    return `${words} is in ${into} now${news}. ${outlook}`;
  }

  async #remove(wanted: WantedRoom, by: Actor): Promise<string> {
    const { finder, map, rooms, follower } = this.#options;
    const left = [...this.#unmapped.values()].find(({ adapter, room }) => adapter === wanted.adapter && room === wanted.room);
    if (left) return this.#forget(left, by);
    const { member, address } = finder.room(wanted);
    const words = sentences.roomName(member.adapter.platform, address.room);
    const stored = this.#all.get(roomKey(address));
    if (!stored)
      throw new ControlError(
        `${words} is in the configuration: take it out there, and let the bridge read it anew (bridge reload).`,
      );
    const { channel } = stored;
    const from = sentences.channelWords(channel);
    this.#all.delete(roomKey(address));
    map.remove(address);
    this.#options.note('remove', `${words} from ${from}`, by);
    const kept = [rooms.remove(address.adapter, address.room), this.#options.forgetPause(address)];
    const isGone = !this.#isThere(channel);
    if (isGone) kept.push(this.#options.forgetPause(channel));
    const others = isGone ? this.#options.everywhere().map(({ id }) => ({ adapter: id, room: nameAsRoom(channel) })) : [];
    const stays = this.#options.stays(address);
    await Promise.all((stays ? others : [address, ...others]).map((gone) => follower.closed(gone)));
    if (stays) follower.kept(address);
    else member.adapter.close?.(address.room);
    await Promise.all(kept);
    const rest = stays ? ' What moderators do is still posted there: it is the room of mod_log.' : '';
    return `${words} is no longer in ${from}${isGone ? ', which is gone with it' : ''}: nothing is carried to or from it.${rest}`;
  }

  async #forget(stored: StoredRoom, by: Actor): Promise<string> {
    const { adapter, room, channel } = stored;
    this.#unmapped.delete(roomKey(addressOf(stored)));
    this.#options.note('remove', `room ${room} of ${adapter} from ${sentences.channelWords(channel)}`, by);
    await this.#options.rooms.remove(adapter, room);
    return `Room ${room} of ${adapter}, which did not fit the configuration any more, is forgotten.`;
  }

  /** @throws {ControlError} when it is none, or in a channel already */
  #newRoom(member: Member, wanted: string): RoomRef {
    const { finder, map } = this.#options;
    const { platform } = member.adapter;
    if (!ROOM.test(wanted))
      throw new ControlError(`"${sentences.asTyped(wanted)}" is no ${platform} room: give its id or alias.`);
    const there = finder.roomIn(member, wanted);
    if (there) {
      const channels = sentences.listed(map.channelsOf(there).map(sentences.channelWords));
      throw new ControlError(`${sentences.roomName(platform, wanted)} is in ${channels} already.`);
    }
    if (this.#all.size >= MAX_ADDED) throw new ControlError(`There are ${MAX_ADDED} added rooms, which is the most.`);
    return wanted as RoomRef;
  }

  #isThere(channel: string): boolean {
    return this.#options.map.channels.some(({ name }) => name === channel);
  }
}

/** The room that an adapter that is everywhere has in a channel. */
function nameAsRoom(channel: string): RoomRef {
  return channel as RoomRef;
}

function addressOf({ adapter, room }: StoredRoom): RoomAddress {
  return { adapter: adapter as AdapterId, room: room as RoomRef };
}
