/** Everything there is, and every change to it; each change is told to the gateway. Messages: `messages.ts`. */
import { randomBytes } from 'node:crypto';
import { type APIApplicationCommand, ChannelType, GatewayDispatchEvents, WebhookType } from 'discord.js';
import type { Clock } from '../../../src/clock.ts';
import { Signal } from '../../support/signal.ts';
import { AttachmentStore } from './attachments.ts';
import type { Dispatch } from './dispatch.ts';
import type { Interaction } from './interactions.ts';
import { DEFAULT_PERMISSIONS } from './permissions.ts';
import { channelShape, guildCreateShape, memberWithUser, roleShape, userShape } from './shapes.ts';
import { snowflakes } from './snowflake.ts';
import type {
  Bot,
  Channel,
  Guild,
  Member,
  Message,
  Overwrite,
  PrivilegedIntent,
  Role,
  ThreadType,
  User,
  Webhook,
} from './state.ts';

/** A channel before it has an id. */
interface ChannelFields extends Pick<Channel, 'name' | 'topic'> {
  readonly type?: ChannelType.GuildText | ChannelType.GuildVoice | ChannelType.GuildForum;
}

interface ThreadFields extends Pick<Channel, 'name' | 'ownerId'> {
  readonly id?: string;
  readonly type?: ThreadType;
}

const open = { archived: false, archivedAt: 0, locked: false };

export class World {
  readonly clock: Clock;
  readonly nextId: () => string;
  readonly attachments: AttachmentStore;
  /** Notified after every change, every request and every step of a gateway session. */
  readonly changed = new Signal();
  readonly users = new Map<string, User>();
  /** By token. */
  readonly bots = new Map<string, Bot>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  /** Who was timed out, kicked or banned by a bot: `alice kicked`. */
  readonly sanctions: string[] = [];
  readonly webhooks = new Map<string, Webhook>();
  /** The commands of an application in a guild, by both ids, and those that belong to no guild. */
  readonly commands = new Map<string, readonly APIApplicationCommand[]>();
  readonly interactions = new Map<string, Interaction>();
  /** Recent messages by bot and nonce. https://discord.com/developers/docs/resources/message#create-message */
  readonly nonces = new Map<string, { readonly message: Message; readonly at: number }>();
  readonly #listeners = new Set<(dispatch: Dispatch) => void>();

  constructor(origin: string, clock: Clock) {
    this.clock = clock;
    this.nextId = snowflakes(clock);
    this.attachments = new AttachmentStore(origin, clock);
  }

  /** Calls the listener for everything that the gateway may have to tell. */
  onDispatch(listener: (dispatch: Dispatch) => void): void {
    this.#listeners.add(listener);
  }

