/** What the handlers of requests share. */
import { clientEvent, type RoomEvent, type Viewer } from './event.ts';
import type { RateLimit } from './faults.ts';
import type { MediaStore } from './media.ts';
import type { Room } from './room.ts';
import type { UserCall } from './router.ts';
import type { Transactions } from './transactions.ts';
import type { World } from './world.ts';

export interface Homeserver {
  readonly world: World;
  readonly media: MediaStore;
  readonly rate: RateLimit;
  readonly transactions: Transactions;
  /** The server's own address, without a slash at the end; known once it listens. */
  url(): string;
  /** Says that somebody did what the specification forbids, though a real server lets it pass. */
  violation(call: UserCall, text: string): void;
}

export function viewerOf(world: World, call: UserCall): Viewer {
  return { user: call.session.user.id, device: call.session.device, now: world.clock.now() };
}

/** A state event as the requests for state give it. */
export function stateEvent(world: World, room: Room, event: RoomEvent, call: UserCall): object {
  return { ...clientEvent(event, viewerOf(world, call)), room_id: room.id };
}
