/** Users, guilds, channels and webhooks as the API writes them. https://discord.com/developers/docs/resources/guild */
import {
  type APIApplication,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIRole,
  type APIUser,
  type APIWebhook,
  ApplicationFlags,
  ChannelType,
  type GatewayGuildCreateDispatchData,
  GatewayIntentBits,
  type GuildMemberFlags,
  type GuildSystemChannelFlags,
  PermissionFlagsBits,
  type RoleFlags,
  type UserFlags,
} from 'discord.js';
import type { Viewer } from './dispatch.ts';
import { can } from './permissions.ts';
import { bySnowflake, snowflakeTime } from './snowflake.ts';
import type { Bot, Channel, Guild, Member, Role, User, Webhook } from './state.ts';

/** A time as the API writes it: with microseconds and an offset. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}

export function userShape(user: User): APIUser {
  return {
    id: user.id,
    username: user.username,
    discriminator: user.bot ? '4242' : '0',
    global_name: user.globalName,
    avatar: user.avatar,
    public_flags: 0 as UserFlags,
    flags: 0 as UserFlags,
    primary_guild: null,
    avatar_decoration_data: null,
    banner: null,
    accent_color: null,
    ...(user.bot && { bot: true }),
  };
}

/** A member without the user, as it stands in a message. */
export function memberShape(member: Member): Omit<APIGuildMember, 'user'> {
  return {
    nick: member.nick,
    avatar: member.avatar,
    banner: null,
    roles: [...member.roles],
    joined_at: timestamp(member.joinedAt),
    premium_since: null,
    communication_disabled_until: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0 as GuildMemberFlags,
  };
}

export function memberWithUser(member: Member): APIGuildMember {
  return { ...memberShape(member), user: userShape(member.user) };
}

export function roleShape(role: Role): APIRole {
  return {
    id: role.id,
    name: role.name,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: role.position,
    permissions: role.permissions.toString(),
    managed: role.botId !== null,
    mentionable: role.mentionable,
    flags: 0 as RoleFlags,
    ...(role.botId !== null && { tags: { bot_id: role.botId } }),
  };
}

/** A channel or thread. In GUILD_CREATE it stands without the guild's id. */
export function channelShape(channel: Channel, withGuild = true): APIChannel {
  if (channel.recipient) return directShape(channel, channel.recipient);
  const common = {
    id: channel.id,
    ...(withGuild && { guild_id: channel.guild.id }),
    name: channel.name,
    last_message_id: [...channel.messages.keys()].at(-1) ?? null,
    rate_limit_per_user: 0,
    flags: 0,
  };
  if (channel.parent) {
    return {
      ...common,
      type: channel.type,
      parent_id: channel.parent.id,
      owner_id: channel.ownerId ?? channel.guild.ownerId,
      message_count: channel.messages.size,
      total_message_sent: channel.messages.size,
      member_count: 1,
      last_pin_timestamp: null,
      applied_tags: [],
      thread_metadata: {
        archived: channel.archived,
        auto_archive_duration: 1440,
        archive_timestamp: timestamp(channel.archivedAt),
        create_timestamp: timestamp(snowflakeTime(channel.id)),
        locked: channel.locked,
      },
    } as APIChannel;
  }
  return {
    ...common,
    type: channel.type,
    position: channel.position,
    topic: channel.topic,
    nsfw: false,
    parent_id: null,
    last_pin_timestamp: null,
    permission_overwrites: [...channel.overwrites.values()].map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
    ...(channel.type === ChannelType.GuildForum && forumKeys),
  } as APIChannel;
}

/** What a forum has besides. https://discord.com/developers/docs/resources/channel#channel-object */
const forumKeys = { available_tags: [], default_reaction_emoji: null, default_sort_order: null, default_forum_layout: 0 };

