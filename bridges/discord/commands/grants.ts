/** Who may moderate, where the operator says so for each command: the key `permissions`. */
import { PermissionFlagsBits, PermissionsBitField, type PermissionsString } from 'discord.js';
import { z } from 'zod';
import { moderationCommands } from '../../../src/adapter.ts';

const ids = 'must be a list of ids of users and roles, each in quotes';
const idsOrPermissions = `${ids}, or permissions of Discord like "KickMembers"`;

const id = z.string(ids).regex(/^\d{1,20}$/, ids);
const idOrPermission = z
  .string(idsOrPermissions)
  .refine((name) => isPermission(name) || id.safeParse(name).success, idsOrPermissions);

function list<Item extends z.ZodType>(item: Item, error: string) {
  return z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(item, error)).optional();
}

const anybody = list(idOrPermission, idsOrPermissions);
/** Nobody gets to run code on a server by a permission that was given for something else. */
const byName = list(id, ids);
const error = `must be a map from ${moderationCommands.join(', ')} to who may use it`;
const perCommand = z.strictObject(
  { kick: anybody, slap: anybody, ban: anybody, unban: anybody, bans: anybody, lua: byName },
  error,
);

/** Lists for commands; in `rooms`, those of single channels in their place. */
export const grantsSchema = perCommand
  .extend({ rooms: z.record(z.string(), perCommand).refine(areChannels, 'must name channels by their ids').default({}) })
  .prefault({});

/** A member of a guild, as far as it decides what they may. */
export interface Powers {
  readonly userId: string;
  readonly roleIds: readonly string[];
  /** Their permissions in the channel, as Discord reckons them. */
  readonly permissions: bigint;
}

export type Grants = z.infer<typeof grantsSchema>;

/**
 * Whom the configuration names for a command; undefined where it names nobody, and what they may do on Discord counts.
 * @param places the channel, and the one that it hangs on as a thread
 */
export function namedFor(grants: Grants, command: string, places: readonly string[]): readonly string[] | undefined {
  const name = moderationCommands.find((known) => known === command);
  if (name === undefined) return undefined;
  const place = places.find((id) => grants.rooms[id]?.[name] !== undefined);
  return place === undefined ? grants[name] : grants.rooms[place]?.[name];
}

/** Whether somebody is among those whom a list names. */
export function isNamed(names: readonly string[], { userId, roleIds, permissions }: Powers): boolean {
  const flags = new PermissionsBitField(permissions);
  return names.some((name) => (isPermission(name) ? flags.has(name) : name === userId || roleIds.includes(name)));
}

function areChannels(rooms: object): boolean {
  return Object.keys(rooms).every((key) => id.safeParse(key).success);
}

function isPermission(name: string): name is PermissionsString {
  return name in PermissionFlagsBits;
}
