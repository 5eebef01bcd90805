/** Room aliases. https://spec.matrix.org/v1.13/client-server-api/#room-aliases */
import { z } from 'zod';
import { eventLevel, powerLevel } from '../authorise.ts';
import { forbidden, invalid, MatrixError, malformed, notFound } from '../error.ts';
import { readableRoom } from '../history.ts';
import type { Homeserver } from '../homeserver.ts';
import { type Call, type Router, readBody } from '../router.ts';

const V3 = '/_matrix/client/v3';

export function directoryRoutes(router: Router, { world }: Homeserver): void {
  const aliasOf = (call: Call): string => {
    const alias = call.param('alias');
    if (!/^#[^:\s]+:\S+$/.test(alias)) throw invalid('Room alias invalid');
    return alias;
  };
  router.open('GET', `${V3}/directory/room/:alias`, async (call) => ({
    room_id: await world.findAlias(aliasOf(call)),
    servers: [world.serverName],
  }));
  router.user('PUT', `${V3}/directory/room/:alias`, (call) => {
    const alias = aliasOf(call);
    const { room_id: roomId } = readBody(call, z.looseObject({ room_id: z.string() }));
    const creator = call.session.user.id;
    if (!alias.endsWith(`:${world.serverName}`)) throw malformed('Room alias must be local');
    if (world.aliases.has(alias)) throw new MatrixError(409, 'M_UNKNOWN', `Room alias ${alias} already exists`);
    if (world.rooms.get(roomId)?.membership(creator) !== 'join') {
      throw forbidden('You must be in the room to create an alias for it');
    }
    world.aliases.set(alias, { roomId, creator });
    return {};
  });
  router.user('DELETE', `${V3}/directory/room/:alias`, (call) => {
    const alias = aliasOf(call);
    const user = call.session.user.id;
    const target = world.aliases.get(alias);
    const room = target && world.rooms.get(target.roomId);
    if (!room) throw notFound('Unknown room alias');
    const mayRemove =
      target.creator === user ||
      (room.membership(user) === 'join' && powerLevel(room, user) >= eventLevel(room, 'm.room.canonical_alias', true));
    if (!mayRemove) throw forbidden("You don't have permission to delete the alias.");
    world.aliases.delete(alias);
    return {};
  });
  router.user('GET', `${V3}/rooms/:room/aliases`, (call) => {
    const roomId = call.param('room');
    readableRoom(world, roomId, call.session.user.id);
    return { aliases: [...world.aliases].filter(([, target]) => target.roomId === roomId).map(([alias]) => alias) };
  });
}
