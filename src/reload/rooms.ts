/** Which rooms come and go with another configuration: those of its channels, and that of the mod log. */
import type { ChannelMap } from '../channel-map.ts';
import { type RoomAddress, roomKey } from '../channels.ts';
import type { Config } from '../config.ts';

/** Where a bridge speaks. */
export interface Places {
  readonly map: Pick<ChannelMap, 'rooms' | 'has'>;
  readonly modLog: Config['modLog'];
}

/** What is different. */
export interface RoomChanges {
  readonly opened: readonly RoomAddress[];
  readonly closed: readonly RoomAddress[];
  /** Those in no channel any more where the bridge speaks all the same. */
  readonly kept: readonly RoomAddress[];
}

/** Compares two of them. */
export function roomChanges(before: Places, after: Places): RoomChanges {
  const [old, now] = [roomsIn(before), roomsIn(after)];
  return {
    opened: [...now].filter(([key]) => !old.has(key)).map(([, room]) => room),
    closed: [...old].filter(([key]) => !now.has(key)).map(([, room]) => room),
    kept: [...before.map.rooms].filter((room) => now.has(roomKey(room)) && !after.map.has(room)),
  };
}

function roomsIn({ map, modLog }: Places): Map<string, RoomAddress> {
  return new Map([...map.rooms, ...(modLog ? [modLog] : [])].map((room) => [roomKey(room), room]));
}
