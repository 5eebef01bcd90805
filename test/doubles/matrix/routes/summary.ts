/** What a room looks like from outside. https://spec.matrix.org/v1.15/client-server-api/#room-summaries */
import { isKnockable } from '../authorise.ts';
import { MatrixError, malformed, notFound } from '../error.ts';
import type { Homeserver } from '../homeserver.ts';
import { allowedRooms, isAllowed } from '../restricted.ts';
import type { Room } from '../room.ts';
import type { AnybodyCall, Router } from '../router.ts';
import type { World } from '../world.ts';

/** The path of the specification, then those of its drafts, which Synapse still has. */
const PATHS = [
  '/_matrix/client/v1/room_summary/:room',
  '/_matrix/client/unstable/im.nheko.summary/rooms/:room/summary',
  '/_matrix/client/unstable/im.nheko.summary/summary/:room',
];

export function summaryRoutes(router: Router, { world }: Homeserver): void {
  for (const path of PATHS) router.anybody('GET', path, (call) => summaryFor(world, call));
}

function summaryFor(world: World, { session, param }: AnybodyCall): object {
  const target = param('room');
  const isAlias = target.startsWith('#');
  if (!isAlias && !target.startsWith('!')) throw malformed(`${target} was not legal room ID or room alias`);
  const room = world.rooms.get(isAlias ? world.resolveAlias(target) : target);
  if (!room) throw new MatrixError(400, 'M_UNKNOWN', 'Missing via to query remote room');
  const membership = session && room.membership(session.user.id);
  const isInside = membership === 'join' || membership === 'invite';
  const isOpen = isPublic(room) || isWorldReadable(room) || (session && isAllowed(world, room, session.user.id));
  if (!isInside && !isOpen) throw notFound('Room not found or is not accessible');
  return { ...summary(room), ...(membership && { membership }) };
}

function summary(room: Room): object {
  const setting = (type: string, key: string) => room.state(type)?.content[key];
  const optional = {
    name: setting('m.room.name', 'name'),
    topic: setting('m.room.topic', 'topic'),
    avatar_url: setting('m.room.avatar', 'url'),
    canonical_alias: setting('m.room.canonical_alias', 'alias'),
    encryption: setting('m.room.encryption', 'algorithm'),
    allowed_room_ids: allowedRooms(room),
  };
  return {
    room_id: room.id,
    room_version: setting('m.room.create', 'room_version'),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    num_joined_members: room.joined.length,
    world_readable: isWorldReadable(room),
    guest_can_join: setting('m.room.guest_access', 'guest_access') === 'can_join',
    join_rule: setting('m.room.join_rules', 'join_rule') ?? 'invite',
  };
}

/** Whether anybody may come in, or ask to. */
function isPublic(room: Room): boolean {
  return room.state('m.room.join_rules')?.content['join_rule'] === 'public' || isKnockable(room);
}

function isWorldReadable(room: Room): boolean {
  return room.state('m.room.history_visibility')?.content['history_visibility'] === 'world_readable';
}
