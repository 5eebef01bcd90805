/** An adapter in its place. */
import type { Adapter } from './adapter.ts';
import type { AdapterId, RoomRef } from './event.ts';
import type { VirtualServer } from './virtual-server.ts';

/** An adapter with its rooms, and the virtual server that it stands behind. */
export interface Member {
  readonly id: AdapterId;
  /** Its kind, for example `discord`: what the network sees as its users' platform. */
  readonly type: string;
  readonly adapter: Adapter;
  /** Its rooms that are mapped to a channel. */
  readonly rooms: readonly RoomRef[];
  /** Whether its rooms are named after this bridge's channels: rooms of the same name elsewhere are other rooms. */
  readonly everywhere: boolean;
  /** The virtual server that its users speak on, and that it hears the game servers through. */
  readonly server: VirtualServer;
}
