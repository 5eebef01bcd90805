/** What Discord's REST interface answers, as far as the bridge needs it. All of this throws when an answer is none of the kind. */
import { ApplicationFlags, ChannelType, TeamMemberMembershipState, WebhookType } from 'discord.js';
import { z } from 'zod';
import type { Overwrite } from './permissions.ts';

const id = z.string().regex(/^\d{1,20}$/);
const bits = z
  .string()
  .regex(/^\d{1,30}$/)
  .transform(BigInt);

const user = z.object({ id, username: z.string() });
/** Those who are in the team but may only look, or have not agreed yet, are no owners. */
const teamMember = z.object({ membership_state: z.number(), role: z.string().default('admin'), user: z.object({ id }) });
const application = z.object({
  id,
  flags: z.number().default(0),
  owner: z.object({ id }).optional(),
  team: z.object({ members: z.array(teamMember) }).nullish(),
});
const overwrites = z.array(z.object({ id, type: z.number(), allow: bits, deny: bits })).default([]);
const channel = z.object({
  id,
  type: z.number(),
  name: z.string().nullish(),
  guild_id: id.optional(),
  parent_id: id.nullish(),
  permission_overwrites: overwrites,
  thread_metadata: z.object({ locked: z.boolean().default(false) }).optional(),
});
const guild = z.object({
  id,
  name: z.string(),
  owner_id: id,
  roles: z.array(z.object({ id, permissions: bits, position: z.number() })),
  premium_tier: z.number().catch(0),
});
const member = z.object({ roles: z.array(id) });
const webhook = z.object({ id, type: z.number(), token: z.string().optional(), application_id: id.nullish() });
const shown = z.object({
  id,
  channel_id: id,
  content: z.string(),
  webhook_id: id.optional(),
  application_id: id.optional(),
  author: z.object({ username: z.string() }),
  attachments: z.array(z.unknown()).catch([]),
});

/** Whom the token belongs to. */
export interface Account {
  readonly applicationId: string;
  readonly userId: string;
  readonly username: string;
  /** The users whose application it is. */
  readonly owners: readonly string[];
  /** The privileged intents that are switched on in the developer portal. */
  readonly messageContent: boolean;
  readonly guildMembers: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: ChannelType;
  readonly guildId: string | undefined;
  /** Whether it is a thread in which only moderators may write. */
  readonly locked: boolean;
  /** The channel that a thread belongs to. */
  readonly threadOf: string | undefined;
  readonly overwrites: readonly Overwrite[];
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  /** How much it is boosted: 0 to 3. */
  readonly premiumTier: number;
  /** Those with a higher position stand above the others. */
  readonly roles: readonly { readonly id: string; readonly permissions: bigint; readonly position: number }[];
}

export interface Webhook {
  readonly id: string;
  readonly token: string;
}

/** A message as it stands in a channel. */
export interface Shown {
  readonly id: string;
  readonly channelId: string;
  readonly webhookId: string | undefined;
  /** The application whose webhook it was, also after the webhook was deleted. */
  readonly applicationId: string | undefined;
  readonly username: string;
  readonly content: string;
  /** How many files it has. */
  readonly files: number;
}

const threadTypes: readonly ChannelType[] = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread];

/** Who the bot is. @param me its user */
export function accountOf(me: unknown, answer: unknown): Account {
  const { id: userId, username } = user.parse(me);
  const found = application.parse(answer);
  const { id: applicationId, flags } = found;
  const has = (...either: ApplicationFlags[]) => either.some((flag) => (flags & flag) !== 0);
  return {
    applicationId,
    userId,
    username,
    owners: ownersOf(found),
    messageContent: has(ApplicationFlags.GatewayMessageContent, ApplicationFlags.GatewayMessageContentLimited),
    guildMembers: has(ApplicationFlags.GatewayGuildMembers, ApplicationFlags.GatewayGuildMembersLimited),
  };
}

/** A channel or thread. */
export function channelOf(answer: unknown): Channel {
  const found = channel.parse(answer);
  return {
    id: found.id,
    name: found.name ?? found.id,
    type: found.type,
    guildId: found.guild_id,
    locked: found.thread_metadata?.locked ?? false,
    threadOf: threadTypes.includes(found.type) ? (found.parent_id ?? undefined) : undefined,
    overwrites: found.permission_overwrites,
  };
}

/** A guild with its roles. */
export function guildOf(answer: unknown): Guild {
  const { owner_id, premium_tier, ...found } = guild.parse(answer);
  return { ...found, ownerId: owner_id, premiumTier: premium_tier };
}

/** The ids of a member's roles. */
export function rolesOf(answer: unknown): readonly string[] {
  return member.parse(answer).roles;
}

/** The first webhook of an application among those of a channel. */
export function webhookIn(answer: unknown, applicationId: string): Webhook | undefined {
  const all = z.array(webhook).parse(answer);
  const mine = all.find(({ type, application_id }) => type === WebhookType.Incoming && application_id === applicationId);
  return mine?.token ? { id: mine.id, token: mine.token } : undefined;
}

/** A webhook that was just made. */
export function webhookOf(answer: unknown): Webhook {
  const { id, token } = webhook.parse(answer);
  return { id, token: z.string().parse(token) };
}

/** A message. */
export function shownOf(answer: unknown): Shown {
  const { id, channel_id: channelId, content, webhook_id, application_id, author, attachments } = shown.parse(answer);
  const by = { webhookId: webhook_id, applicationId: application_id, username: author.username };
  return { id, channelId, content, ...by, files: attachments.length };
}

/** Messages, in the order in which Discord gives them. */
export function allShownOf(answer: unknown): Shown[] {
  return z.array(z.unknown()).parse(answer).map(shownOf);
}

/** A team's application has a made-up owner. https://discord.com/developers/docs/topics/teams#data-models-team-member-object */
function ownersOf({ owner, team }: z.infer<typeof application>): string[] {
  if (!team) return owner === undefined ? [] : [owner.id];
  const members = team.members.filter(({ membership_state, role }) => membership_state === accepted && role !== 'read_only');
  return members.map((member) => member.user.id);
}

const accepted: number = TeamMemberMembershipState.Accepted;
