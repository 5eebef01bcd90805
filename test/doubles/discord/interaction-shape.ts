/** Interactions as the gateway tells them. */
import { InteractionContextType } from 'discord.js';
import type { Interaction } from './interactions.ts';
import { permissionBits } from './permissions.ts';
import { channelShape, memberWithUser, userShape } from './shapes.ts';
import type { Channel, User } from './state.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
export function envelope(
  { id, token, bot, channel, user, kind }: Interaction,
  permissions: bigint,
  ownPermissions: bigint,
): object {
  return {
    version: 1,
    id,
    token,
    type: kind,
    application_id: bot.applicationId,
    locale: 'en-US',
    channel_id: channel.id,
    ...(channel.recipient ? inPrivate(channel, user) : inGuild(channel, user, { permissions, ownPermissions })),
    entitlements: [],
    attachment_size_limit: 10_485_760,
  };
}

interface PermissionsThere {
  readonly permissions: bigint;
  readonly ownPermissions: bigint;
}

function inGuild(channel: Channel, user: User, { permissions, ownPermissions }: PermissionsThere): object {
  const { guild } = channel;
  const member = guild.members.get(user.id);
  if (!member) throw new Error(`${user.username} is not in the guild`);
  return {
    guild_id: guild.id,
    guild: { id: guild.id, features: [], locale: 'en-US' },
    guild_locale: 'en-US',
    channel: { ...channelShape(channel), permissions: String(permissions) },
    member: { ...memberWithUser(member), permissions: String(permissions) },
    app_permissions: String(ownPermissions),
    authorizing_integration_owners: { 0: guild.id },
    context: InteractionContextType.Guild,
  };
}

/** With the bot: there is no member, and no guild. */
function inPrivate(channel: Channel, user: User): object {
  return {
    channel: channelShape(channel),
    user: userShape(user),
    app_permissions: String(permissionBits(['AttachFiles', 'EmbedLinks', 'MentionEveryone', 'UseExternalEmojis'])),
    authorizing_integration_owners: { 0: '0' },
    context: InteractionContextType.BotDM,
  };
}
