/** Rooms that were upgraded, and where they go on. https://spec.matrix.org/v1.13/client-server-api/#room-upgrades */
import { z } from 'zod';
import type { Homeserver } from './homeserver.ts';
import { readPowers } from './powers.ts';
import { stateEventOf, stateOf } from './room-state.ts';

const tombstone = z.object({ replacement_room: z.string().regex(/^![^\s]{1,250}$/) });
const creation = z.object({ predecessor: z.object({ room_id: z.string() }) });

/** What takes the place of a room. */
export interface Upgrade {
  /** The new room's id; undefined when it isn't told, or not by somebody who may. */
  readonly successor: string | undefined;
  /** A server that knows the new room: that of who upgraded the old one. */
  readonly via: string;
}

/** Undefined for a room that was not upgraded. Rejects with what the homeserver says. */
export async function upgradeOf(homeserver: Homeserver, roomId: string): Promise<Upgrade | undefined> {
  const event = await stateEventOf(homeserver, roomId, 'm.room.tombstone');
  if (event === undefined) return undefined;
  const powers = await readPowers(homeserver, roomId);
  const mayUpgrade = powers.of(event.sender) >= powers.toSet('m.room.tombstone');
  const { data } = tombstone.safeParse(event.content);
  const via = event.sender.slice(event.sender.indexOf(':') + 1);
  return { successor: mayUpgrade ? data?.replacement_room : undefined, via };
}

/** Whether a room that we are in says itself that it takes the place of another one. */
export async function isSuccessor(homeserver: Homeserver, roomId: string, of: string): Promise<boolean> {
  const { data } = creation.safeParse(await stateOf(homeserver, roomId, 'm.room.create'));
  return data?.predecessor.room_id === of;
}
