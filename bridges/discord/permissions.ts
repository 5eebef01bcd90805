/** What a bot may do in a channel. https://discord.com/developers/docs/topics/permissions#permission-hierarchy */
import { ChannelType, PermissionFlagsBits as Flags, OverwriteType } from 'discord.js';
import type { Channel } from './answers.ts';

/** What a channel allows or denies a role or a user, other than the guild does. */
export interface Overwrite {
  readonly id: string;
  readonly type: number;
  readonly allow: bigint;
  readonly deny: bigint;
}

/** What the bridge needs everywhere, by the names in Discord's interface. */
const needed = {
  'View Channel': Flags.ViewChannel,
  'Send Messages': Flags.SendMessages,
  'Read Message History': Flags.ReadMessageHistory,
  'Manage Webhooks': Flags.ManageWebhooks,
};
const neededInThread = { ...needed, 'Send Messages in Threads': Flags.SendMessagesInThreads };
/** Without it, nothing else counts there. https://discord.com/developers/docs/topics/permissions#implicit-permissions */
const neededInVoice = { ...needed, Connect: Flags.Connect };

const voice: readonly ChannelType[] = [ChannelType.GuildVoice, ChannelType.GuildStageVoice];

/** The names of the permissions that the bridge needs in a channel or thread and doesn't have. */
export function missingPermissions(granted: bigint, { type, threadOf }: Pick<Channel, 'type' | 'threadOf'>): string[] {
  if (voice.includes(type)) return missingOf(neededInVoice, granted);
  return missingOf(threadOf === undefined ? needed : neededInThread, granted);
}

function missingOf(flags: Readonly<Record<string, bigint>>, granted: bigint): string[] {
  if ((granted & Flags.Administrator) !== 0n) return [];
  return Object.entries(flags).flatMap(([name, flag]) => ((granted & flag) === 0n ? [name] : []));
}

/** What it takes to begin a thread in a channel. */
const neededForThreads = {
  'Create Public Threads': Flags.CreatePublicThreads,
  'Send Messages in Threads': Flags.SendMessagesInThreads,
};

/** The names of the permissions that the bridge lacks to start threads in a channel. */
export function missingForThreads(granted: bigint): string[] {
  return missingOf(neededForThreads, granted);
}

/** What it takes to react to messages. */
const neededToReact = { 'Add Reactions': Flags.AddReactions };

/** The names of the permissions that the bridge lacks to react to messages in a channel. */
export function missingToReact(granted: bigint): string[] {
  return missingOf(neededToReact, granted);
}

/** What it can do without, though not as well: reactions are told in words then, and what is said in threads is shown beside them. */
const useful = [Flags.AddReactions, Flags.UseExternalEmojis, ...Object.values(neededForThreads)];

/** A link under which the owner of a guild lets the bot in, with exactly what it makes use of. */
export function inviteLink(applicationId: string): string {
  const permissions = [...Object.values(neededInThread), ...useful].reduce((sum, flag) => sum | flag, 0n);
  return `https://discord.com/oauth2/authorize?client_id=${applicationId}&scope=bot&permissions=${permissions}`;
}

/**
 * A member's permissions in a channel.
 * @param overwrites the channel's own, or those of its parent for a thread
 */
export function permissionsOf(
  guild: {
    readonly id: string;
    readonly ownerId: string;
    readonly roles: readonly { readonly id: string; readonly permissions: bigint }[];
  },
  member: { readonly id: string; readonly roles: readonly string[] },
  overwrites: readonly Overwrite[],
): bigint {
  const own = guild.roles.filter(({ id }) => id === guild.id || member.roles.includes(id));
  const base = own.reduce((sum, { permissions }) => sum | permissions, 0n);
  if (member.id === guild.ownerId || (base & Flags.Administrator) !== 0n) return Flags.Administrator;
  const everyone = overwrites.filter(({ id }) => id === guild.id);
  const roles = overwrites.filter(({ id, type }) => type === OverwriteType.Role && member.roles.includes(id));
  const personal = overwrites.filter(({ id, type }) => type === OverwriteType.Member && id === member.id);
  return [everyone, roles, personal].reduce((granted, level) => {
    const denied = level.reduce((sum, { deny }) => sum | deny, 0n);
    const allowed = level.reduce((sum, { allow }) => sum | allow, 0n);
    return (granted & ~denied) | allowed;
  }, base);
}
