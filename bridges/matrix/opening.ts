/** Rooms that the account begins to take part in while it runs. */
import { AdapterError } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { describe } from './homeserver.ts';
import type { RoomReport, Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';
import type { Visits } from './visits.ts';

/**
 * Joins a room if that is needed, and follows it. Resolves when one can speak there.
 * @throws {AdapterError} when one can't: what is to be done about it. Nothing is left of it then, but that the account may be in the room
 */
export async function openRoom(ref: RoomRef, rooms: Rooms, visits: Visits, signal: AbortSignal): Promise<void> {
  rooms.add(ref);
  // Else it would be visited at the next turn as well.
  rooms.begin(ref);
  let report: RoomReport | undefined;
  try {
    const joined = await visits.joined();
    signal.throwIfAborted();
    report = await visits.to(ref, joined, signal);
    signal.throwIfAborted();
  } catch (fault) {
    rooms.forget(ref);
    throw new AdapterError(sentences.notOpened(ref, describe(fault)));
  }
  // Not waited for: it is in no channel before this has resolved.
  if (report !== undefined) void visits.tell(ref, report);
  const found = rooms.get(ref);
  if (found?.state === 'open' && found.ok) return;
  rooms.forget(ref);
  throw new AdapterError(found && found.state !== 'waiting' ? found.text : sentences.notOpened(ref, 'it did not answer'));
}
