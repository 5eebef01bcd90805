/** What somebody on Discord may ask of the bridge. */
import { PermissionFlagsBits as Flags } from 'discord.js';
import type { CommandInfo, Rank } from '../../../src/adapter.ts';
import { isNamed, type Powers } from './grants.ts';

/** Moderation that takes the permission to ban. */
const banning: ReadonlySet<string> = new Set(['ban', 'unban', 'bans']);

/** The permission on Discord that a command takes; undefined for one that everybody may give. */
export function permissionFor({ name, rank }: Pick<CommandInfo, 'name' | 'rank'>): bigint | undefined {
  if (rank === 'everybody') return undefined;
  if (rank === 'admin') return Flags.ManageGuild;
  return banning.has(name) ? Flags.BanMembers : Flags.KickMembers;
}

/** Whom the operator trusts beside those with permissions: ids of users and roles. */
export interface Trusted {
  /** With the whole bridge. */
  readonly admins: readonly string[];
  readonly moderators: readonly string[];
  /** Whose application the bot is: user ids. */
  readonly owners: readonly string[];
}

/**
 * The rank that somebody has for one command. Who may manage one guild is no operator: they have a say in what is heard in their guild,
 * and the bot may be in many.
 * @param names whom the configuration names for this command, if it does: then nothing else makes a moderator
 */
export function rankFor(
  command: Pick<CommandInfo, 'name' | 'rank'>,
  powers: Powers,
  { admins, moderators, owners }: Trusted,
  names?: readonly string[],
): { rank: Rank; isOperator: boolean; isListed: boolean } {
  const { userId, roleIds, permissions } = powers;
  const isListed = names !== undefined && isNamed(names, powers);
  const isOneOf = (ids: readonly string[]) => ids.includes(userId) || roleIds.some((id) => ids.includes(id));
  if (owners.includes(userId) || isOneOf(admins)) return { rank: 'admin', isOperator: true, isListed };
  if (names !== undefined) return { rank: isListed ? command.rank : 'everybody', isOperator: false, isListed };
  const has = (flag: bigint) => (permissions & (flag | Flags.Administrator)) !== 0n;
  const permission = permissionFor(command) ?? Flags.ManageGuild;
  if (command.rank === 'moderator')
    return { rank: has(permission) || isOneOf(moderators) ? 'moderator' : 'everybody', isOperator: false, isListed };
  return { rank: has(permission) ? 'admin' : 'everybody', isOperator: false, isListed };
}
