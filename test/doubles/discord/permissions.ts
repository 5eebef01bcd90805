/** Who may do what where. https://discord.com/developers/docs/topics/permissions#permission-hierarchy */
import { ChannelType, PermissionFlagsBits } from 'discord.js';
import type { Channel, Guild, Overwrite } from './state.ts';

export type PermissionName = keyof typeof PermissionFlagsBits;

/** The bits of permissions given by name. */
export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n);
}

const ALL = permissionBits(Object.keys(PermissionFlagsBits) as PermissionName[]);

/** What @everyone may do in a new guild. */
export const DEFAULT_PERMISSIONS = permissionBits([
  'AddReactions',
  'AttachFiles',
  'ChangeNickname',
  'Connect',
  'CreateInstantInvite',
  'CreatePublicThreads',
  'EmbedLinks',
  'ReadMessageHistory',
  'SendMessages',
  'SendMessagesInThreads',
  'Speak',
  'UseApplicationCommands',
  'UseExternalEmojis',
  'ViewChannel',
]);

/** What a user may do in a guild, before any channel has its say: nothing when they aren't in it. */
export function guildPermissions(guild: Guild, userId: string): bigint {
  const member = guild.members.get(userId);
  if (!member) return 0n;
  if (guild.ownerId === userId) return ALL;
  let bits = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const id of member.roles) bits |= guild.roles.get(id)?.permissions ?? 0n;
  return bits & PermissionFlagsBits.Administrator ? ALL : bits;
}

/**
 * What a user may do in a channel; a thread has its channel's overwrites. Who can't see it can do nothing in it: a private thread is
 * seen by who made it, and by moderators. Who may not connect to a voice channel can do nothing in its chat either:
 * https://discord.com/developers/docs/topics/permissions#implicit-permissions
 */
export function channelPermissions(channel: Channel, userId: string): bigint {
  const { guild } = channel;
  const base = guildPermissions(guild, userId);
  const member = guild.members.get(userId);
  if (!member || base & PermissionFlagsBits.Administrator) return base;
  const { overwrites } = channel.parent ?? channel;
  const roles = [...member.roles].map((id) => overwrites.get(id));
  let bits = apply(base, [overwrites.get(guild.id)]);
  bits = apply(bits, roles);
  bits = apply(bits, [overwrites.get(userId)]);
  const isPrivate = channel.type === ChannelType.PrivateThread && channel.ownerId !== userId;
  if (isPrivate && !(bits & PermissionFlagsBits.ManageThreads)) return 0n;
  if (!(bits & PermissionFlagsBits.ViewChannel)) return 0n;
  const isShut = channel.type === ChannelType.GuildVoice && !(bits & PermissionFlagsBits.Connect);
  return isShut ? PermissionFlagsBits.ViewChannel : bits;
}

/** Overwrites of one level: first all that is denied goes, then all that is allowed comes. */
function apply(bits: bigint, overwrites: readonly (Overwrite | undefined)[]): bigint {
  const deny = overwrites.reduce((sum, overwrite) => sum | (overwrite?.deny ?? 0n), 0n);
  const allow = overwrites.reduce((sum, overwrite) => sum | (overwrite?.allow ?? 0n), 0n);
  return (bits & ~deny) | allow;
}

/** Whether a user may do this in a channel. */
export function can(channel: Channel, userId: string, name: PermissionName): boolean {
  return (channelPermissions(channel, userId) & PermissionFlagsBits[name]) !== 0n;
}