  dispatch(dispatch: Dispatch): void {
    for (const listener of this.#listeners) listener(dispatch);
    this.changed.notify();
  }

  addUser(fields: Pick<User, 'username' | 'globalName' | 'avatar' | 'bot'>): User {
    const user = { id: this.nextId(), ...fields };
    this.users.set(user.id, user);
    return user;
  }

  addBot(username: string, token: string, privileged: readonly PrivilegedIntent[]): Bot {
    const user = this.addUser({ username, globalName: null, avatar: null, bot: true });
    const bot: Bot = { applicationId: this.nextId(), user, token, privileged: new Set(privileged), presence: null };
    this.bots.set(token, bot);
    return bot;
  }

  addGuild(name: string): Guild {
    const owner = this.addUser({ username: 'owner', globalName: null, avatar: null, bot: false });
    const id = this.nextId();
    const guild: Guild = {
      id,
      name,
      ownerId: owner.id,
      premiumTier: 0,
      roles: new Map(),
      members: new Map(),
      channels: new Map(),
      emojis: new Map(),
    };
    this.guilds.set(id, guild);
    const everyone = { id, name: '@everyone', color: 0, permissions: DEFAULT_PERMISSIONS, mentionable: false, botId: null };
    guild.roles.set(id, { ...everyone, position: 0 });
    this.addMember(guild, owner, { nick: null, avatar: null, roles: [] });
    return guild;
  }

  addRole(guild: Guild, fields: Pick<Role, 'name' | 'color' | 'permissions' | 'mentionable' | 'botId'>): Role {
    const role: Role = { id: this.nextId(), ...fields, position: guild.roles.size };
    guild.roles.set(role.id, role);
    const data = { guild_id: guild.id, role: roleShape(role) };
    this.dispatch({ type: GatewayDispatchEvents.GuildRoleCreate, guild, render: () => data });
    return role;
  }

  setRole(guild: Guild, role: Role, fields: Partial<Pick<Role, 'permissions' | 'color'>>): void {
    Object.assign(role, fields);
    const data = { guild_id: guild.id, role: roleShape(role) };
    this.dispatch({ type: GatewayDispatchEvents.GuildRoleUpdate, guild, render: () => data });
  }

  removeRole(guild: Guild, { id }: Role): void {
    guild.roles.delete(id);
    for (const { roles } of guild.members.values()) roles.delete(id);
    const data = { guild_id: guild.id, role_id: id };
    this.dispatch({ type: GatewayDispatchEvents.GuildRoleDelete, guild, render: () => data });
  }

  /** A person or a bot joins; a bot is shown the guild. */
  addMember(guild: Guild, user: User, fields: Pick<Member, 'nick' | 'avatar'> & { readonly roles: readonly string[] }): Member {
    const member: Member = { user, guild, ...fields, roles: new Set(fields.roles), joinedAt: this.clock.now() };
    guild.members.set(user.id, member);
    const data = { ...memberWithUser(member), guild_id: guild.id };
    this.dispatch({ type: GatewayDispatchEvents.GuildMemberAdd, guild, render: () => data });
    const type = GatewayDispatchEvents.GuildCreate;
    if (user.bot) this.dispatch({ type, guild, to: user.id, render: (viewer) => guildCreateShape(guild, viewer) });
    return member;
  }

  updateMember(member: Member, fields: Partial<Pick<Member, 'nick' | 'avatar'>>): void {
    Object.assign(member, fields);
    const data = { ...memberWithUser(member), guild_id: member.guild.id };
    const about = member.user.id;
    this.dispatch({ type: GatewayDispatchEvents.GuildMemberUpdate, guild: member.guild, about, render: () => data });
  }

  /** A changed account shows as a changed member in each of its guilds. */
  updateUser(user: User, fields: Partial<Pick<User, 'username' | 'globalName' | 'avatar'>>): void {
    Object.assign(user, fields);
    for (const { members } of this.guilds.values()) {
      const member = members.get(user.id);
      if (member) this.updateMember(member, {});
    }
  }

  removeMember({ guild, user }: Member): void {
    guild.members.delete(user.id);
    const data = { guild_id: guild.id, user: userShape(user) };
    this.dispatch({ type: GatewayDispatchEvents.GuildMemberRemove, guild, render: () => data });
    const type = GatewayDispatchEvents.GuildDelete;
    if (user.bot) this.dispatch({ type, guild, to: user.id, render: () => ({ id: guild.id }) });
  }

  addChannel(
    guild: Guild,
    { type = ChannelType.GuildText, ...fields }: ChannelFields,
    overwrites: readonly Overwrite[],
  ): Channel {
    return this.#addChannel({
      id: this.nextId(),
      guild,
      type,
      parent: null,
      ownerId: null,
      ...open,
      ...fields,
      position: guild.channels.size,
      overwrites: new Map(overwrites.map((overwrite) => [overwrite.id, overwrite])),
      messages: new Map(),
      typing: new Map(),
    });
  }

  /** The private chat of a bot with a user: always the same one. */
  directOf(bot: User, user: User): Channel {
    const found = [...this.channels.values()].find(({ recipient, guild }) => recipient === user && guild.members.has(bot.id));
    if (found) return found;
    const id = this.nextId();
    const everyone = { id, name: '', color: 0, permissions: DEFAULT_PERMISSIONS, mentionable: false, botId: null, position: 0 };
    const between: Guild = {
      ...{ id, name: '', ownerId: '', premiumTier: 0, channels: new Map(), emojis: new Map() },
      roles: new Map([[id, everyone]]),
      members: new Map(),
    };
    for (const one of [bot, user])
      between.members.set(one.id, { user: one, guild: between, nick: null, avatar: null, roles: new Set(), joinedAt: 0 });
    const channel: Channel = {
      ...{ id, guild: between, type: ChannelType.DM, recipient: user, parent: null, ownerId: null, ...open },
      ...{ name: '', topic: null, position: 0, overwrites: new Map(), messages: new Map(), typing: new Map() },
    };
    this.channels.set(id, channel);
    return channel;
  }

  /** @param id that of the message that the thread is started from; a new one by default */
  addThread(parent: Channel, { id = this.nextId(), type = ChannelType.PublicThread, ...fields }: ThreadFields): Channel {
    const rest = { topic: null, position: 0, overwrites: new Map(), messages: new Map(), typing: new Map() };
    const { guild } = parent;
    return this.#addChannel({ id, guild, type, parent, ...fields, ...open, archivedAt: this.clock.now(), ...rest });
  }

  /** A thread is closed, opened, locked or renamed. */
  updateThread(thread: Channel, fields: Partial<Pick<Channel, 'name' | 'archived' | 'locked'>>): void {
    if (fields.archived !== undefined && fields.archived !== thread.archived) thread.archivedAt = this.clock.now();
    Object.assign(thread, fields);
    const data = channelShape(thread);
    const type = GatewayDispatchEvents.ThreadUpdate;
    this.dispatch({ type, guild: thread.guild, channel: thread, render: () => data });
  }

  #addChannel(channel: Channel): Channel {
    const { guild } = channel;
    this.channels.set(channel.id, channel);
    guild.channels.set(channel.id, channel);
    const data = { ...channelShape(channel), ...(channel.parent && { newly_created: true }) };
    this.dispatch(
      channel.parent
        ? { type: GatewayDispatchEvents.ThreadCreate, guild, channel, render: () => data }
        : { type: GatewayDispatchEvents.ChannelCreate, guild, render: () => data },
    );
    return channel;
  }

  updateChannel(channel: Channel, fields: Partial<Pick<Channel, 'name' | 'topic'>>): void {
    Object.assign(channel, fields);
    const data = channelShape(channel);
    this.dispatch({ type: GatewayDispatchEvents.ChannelUpdate, guild: channel.guild, render: () => data });
  }

  setOverwrite(channel: Channel, overwrite: Overwrite): void {
    channel.overwrites.set(overwrite.id, overwrite);
    this.updateChannel(channel, {});
  }

  /** A channel is deleted, with its threads, webhooks and messages. */
  removeChannel(channel: Channel): void {
    const { guild, parent } = channel;
    for (const thread of guild.channels.values()) if (thread.parent === channel) this.removeChannel(thread);
    for (const webhook of this.webhooks.values()) if (webhook.channel === channel) this.webhooks.delete(webhook.id);
    this.channels.delete(channel.id);
    guild.channels.delete(channel.id);
    const data = parent
      ? { id: channel.id, guild_id: guild.id, parent_id: parent.id, type: channel.type }
      : channelShape(channel);
    const type = parent ? GatewayDispatchEvents.ThreadDelete : GatewayDispatchEvents.ChannelDelete;
    this.dispatch({ type, guild, render: () => data });
  }

  addWebhook(
    channel: Channel,
    creator: User,
    { source = null, ...fields }: Pick<Webhook, 'name' | 'avatar' | 'applicationId'> & { readonly source?: Channel | null },
  ): Webhook {
    const token = randomBytes(51).toString('base64url');
    const type = source ? WebhookType.ChannelFollower : WebhookType.Incoming;
    const webhook: Webhook = { id: this.nextId(), token, type, channel, creator, source, ...fields };
    this.webhooks.set(webhook.id, webhook);
    this.#webhooksChanged(channel);
    return webhook;
  }

  removeWebhook(webhook: Webhook): void {
    this.webhooks.delete(webhook.id);
    this.#webhooksChanged(webhook.channel);
  }

  moveWebhook(webhook: Webhook, channel: Channel): void {
    const before = webhook.channel;
    webhook.channel = channel;
    for (const one of [before, channel]) this.#webhooksChanged(one);
  }

  #webhooksChanged(channel: Channel): void {
    const data = { guild_id: channel.guild.id, channel_id: channel.id };
    this.dispatch({ type: GatewayDispatchEvents.WebhooksUpdate, guild: channel.guild, channel, render: () => data });
  }
}