export function guildShape(guild: Guild): APIGuild {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    owner_id: guild.ownerId,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: guild.premiumTier,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: 'en-US' as APIGuild['preferred_locale'],
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0 as GuildSystemChannelFlags,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    vanity_url_code: null,
    max_members: 25_000_000,
    max_presences: null,
    max_video_channel_users: 25,
    max_stage_video_channel_users: 50,
    hub_type: null,
    incidents_data: null,
    features: [],
    emojis: [...guild.emojis.values()],
    stickers: [],
    roles: [...guild.roles.values()].map(roleShape),
  };
}

/** GUILD_CREATE: without the presences intent it holds no member but the bot. */
export function guildCreateShape(guild: Guild, { bot, intents }: Viewer): GatewayGuildCreateDispatchData {
  const seesAll = (intents & GatewayIntentBits.GuildPresences) !== 0;
  const members = [...guild.members.values()].filter(({ user }) => seesAll || user.id === bot.user.id);
  const channels = [...guild.channels.values()];
  const joinedAt = guild.members.get(bot.user.id)?.joinedAt ?? snowflakeTime(guild.id);
  const shape = {
    ...guildShape(guild),
    joined_at: timestamp(joinedAt),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: members.map(memberWithUser),
    channels: channels.filter(({ parent }) => !parent).map((channel) => channelShape(channel, false)),
    threads: channels
      .filter((channel) => channel.parent && !channel.archived && can(channel, bot.user.id, 'ViewChannel'))
      .map((thread) => channelShape(thread)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
  return shape as unknown as GatewayGuildCreateDispatchData;
}

function directShape({ id, type, messages }: Channel, recipient: User): APIChannel {
  const last_message_id = [...messages.keys()].at(-1) ?? null;
  return { id, type, last_message_id, flags: 0, recipients: [userShape(recipient)] } as unknown as APIChannel;
}

/**
 * A webhook as a bot sees it: the token is left out of other applications' webhooks.
 * @param viewer undefined for somebody who showed the token
 */
export function webhookShape(webhook: Webhook, viewer: Bot | undefined): APIWebhook {
  const { source } = webhook;
  const foreign = viewer && webhook.applicationId !== null && webhook.applicationId !== viewer.applicationId;
  const showsToken = !foreign && source === null;
  return {
    id: webhook.id,
    type: webhook.type,
    guild_id: webhook.channel.guild.id,
    channel_id: webhook.channel.id,
    name: webhook.name,
    avatar: webhook.avatar,
    application_id: webhook.applicationId,
    ...(viewer && { user: userShape(webhook.creator) }),
    ...(showsToken && { token: webhook.token }),
    ...(source && { source_guild: { id: source.guild.id, name: source.guild.name, icon: null } }),
    ...(source && { source_channel: { id: source.id, name: source.name } }),
  };
}

export function applicationFlags(bot: Bot): number {
  return (
    (bot.privileged.has('GuildMembers') ? ApplicationFlags.GatewayGuildMembersLimited : 0) |
    (bot.privileged.has('GuildPresences') ? ApplicationFlags.GatewayPresenceLimited : 0) |
    (bot.privileged.has('MessageContent') ? ApplicationFlags.GatewayMessageContentLimited : 0)
  );
}

export function applicationShape(bot: Bot, owner: User, guildCount: number): Partial<APIApplication> {
  return {
    id: bot.applicationId,
    name: bot.user.username,
    icon: null,
    description: '',
    summary: '',
    bot: userShape(bot.user),
    owner: userShape(owner),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    team: null,
    flags: applicationFlags(bot) as ApplicationFlags,
    approximate_guild_count: guildCount,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    install_params: { scopes: [], permissions: PermissionFlagsBits.ViewChannel.toString() },
  };
}

/** The bot's own account, as itself sees it. */
export function ownUserShape(user: User): APIUser {
  return {
    ...userShape(user),
    email: null,
    verified: true,
    mfa_enabled: false,
    flags: 0 as UserFlags,
    locale: 'en-US' as NonNullable<APIUser['locale']>,
  };
}

/** Newest first. */
export function newestFirst<T extends { readonly id: string }>(items: Iterable<T>): T[] {
  return [...items].sort(bySnowflake).reverse();
}
