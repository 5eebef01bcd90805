/** Who may do what in a room. */
import { z } from 'zod';
import type { Homeserver } from './homeserver.ts';
import { stateEventOf, stateOf } from './room-state.ts';

const level = z.coerce.number();
/** https://spec.matrix.org/v1.16/client-server-api/#mroompower_levels */
const powerLevels = z.object({
  users: z.record(z.string(), level).catch({}),
  users_default: level.catch(0),
  events: z.record(z.string(), level).catch({}),
  events_default: level.catch(0),
  state_default: level.catch(50),
  kick: level.catch(50),
  ban: level.catch(50),
  notifications: z.object({ room: level.catch(50) }).catch({ room: 50 }),
});
const creation = z.object({
  room_version: z.string().catch('1'),
  additional_creators: z.array(z.string()).catch([]),
});

/** Since this version, the creators of a room stand above all levels. https://spec.matrix.org/v1.16/rooms/v12/ */
const firstWithCreators = 12;

/** Power levels in a room. */
export interface Powers {
  /** That of a user. */
  of(userId: string): number;
  /** What it takes to send a message event of a type. */
  toSend(type: string): number;
  /** What it takes to set state of a type. */
  toSet(type: string): number;
  /** What it takes to send somebody with less power away, and to keep them out. */
  readonly toKick: number;
  readonly toBan: number;
  /** What it takes to ping everybody in the room. */
  readonly toPingAll: number;
}

/** Rejects when the homeserver doesn't tell. */
export async function readPowers(homeserver: Homeserver, roomId: string): Promise<Powers> {
  const [levels, created] = await Promise.all([
    stateOf(homeserver, roomId, 'm.room.power_levels'),
    stateEventOf(homeserver, roomId, 'm.room.create'),
  ]);
  const { users, users_default, events, events_default, state_default, kick, ban, notifications } = powerLevels.parse(
    // A room without the event lets everybody do everything.
    levels ?? { state_default: 0 },
  );
  const creators = creatorsIn(created?.sender, created?.content);
  return {
    of: (userId) => (creators.includes(userId) ? Number.POSITIVE_INFINITY : (users[userId] ?? users_default)),
    toSend: (type) => events[type] ?? events_default,
    toSet: (type) => events[type] ?? state_default,
    toKick: kick,
    toBan: ban,
    toPingAll: notifications.room,
  };
}

/** Who stands above all levels. */
function creatorsIn(sender: string | undefined, content: unknown): readonly string[] {
  const { data } = creation.safeParse(content);
  if (sender === undefined || data === undefined || Number.parseInt(data.room_version, 10) < firstWithCreators) return [];
  return [sender, ...data.additional_creators];
}
