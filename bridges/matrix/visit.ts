/** Getting into the configured rooms, and finding out whether one can speak there. */
import { z } from 'zod';
import type { RoomRef } from '../../src/event.ts';
import { describe, type Homeserver, isAbsent, isPassing } from './homeserver.ts';
import { idIn, type RoomReport } from './rooms.ts';
import * as sentences from './sentences.ts';

/** Who looks at a room, and what is known before. */
export interface Visitor {
  readonly homeserver: Homeserver;
  readonly userId: string;
  /** The ids of the rooms that the user is in. */
  readonly joined: ReadonlySet<string>;
  /** Whether to join where they aren't. */
  readonly mayJoin: boolean;
  /** Told the room's id as soon as it is known, and before it is joined. */
  identified(ref: RoomRef, id: string): void;
}

/** Looks at a room, joins it if that is wanted, and tells how it stands. Never throws. */
export async function visit(ref: RoomRef, visitor: Visitor): Promise<RoomReport> {
  let id = idIn(ref);
  const report = (state: RoomReport['state'], text: string, ok = state === 'open') => ({ id, state, ok, text });
  try {
    if (id === undefined && !ref.startsWith('#')) return report('closed', sentences.noRoomName(ref));
    id ??= (await visitor.homeserver.lookupRoomAlias(ref)).roomId;
    visitor.identified(ref, id);
    if (!visitor.joined.has(id)) {
      if (!visitor.mayJoin) return await foresee(ref, id, visitor);
      await visitor.homeserver.joinRoom(ref);
    }
    if (await isEncrypted(visitor.homeserver, id)) return report('closed', sentences.encrypted(ref));
    const tombstone = await stateOf(visitor.homeserver, id, 'm.room.tombstone');
    if (tombstone !== undefined) return report('open', sentences.replaced(ref, successor(tombstone)), false);
    if (!(await maySpeak(visitor, id))) return report('open', sentences.mayNotSpeak(ref, visitor.userId), false);
    return report('open', sentences.open(ref, visitor.userId));
  } catch (fault) {
    if (isPassing(fault)) return report('waiting', sentences.notReached(ref, describe(fault)));
    const knowsAlias = id !== undefined;
    return report('closed', knowsAlias ? sentences.mayNotJoin(ref, visitor.userId, describe(fault)) : sentences.noSuchAlias(ref));
  }
}

/** @see https://spec.matrix.org/v1.15/client-server-api/#get_matrixclientv1room_summaryroomidoralias */
const roomSummary = z.object({
  join_rule: z.string().optional(),
  membership: z.string().optional(),
  encryption: z.string().optional(),
});

/** What would happen if one joined. */
async function foresee(ref: RoomRef, id: string, { homeserver, userId }: Visitor): Promise<RoomReport> {
  const path = `/_matrix/client/v1/room_summary/${encodeURIComponent(id)}`;
  const { data } = roomSummary.safeParse(await homeserver.call('GET', path).catch(undefinedIfAbsent));
  if (data?.encryption !== undefined) return { id, state: 'closed', ok: false, text: sentences.encrypted(ref) };
  const willJoin = data?.membership === 'invite' || data?.join_rule === 'public';
  const text = willJoin ? sentences.willJoin(ref, userId) : sentences.notJoined(ref, userId);
  return { id, state: 'waiting', ok: willJoin, text };
}

async function isEncrypted(homeserver: Homeserver, id: string): Promise<boolean> {
  return (await stateOf(homeserver, id, 'm.room.encryption')) !== undefined;
}

/**
 * The room that takes the place of an upgraded one.
 * @param tombstone the content of its `m.room.tombstone`
 */
export function successor(tombstone: unknown): string | undefined {
  return z.object({ replacement_room: z.string().regex(/^![^\s]{1,250}$/) }).safeParse(tombstone).data?.replacement_room;
}

/** Whether a user is in a room. */
export async function isMember(homeserver: Homeserver, id: string, userId: string): Promise<boolean> {
  const content = await stateOf(homeserver, id, 'm.room.member', userId);
  return z.object({ membership: z.literal('join') }).safeParse(content).success;
}

/** A user's display name in a room. */
export async function displayName(homeserver: Homeserver, id: string, userId: string): Promise<string | undefined> {
  const content = await stateOf(homeserver, id, 'm.room.member', userId);
  return z.object({ displayname: z.string() }).safeParse(content).data?.displayname;
}

/** @see https://spec.matrix.org/v1.13/client-server-api/#mroompower_levels */
const powerLevels = z.object({
  users: z.record(z.string(), z.number()).catch({}),
  users_default: z.number().catch(0),
  events: z.record(z.string(), z.number()).catch({}),
  events_default: z.number().catch(0),
});

async function maySpeak({ homeserver, userId }: Visitor, id: string): Promise<boolean> {
  const { data } = powerLevels.safeParse(await stateOf(homeserver, id, 'm.room.power_levels'));
  if (data === undefined) return true;
  return (data.users[userId] ?? data.users_default) >= (data.events['m.room.message'] ?? data.events_default);
}

/** The content of a state event; undefined if there is none. */
function stateOf(homeserver: Homeserver, id: string, type: string, key = ''): Promise<unknown> {
  return homeserver.getRoomStateEvent(id, type, key).catch(undefinedIfAbsent);
}

/** For what may not be there, or not be known to an older homeserver. */
function undefinedIfAbsent(fault: unknown): undefined {
  if (!isAbsent(fault)) throw fault;
}
