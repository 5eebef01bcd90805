/** What the operator is told about something that did not get into a room. */
import { DeliveryError } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { describe, type Homeserver, isForbidden, isPassing, retryAfter } from './homeserver.ts';
import type { RoomReport } from './rooms.ts';
import * as sentences from './sentences.ts';
import { upgradeOf } from './upgrade.ts';

/** The sentences for what was tried. */
export interface Words {
  /** It went wrong. */
  failed(ref: RoomRef, reason: string): string;
  /** We are in the room but may not do it. */
  forbidden(ref: RoomRef, userId: string, reason: string): string;
}

/** What a refusal is to be seen against. */
export interface Circumstances {
  readonly homeserver: Homeserver;
  readonly roomId: string;
  /** Our own user id. */
  readonly userId: string;
  /** What is known of the room by now. */
  report(): RoomReport | undefined;
}

/** Whether it may work later, and why it did not. Asks the homeserver whether we are still in the room, where that may be it. */
export async function whyNot(
  ref: RoomRef,
  fault: unknown,
  { failed, forbidden }: Words,
  { homeserver, roomId, userId, report }: Circumstances,
): Promise<DeliveryError> {
  if (fault instanceof DeliveryError) return fault;
  const reason = describe(fault);
  if (isPassing(fault)) {
    const wait = retryAfter(fault);
    return new DeliveryError(failed(ref, reason), { passing: true, ...(wait !== undefined && { retryAfter: wait }) });
  }
  const final = (text: string) => new DeliveryError(text, { passing: false });
  if (!isForbidden(fault)) return final(failed(ref, reason));
  const joined = await homeserver.getJoinedRooms().catch(() => [roomId]);
  const known = report();
  // The sync may have told by now who has sent us away.
  if (known?.state === 'closed') return final(known.text);
  if (!joined.includes(roomId)) return final(sentences.notIn(ref, userId, reason));
  // Who upgrades a room lets nobody speak in the old one: there will be another try, in the new one.
  const isFollowed = known?.successor === undefined && (await upgradeOf(homeserver, roomId).catch(() => undefined));
  if (known?.state === 'waiting' || isFollowed) return new DeliveryError(failed(ref, reason), { passing: true });
  return final(known?.ok === false ? known.text : forbidden(ref, userId, reason));
}
