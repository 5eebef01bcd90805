/** Rooms that whoever is in another one may join. https://spec.matrix.org/v1.13/rooms/v12/#authorization-rules */
import { z } from 'zod';
import { mayInvite } from './authorise.ts';
import { forbidden, MatrixError } from './error.ts';
import type { Content } from './event.ts';
import type { Room } from './room.ts';
import type { World } from './world.ts';

const rules = z.object({ join_rule: z.enum(['restricted', 'knock_restricted']), allow: z.array(z.unknown()).catch([]) });
const condition = z.object({ type: z.literal('m.room_membership'), room_id: z.string() });

/** Whose members may join a room; undefined where it goes by another rule. */
export function allowedRooms(room: Room): string[] | undefined {
  const { data } = rules.safeParse(room.state('m.room.join_rules')?.content);
  return data?.allow.flatMap((one) => condition.safeParse(one).data?.room_id ?? []);
}

/** Whether somebody is in a room whose members may join. */
export function isAllowed(world: World, room: Room, user: string): boolean {
  return allowedRooms(room)?.some((id) => world.rooms.get(id)?.membership(user) === 'join') === true;
}

/**
 * What an event says by which somebody joins: who vouches for them, where that is needed.
 * @throws {MatrixError} as Synapse does
 */
export function vouchedFor(world: World, room: Room, user: string): Content {
  const needsNobody = ['join', 'invite', 'ban'].includes(room.membership(user));
  if (needsNobody || allowedRooms(room) === undefined) return {};
  const voucher = room.joined.find((member) => mayInvite(room, member));
  // It asks other servers then, and there are none.
  if (voucher === undefined) {
    const complaint = "Can't join remote room because no servers that are in the room have been provided.";
    throw new MatrixError(404, 'M_UNKNOWN', complaint);
  }
  if (!isAllowed(world, room, user)) {
    throw forbidden('You do not belong to any of the required rooms/spaces to join this room.');
  }
  return { join_authorised_via_users_server: voucher };
}
