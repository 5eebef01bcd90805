/** New rooms, with the events that Synapse fills them with. https://spec.matrix.org/v1.13/client-server-api/#creation */
import { z } from 'zod';
import { invite, join } from './actions.ts';
import { MatrixError, malformed } from './error.ts';
import type { Content } from './event.ts';
import type { Room } from './room.ts';
import type { World } from './world.ts';

const CONTENT = z.record(z.string(), z.unknown());

export const CREATE_ROOM = z.looseObject({
  visibility: z.enum(['public', 'private']).optional(),
  preset: z.enum(['private_chat', 'public_chat', 'trusted_private_chat']).optional(),
  room_alias_name: z.string().optional(),
  name: z.string().optional(),
  topic: z.string().optional(),
  invite: z.array(z.string()).optional(),
  is_direct: z.boolean().optional(),
  room_version: z.string().optional(),
  creation_content: CONTENT.optional(),
  initial_state: z.array(z.looseObject({ type: z.string(), state_key: z.string().optional(), content: CONTENT })).optional(),
  power_level_content_override: CONTENT.optional(),
});

export type CreateRoom = z.infer<typeof CREATE_ROOM>;

/** The one that the double knows. Its creators have no power level: they stand above all. */
export const ROOM_VERSION = '12';

/** What Synapse 1.163 writes into `m.room.power_levels`, in a private room. */
const POWER_LEVELS = {
  users: {},
  users_default: 0,
  events: {
    'm.room.name': 50,
    'm.room.power_levels': 100,
    'm.room.history_visibility': 100,
    'm.room.canonical_alias': 50,
    'm.room.avatar': 50,
    'm.room.tombstone': 150,
    'm.room.server_acl': 100,
    'm.room.encryption': 100,
  },
  events_default: 0,
  state_default: 50,
  ban: 50,
  kick: 50,
  redact: 50,
  invite: 0,
  historical: 100,
};

/** @throws {MatrixError} as Synapse does */
export function createRoom(world: World, creator: string, request: CreateRoom): Room {
  const { room_alias_name: localAlias, invite: invited = [], initial_state: initialState = [] } = request;
  const preset = request.preset ?? (request.visibility === 'public' ? 'public_chat' : 'private_chat');
  if (request.room_version !== undefined && request.room_version !== ROOM_VERSION) {
    throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', 'Your homeserver does not support this room version');
  }
  if (localAlias !== undefined && /[\s:]/.test(localAlias)) throw malformed('Invalid characters in room alias');
  const alias = localAlias === undefined ? undefined : `#${localAlias}:${world.serverName}`;
  if (alias !== undefined && world.aliases.has(alias)) throw new MatrixError(400, 'M_ROOM_IN_USE', 'Room alias already taken');
  for (const user of invited) if (!user.startsWith('@')) throw malformed(`Invalid user_id: ${user}`);

  const trusted = preset === 'trusted_private_chat' && invited.length > 0 ? { additional_creators: invited } : {};
  const room = world.foundRoom(creator, { ...request.creation_content, ...trusted, room_version: ROOM_VERSION });
  join(world, room, creator);
  const isPublic = preset === 'public_chat';
  const levels = isPublic
    ? { ...POWER_LEVELS, invite: 50, events: { ...POWER_LEVELS.events, 'm.call.invite': 50 } }
    : POWER_LEVELS;
  const state = new Map<string, { readonly type: string; readonly key: string; readonly content: Content }>();
  const add = (type: string, content: Content, key = '') => state.set(`${type} ${key}`, { type, key, content });
  add('m.room.power_levels', { ...levels, ...request.power_level_content_override });
  if (alias !== undefined) add('m.room.canonical_alias', { alias });
  add('m.room.join_rules', { join_rule: isPublic ? 'public' : 'invite' });
  add('m.room.history_visibility', { history_visibility: 'shared' });
  if (!isPublic) add('m.room.guest_access', { guest_access: 'can_join' });
  for (const { type, state_key: key, content } of initialState) add(type, content, key);
  if (request.name !== undefined) add('m.room.name', { name: request.name });
  if (request.topic !== undefined)
    add('m.room.topic', { topic: request.topic, 'm.topic': { 'm.text': [{ body: request.topic }] } });
  for (const { type, key, content } of state.values()) world.send(room, { type, sender: creator, stateKey: key, content });
  if (alias !== undefined) world.aliases.set(alias, { roomId: room.id, creator });
  for (const user of invited) invite(world, room, creator, user, request.is_direct ? { is_direct: true } : {});
  return room;
}
