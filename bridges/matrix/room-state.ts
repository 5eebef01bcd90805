/** What a room's state says. */
import { z } from 'zod';
import { type RoomEvent, roomEvent } from './event.ts';
import { type Caller, type Homeserver, isAbsent, isForbidden } from './homeserver.ts';

/** The content of a state event; undefined if there is none. Rejects with what the homeserver says otherwise. */
export function stateOf(homeserver: Caller, roomId: string, type: string, key = ''): Promise<unknown> {
  return homeserver.call('GET', pathOf(roomId, type, key)).catch(undefinedIfAbsent);
}

/** A state event with who set it; undefined if there is none. Rejects as {@link stateOf} does. */
export async function stateEventOf(
  homeserver: Homeserver,
  roomId: string,
  type: string,
  key = '',
): Promise<RoomEvent | undefined> {
  const query = { format: 'event' };
  return roomEvent.safeParse(await homeserver.call('GET', pathOf(roomId, type, key), { query }).catch(undefinedIfAbsent)).data;
}

/** Sets state. Rejects with what the homeserver says. */
export async function setState(
  homeserver: Homeserver,
  roomId: string,
  type: string,
  key: string,
  content: object,
): Promise<void> {
  await homeserver.call('PUT', pathOf(roomId, type, key), { body: content });
}

/** Whether a user is in a room. */
export async function isMember(homeserver: Homeserver, roomId: string, userId: string): Promise<boolean> {
  const content = await stateOf(homeserver, roomId, 'm.room.member', userId);
  return z.object({ membership: z.literal('join') }).safeParse(content).success;
}

/** Whether what is said in a room is encrypted: once it is, it is for ever. */
export async function isEncrypted(homeserver: Caller, roomId: string): Promise<boolean> {
  return (await stateOf(homeserver, roomId, 'm.room.encryption')) !== undefined;
}

/** How somebody came out of a room. */
export interface Removed {
  readonly by: string;
  readonly how: 'kicked' | 'banned';
  /** Empty where none was given. */
  readonly reason: string;
}

/** Who has sent a user out of a room, by their member event; undefined when nobody has. */
export function removalIn({ sender, content, state_key: userId }: RoomEvent): Removed | undefined {
  const { membership, reason } = content;
  if (membership !== 'ban' && (membership !== 'leave' || sender === userId)) return undefined;
  return { by: sender, how: membership === 'ban' ? 'banned' : 'kicked', reason: typeof reason === 'string' ? reason : '' };
}

/** Who has sent us out of a room, as far as we may know. */
export async function ownRemoval(homeserver: Homeserver, roomId: string, userId: string): Promise<Removed | undefined> {
  const own = await stateEventOf(homeserver, roomId, 'm.room.member', userId).catch((fault: unknown) => {
    if (!isForbidden(fault)) throw fault;
    return undefined;
  });
  return own && removalIn(own);
}

function pathOf(roomId: string, type: string, key: string): string {
  return `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`;
}

/** For what may not be there, or not be known to an older homeserver. */
export function undefinedIfAbsent(fault: unknown): undefined {
  if (!isAbsent(fault)) throw fault;
}
