/** Who stands above whom on Discord: what it takes there to throw somebody out. */
import { type Client, PermissionFlagsBits as Flags, type Guild, type GuildMember } from 'discord.js';
import type { Author, RoomRef } from '../../src/event.ts';
import { findMember } from './find-member.ts';

/** Whom nobody from elsewhere moderates: those who may do it themselves. */
const MODERATES = [Flags.Administrator, Flags.ManageGuild, Flags.KickMembers, Flags.BanMembers];

/** Ids of users and roles. */
interface Trusted {
  readonly admins: readonly string[];
  readonly moderators: readonly string[];
}

/** What decides it. */
export interface StandingOptions {
  readonly trusted: Trusted;
  /** Whose application the bot is: user ids. */
  readonly owners: readonly string[];
}

/**
 * Whether a moderator stands above a user, in every guild that counts. Rejects when Discord does not tell.
 * @param moderator undefined for somebody from elsewhere
 * @param rooms where to look: channels
 * @see https://discord.com/developers/docs/topics/permissions#permission-hierarchy
 */
export async function outranks(
  client: Client,
  { trusted, owners }: StandingOptions,
  target: Author['id'],
  moderator: Author['id'] | undefined,
  rooms: readonly RoomRef[],
): Promise<boolean> {
  if (owners.includes(target)) return false;
  const standings = await Promise.all(
    guildsOf(client, rooms).map(async (guild) => {
      const [one, other] = await Promise.all([findMember(guild, target), moderator && findMember(guild, moderator)]);
      if (one === undefined) return true;
      if (isOneOf(one, trusted.admins)) return false;
      return other ? isAbove(other, one, guild) : !moderates(one, guild, trusted);
    }),
  );
  return standings.every((isFine) => isFine) && !trusted.admins.includes(target);
}

function isAbove(moderator: GuildMember, target: GuildMember, guild: Guild): boolean {
  if (target.id === guild.ownerId) return false;
  if (moderator.id === guild.ownerId) return true;
  const isAdmin = ({ permissions }: GuildMember) => permissions.has(Flags.Administrator);
  if (isAdmin(target) && !isAdmin(moderator)) return false;
  return moderator.roles.highest.comparePositionTo(target.roles.highest) > 0;
}

function moderates(member: GuildMember, guild: Guild, { moderators }: Trusted): boolean {
  return member.id === guild.ownerId || isOneOf(member, moderators) || member.permissions.any(MODERATES);
}

function isOneOf({ id, roles }: GuildMember, ids: readonly string[]): boolean {
  return ids.includes(id) || ids.some((role) => roles.cache.has(role));
}

function guildsOf({ channels }: Client, rooms: readonly RoomRef[]): Guild[] {
  const guilds = rooms.flatMap((room) => {
    const channel = channels.cache.get(room);
    return channel !== undefined && 'guild' in channel ? [channel.guild] : [];
  });
  return [...new Set(guilds)];
}
