/** What somebody on Matrix may ask of the bridge. */
import { z } from 'zod';
import type { Rank } from '../../../src/adapter.ts';
import type { Homeserver } from '../homeserver.ts';

/** https://spec.matrix.org/v1.16/client-server-api/#mroompower_levels */
const powerLevels = z.object({
  users: z.record(z.string(), z.coerce.number()).catch({}),
  users_default: z.coerce.number().catch(0),
});
const createEvent = z.object({
  sender: z.string(),
  content: z.object({
    room_version: z.string().catch('1'),
    additional_creators: z.array(z.string()).catch([]),
  }),
});

/** Since this version, the creators of a room stand above all levels. https://spec.matrix.org/v1.16/rooms/v12/ */
const firstWithCreators = 12;

/** Whom the operator trusts, and what takes which power level. */
export interface Trusted {
  /** User ids: with the whole bridge. */
  readonly admins: readonly string[];
  readonly moderators: readonly string[];
  readonly adminLevel: number;
  readonly moderatorLevel: number;
}

/**
 * The rank that a user has in a room. Who has power in one room is no operator: they have a say in what is heard there. Rejects when
 * the homeserver doesn't tell.
 */
export async function rankIn(
  homeserver: Homeserver,
  roomId: string,
  userId: string,
  { admins, moderators, adminLevel, moderatorLevel }: Trusted,
): Promise<{ rank: Rank; isOperator: boolean }> {
  if (admins.includes(userId)) return { rank: 'admin', isOperator: true };
  const level = await powerIn(homeserver, roomId, userId);
  if (level >= adminLevel) return { rank: 'admin', isOperator: false };
  return { rank: level >= moderatorLevel || moderators.includes(userId) ? 'moderator' : 'everybody', isOperator: false };
}

async function powerIn(homeserver: Homeserver, roomId: string, userId: string): Promise<number> {
  const state = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state`;
  const [levels, created] = await Promise.all([
    homeserver.call('GET', `${state}/m.room.power_levels/`),
    homeserver.call('GET', `${state}/m.room.create/`, { query: { format: 'event' } }),
  ]);
  const create = createEvent.safeParse(created).data;
  const { users, users_default } = powerLevels.parse(levels);
  const creators = create && Number.parseInt(create.content.room_version, 10) >= firstWithCreators;
  if (creators && [create.sender, ...create.content.additional_creators].includes(userId)) return Number.POSITIVE_INFINITY;
  return users[userId] ?? users_default;
}
