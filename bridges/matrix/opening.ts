/** Rooms that the account begins to take part in while it runs. */
import { AdapterError } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { describe, type Homeserver } from './homeserver.ts';
import type { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import { visit } from './visit.ts';

/** The account, and what it knows of rooms. */
interface Account {
  readonly homeserver: Homeserver;
  readonly userId: string;
  readonly rooms: Rooms;
}

/**
 * Joins a room if that is needed, and follows it. Resolves when one can speak there.
 * @throws {AdapterError} when one can't: what is to be done about it. Nothing is left of it then, but that the account may be in the room
 */
export async function openRoom(ref: RoomRef, { homeserver, userId, rooms }: Account, signal: AbortSignal): Promise<void> {
  rooms.add(ref);
  // Else it would be visited at the next turn as well.
  rooms.begin(ref);
  try {
    const joined = new Set(await homeserver.getJoinedRooms());
    signal.throwIfAborted();
    const identified = (_: RoomRef, id: string) => rooms.identify(ref, id);
    const report = await visit(ref, { homeserver, userId, joined, mayJoin: true, identified });
    signal.throwIfAborted();
    rooms.note(ref, report);
  } catch (fault) {
    rooms.forget(ref);
    throw new AdapterError(sentences.notOpened(ref, describe(fault)));
  }
  const found = rooms.get(ref);
  if (found?.state === 'open' && found.ok) return;
  rooms.forget(ref);
  throw new AdapterError(found && found.state !== 'waiting' ? found.text : sentences.notOpened(ref, 'it did not answer'));
}
