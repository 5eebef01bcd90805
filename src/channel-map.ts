/** The channels as they are now: those of the configuration, with the rooms that were added, and without what is paused. */
import { type Channel, channelMap, type Hearers, type RoomAddress, roomKey } from './channels.ts';
import type { AdapterId, Place, RoomRef } from './event.ts';
import { Recent } from './recent.ts';

/** A room that is not in the configuration, and the channel it is in. */
export interface AddedRoom extends RoomAddress {
  readonly channel: string;
  /** The one game server that the channel hears if it is made for this room; all of them where this is absent. */
  readonly server?: string;
}

/** How many places are remembered with their hearers: a hostile network can name any number of servers. */
const MAX_CACHED_PLACES = 2_000;
const MAX_REMOVED = 1_000;

/** The channel map, which changes while the bridge runs. */
export class ChannelMap {
  #configured: readonly Channel[];
  /** Those with a room in every channel. */
  #everywhere: readonly AdapterId[];
  #added = new Map<string, AddedRoom>();
  #pausedChannels = new Set<string>();
  #pausedRooms = new Set<string>();
  /** Those who heard rooms that were removed: what was said there may still be on its way. */
  readonly #removed = new Recent<string, Hearers>(MAX_REMOVED);
  #channels: readonly Channel[] = [];
  #rooms = new Map<string, RoomAddress>();
  #all = new Lookup([]);
  #carried = new Lookup([]);

  /** @param configured with the rooms of the adapters that are everywhere @param everywhere those adapters */
  constructor(configured: readonly Channel[], everywhere: readonly AdapterId[] = []) {
    this.#configured = configured;
    this.#everywhere = everywhere;
    this.#changed();
  }

  /** All channels, with all their rooms. One that is not configured is there as long as it has rooms. */
  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** All rooms, each once. */
  get rooms(): Iterable<RoomAddress> {
    return this.#rooms.values();
  }

  /** The rooms of one adapter, each once. */
  roomsOf(adapter: AdapterId): RoomRef[] {
    return [...this.#rooms.values()].filter((address) => address.adapter === adapter).map(({ room }) => room);
  }

  /** Whether a room is in any channel. */
  has(address: RoomAddress): boolean {
    return this.#rooms.has(roomKey(address));
  }

  /** Whether a channel is in the configuration. */
  isConfigured(channel: string): boolean {
    return this.#configured.some(({ name }) => name === channel);
  }

  /** Those who hear what is said at a place now. */
  hearersOf(place: Place): Hearers {
    return this.#carried.hearersOf(place);
  }

  /** Those who may have heard what was said at a place before, though something is paused now. */
  reachOf(place: Place): Hearers {
    return this.#all.hearersOf(place);
  }

  /** Those who hear what was taken from a room, though it may have been paused or removed since; undefined when it was never there. */
  hearersOfTaken(place: Extract<Place, { kind: 'room' }>): Hearers | undefined {
    if (this.isCarried(place)) return this.hearersOf(place);
    return this.has(place) ? this.reachOf(place) : this.#removed.get(roomKey(place));
  }

  /** The names of the channels that a room is in. */
  channelsOf(address: RoomAddress): string[] {
    const key = roomKey(address);
    return this.#channels.filter(({ rooms }) => rooms.some((room) => roomKey(room) === key)).map(({ name }) => name);
  }

  /** Whether anything is carried to or from a room now. */
  isCarried(address: RoomAddress): boolean {
    return this.#carried.has(address);
  }

  /** Whether a channel, or a room by itself, is paused. */
  isPaused(what: string | RoomAddress): boolean {
    return typeof what === 'string' ? this.#pausedChannels.has(what) : this.#pausedRooms.has(roomKey(what));
  }

  /** Pauses a channel or a room, or ends that. */
  setPaused(what: string | RoomAddress, paused: boolean): void {
    const [set, key] = typeof what === 'string' ? [this.#pausedChannels, what] : [this.#pausedRooms, roomKey(what)];
    if (paused) set.add(key);
    else set.delete(key);
    this.#changed();
  }

  /** Adds a room. A channel that there is not is made, with all game servers or the one that is named. */
  add(room: AddedRoom): void {
    this.#added.set(roomKey(room), room);
    this.#changed();
  }

  /** Takes a room away that was added, and with the last one its channel, where that is not configured. */
  remove(address: RoomAddress): void {
    this.#removed.set(roomKey(address), this.reachOf({ kind: 'room', ...address }));
    this.#added.delete(roomKey(address));
    this.#changed();
  }

  /** Becomes like another one, which is used no more. What was taken from rooms that are gone still goes to those who heard them. */
  become(other: ChannelMap): void {
    for (const room of this.rooms) {
      if (!other.has(room)) this.#removed.set(roomKey(room), this.reachOf({ kind: 'room', ...room }));
    }
    this.#configured = other.#configured;
    this.#everywhere = other.#everywhere;
    this.#added = other.#added;
    this.#pausedChannels = other.#pausedChannels;
    this.#pausedRooms = other.#pausedRooms;
    this.#changed();
  }

  #changed(): void {
    const added = [...this.#added.values()];
    const made = new Set(added.map(({ channel }) => channel).filter((channel) => !this.isConfigured(channel)));
    const base = [...this.#configured, ...[...made].map((name) => this.#make(name, added))];
    this.#channels = base.map((channel) => ({
      ...channel,
      rooms: [...channel.rooms, ...added.filter(isIn(channel)).map(address)],
    }));
    this.#rooms = new Map(this.#channels.flatMap(({ rooms }) => rooms.map((room) => [roomKey(room), room])));
    this.#all = new Lookup(this.#channels);
    this.#carried = new Lookup(
      this.#channels
        .filter(({ name }) => !this.#pausedChannels.has(name))
        .map((channel) => ({ ...channel, rooms: channel.rooms.filter((room) => !this.#pausedRooms.has(roomKey(room))) })),
    );
  }

  #make(name: string, added: readonly AddedRoom[]): Channel {
    const only = added.find(({ channel }) => channel === name)?.server;
    return { name, servers: [only ?? '*'], rooms: this.#everywhere.map((adapter) => ({ adapter, room: name as RoomRef })) };
  }
}

/** The hearers in some channels; the look-ups of late are remembered. */
class Lookup {
  readonly #hearersOf: (place: Place) => Hearers;
  readonly #rooms: ReadonlySet<string>;
  readonly #known = new Recent<string, Hearers>(MAX_CACHED_PLACES);

  constructor(channels: readonly Channel[]) {
    this.#hearersOf = channelMap(channels);
    this.#rooms = new Set(channels.flatMap(({ rooms }) => rooms.map(roomKey)));
  }

  has(address: RoomAddress): boolean {
    return this.#rooms.has(roomKey(address));
  }

  hearersOf(place: Place): Hearers {
    const key = place.kind === 'server' ? place.server : roomKey(place);
    let hearers = this.#known.get(key);
    if (!hearers) {
      hearers = this.#hearersOf(place);
      this.#known.set(key, hearers);
    }
    return hearers;
  }
}

function isIn({ name }: Channel): (room: AddedRoom) => boolean {
  return ({ channel }) => channel === name;
}

function address({ adapter, room }: AddedRoom): RoomAddress {
  return { adapter, room };
}
