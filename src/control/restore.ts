/** What was changed at run time by earlier processes, put back into the channel map. */
import { ChannelMap } from '../channel-map.ts';
import type { RoomAddress } from '../channels.ts';
import type { AdapterConfig, Config } from '../config.ts';
import type { AdapterId, RoomRef } from '../event.ts';
import type { RoomStore, StoredPause, StoredRoom } from '../store/rooms.ts';
import { moment } from '../text/time.ts';
import { capital, channelWords } from './sentences.ts';

/** All that was changed at run time, whether or not it fits the configuration. */
export interface Kept {
  readonly rooms: readonly StoredRoom[];
  readonly pauses: readonly StoredPause[];
}

/** What was put back. */
export interface Restored extends Kept {
  /** Rooms that no longer fit the configuration. */
  readonly unmapped: readonly StoredRoom[];
  /** What means nothing as long as the configuration is as it is: rooms that it has by itself, and pauses of what it has not. */
  readonly resting: Kept;
  /** Sentences for the operator about what could not be put back. */
  readonly ignored: readonly string[];
}

/** The channels of a configuration alone. */
export function configuredMap({ channels, adapters }: Pick<Config, 'channels' | 'adapters'>): ChannelMap {
  const everywhere = adapters.filter(({ module }) => module.everywhere).map(({ id }) => id);
  return new ChannelMap(channels, everywhere);
}

/** Rejects with {@link DatabaseFault} when the store can't be read. */
export async function keptIn(store: RoomStore): Promise<Kept> {
  return { rooms: await store.rooms(), pauses: await store.pauses() };
}

/**
 * Puts rooms that were added, and pauses, back into the map. What no longer fits the configuration stays in the store and is ignored.
 * @param adapters those that are configured
 */
export function restoreMap(map: ChannelMap, kept: Kept, adapters: readonly AdapterConfig[]): Restored {
  const ignored: string[] = [];
  const rooms: StoredRoom[] = [];
  const unmapped: StoredRoom[] = [];
  const configured: StoredRoom[] = [];
  for (const stored of kept.rooms) {
    const { channel, made, server } = stored;
    const address = addressOf(stored);
    // The operator has put it into the configuration since.
    if (map.has(address)) {
      configured.push(stored);
      continue;
    }
    const missing = !adapters.some(({ id }) => id === address.adapter)
      ? `the adapter ${address.adapter}`
      : !made && !map.isConfigured(channel)
        ? channelWords(channel)
        : undefined;
    if (missing === undefined) {
      map.add({ ...address, channel, ...(server !== undefined && { server }) });
      rooms.push(stored);
    } else {
      unmapped.push(stored);
      ignored.push(ignoredRoom(stored, missing));
    }
  }
  const names = new Set(map.channels.map(({ name }) => name));
  const isThere = (pause: StoredPause) => (pause.channel ? names.has(pause.channel) : map.has(addressOf(pause)));
  const pauses = kept.pauses.filter(isThere);
  for (const pause of pauses) map.setPaused(pause.channel || addressOf(pause), true);
  const resting = { rooms: configured, pauses: kept.pauses.filter((pause) => !isThere(pause)) };
  return { rooms, pauses, unmapped, resting, ignored };
}

/** What the operator is told of adapters that have no room yet: they can be given one at run time. */
export function roomless(map: ChannelMap, adapters: readonly AdapterConfig[]): string[] {
  const without = adapters.filter(({ id, module }) => !module.everywhere && map.roomsOf(id).length === 0);
  return without.map(
    ({ id, roomsKey }) => `adapters.${id}: no channel has a room of it; set ${roomsKey}, or add one with the command bridge add.`,
  );
}

/** What the operator is told of something that is paused since before. */
export function stillPaused({ channel, adapter, room, by, at }: StoredPause): string {
  const what = channel ? channelWords(channel) : `${adapter} room ${room}`;
  return `${capital(what)} is paused since ${moment(at)} (by ${by}): nothing is carried to or from it.`;
}

function ignoredRoom({ adapter, room, channel, by }: StoredRoom, missing: string): string {
  return `Room ${room} of ${adapter}, which ${by.name} added to ${channelWords(channel)} on ${moment(by.at)}, is not bridged: ${missing} is no longer in the configuration. The command bridge remove forgets it.`;
}

function addressOf({ adapter, room }: { readonly adapter: string; readonly room: string }): RoomAddress {
  return { adapter: adapter as AdapterId, room: room as RoomRef };
}
