/** Guilds, channels and webhooks for a test: what is in them, and what becomes of them. */
import { type APIEmbed, ChannelType, GatewayDispatchEvents, OverwriteType } from 'discord.js';
import { follow, publish, publishChange } from './following.ts';
import { channelOf, DiscordMember, messageOf } from './members.ts';
import { amend } from './messages.ts';
import { type PermissionName, permissionBits } from './permissions.ts';
import { DiscordWebhook } from './posting.ts';
import { type SeenMessage, seen } from './seen.ts';
import type { Bot, Channel, Guild, Overwrite, ReactionEmoji, Role, Webhook } from './state.ts';
import { addPost, startThread, startThreadFrom } from './threads.ts';
import { typistsIn } from './typing.ts';
import type { World } from './world.ts';

/** What a role or a member may do in one channel, other than elsewhere. */
export interface ChannelRule {
  readonly of: Role | DiscordMember;
  readonly allow?: readonly PermissionName[];
  readonly deny?: readonly PermissionName[];
}

export class DiscordGuild {
  readonly state: Guild;
  readonly #world: World;

  constructor(world: World, state: Guild) {
    this.#world = world;
    this.state = state;
  }

  get id(): string {
    return this.state.id;
  }

  /** The role that everybody has. */
  get everyone(): Role {
    const role = this.state.roles.get(this.id);
    if (!role) throw new Error('a guild without @everyone');
    return role;
  }

  addRole(name: string, options: { color?: number; permissions?: readonly PermissionName[]; mentionable?: boolean } = {}): Role {
    const { color = 0, permissions = [], mentionable = false } = options;
    return this.#world.addRole(this.state, { name, color, mentionable, permissions: permissionBits(permissions), botId: null });
  }

  /** Its members boost it to a level: then larger files may be sent. */
  boost(level: Guild['premiumTier']): void {
    this.state.premiumTier = level;
  }

  /** Sets all that a role allows, in the whole guild. */
  setPermissions(role: Role, permissions: readonly PermissionName[]): void {
    this.#world.setRole(this.state, role, { permissions: permissionBits(permissions) });
  }

  /** Takes a role from everybody, for good. */
  removeRole(role: Role): void {
    this.#world.removeRole(this.state, role);
  }

  /** Gives a role another color; 0 for none. */
  setColor(role: Role, color: number): void {
    this.#world.setRole(this.state, role, { color });
  }

  /**
   * Somebody joins.
   * @param who a new user's name, or somebody who is known from elsewhere
   * @param options `displayName` is the name in all guilds, `nick` the one in this; `avatar` is the hash of a picture
   */
  addMember(
    who: string | DiscordMember,
    options: { displayName?: string; nick?: string; avatar?: string; roles?: readonly Role[] } = {},
  ): DiscordMember {
    const { displayName = null, nick = null, avatar = null, roles = [] } = options;
    const fields = { globalName: displayName, avatar, bot: false };
    const user = typeof who === 'string' ? this.#world.addUser({ username: who, ...fields }) : who.user;
    const member = this.#world.addMember(this.state, user, { nick, avatar: null, roles: roles.map(({ id }) => id) });
    return new DiscordMember(this.#world, member);
  }

  /** A bot is invited, with a role of its own for what it may do beyond what everybody may. */
  addBot(bot: Bot, permissions: readonly PermissionName[] = []): DiscordMember {
    const fields = { color: 0, mentionable: false, permissions: permissionBits(permissions), botId: bot.user.id };
    const role = this.#world.addRole(this.state, { name: bot.user.username, ...fields });
    const member = this.#world.addMember(this.state, bot.user, { nick: null, avatar: null, roles: [role.id] });
    return new DiscordMember(this.#world, member);
  }

  /** The role that a bot brought along. */
  roleOf(bot: Bot): Role {
    const role = [...this.state.roles.values()].find(({ botId }) => botId === bot.user.id);
    if (!role) throw new Error('that bot is not in this guild');
    return role;
  }

  /** The guild gets an emoji of its own. */
  addEmoji(name: string): ReactionEmoji {
    const emoji = { id: this.#world.nextId(), name };
    this.state.emojis.set(emoji.id, emoji);
    return emoji;
  }

  addTextChannel(name: string, options: { topic?: string; rules?: readonly ChannelRule[] } = {}): DiscordChannel {
    const { topic = null, rules = [] } = options;
    return new DiscordChannel(this.#world, this.#world.addChannel(this.state, { name, topic }, rules.map(overwrite)));
  }

  /** A voice channel has a chat as well. */
  addVoiceChannel(name: string, rules: readonly ChannelRule[] = []): DiscordChannel {
    const fields = { name, topic: null, type: ChannelType.GuildVoice } as const;
    return new DiscordChannel(this.#world, this.#world.addChannel(this.state, fields, rules.map(overwrite)));
  }

  /** A forum: all that is in it are posts. */
  addForum(name: string): DiscordChannel {
    const fields = { name, topic: null, type: ChannelType.GuildForum } as const;
    return new DiscordChannel(this.#world, this.#world.addChannel(this.state, fields, []));
  }
}

export class DiscordChannel {
  readonly id: string;
  readonly state: Channel;
  readonly #world: World;

  constructor(world: World, state: Channel) {
    this.#world = world;
    this.state = state;
    this.id = state.id;
  }

  /** What somebody who looks at it sees, from old to new. */
  get messages(): readonly SeenMessage[] {
    return [...this.state.messages.values()].map((message) => seen(this.#world, message));
  }

  /** Who types in it now: their user names. */
  get typing(): readonly string[] {
    return typistsIn(this.#world, this.state);
  }

  /** What stands above it. */
  get topic(): string {
    return this.state.topic ?? '';
  }

  /** The webhooks that it has now. */
  get webhooks(): readonly Webhook[] {
    return [...this.#world.webhooks.values()].filter(({ channel }) => channel === this.state);
  }

  /**
   * Waits for a message: one that is there or that comes, or becomes so by an edit.
   * @param wanted a part of its text, or a test
   * @param timeout in milliseconds
   * @throws {Error} when it doesn't come; the message says what was there
   */
  waitFor(wanted: string | ((message: SeenMessage) => boolean), timeout?: number): Promise<SeenMessage> {
    const is = typeof wanted === 'string' ? ({ content }: SeenMessage) => content.includes(wanted) : wanted;
    return this.#until(() => this.messages.find(is), typeof wanted === 'string' ? `"${wanted}"` : 'a message', timeout);
  }

  /** Waits until the messages, all together, are as they should be: for what goes away, and for order. */
  async waitUntil(test: (messages: readonly SeenMessage[]) => boolean, timeout?: number): Promise<readonly SeenMessage[]> {
    await this.#until(() => test(this.messages), 'the messages', timeout);
    return this.messages;
  }

  #until<T>(look: () => T | undefined | false, what: string, timeout?: number): Promise<T> {
    const there = () => `There is: ${JSON.stringify(this.messages.map(({ author, content }) => `${author}: ${content}`))}`;
    return this.#world.changed.until(look, `${what} in #${this.state.name}`, timeout, there);
  }

  /** Changes what a role or a member may do here. */
  setRule(rule: ChannelRule): void {
    this.#world.setOverwrite(this.state, overwrite(rule));
  }

  /** Somebody starts a thread that hangs on no message, which Discord tells in the channel. */
  addThread(name: string, by: DiscordMember): DiscordChannel {
    return new DiscordChannel(this.#world, startThread(this.#world, { parent: this.state, name, by: by.user }));
  }

  /** Somebody starts a thread that only they and moderators see. */
  addPrivateThread(name: string, by: DiscordMember): DiscordChannel {
    const type = ChannelType.PrivateThread;
    return new DiscordChannel(this.#world, this.#world.addThread(this.state, { name, ownerId: by.id, type }));
  }

  /** Somebody starts a thread from a message; of an old one, Discord tells in the channel as well. */
  startThread(message: { readonly id: string }, name: string, by: DiscordMember, { old = false } = {}): DiscordChannel {
    const found = messageOf(this.#world, message);
    return new DiscordChannel(this.#world, startThreadFrom(this.#world, found, { name, by: by.user, old }));
  }

  /** Somebody writes a post, in a forum. */
  addPost(title: string, text: string, by: DiscordMember): DiscordChannel {
    return new DiscordChannel(this.#world, addPost(this.#world, this.state, { title, text, by: by.user }));
  }

  /** The thread that hangs on a message, or has this id. */
  thread({ id }: { readonly id: string }): DiscordChannel | undefined {
    const thread = this.#world.channels.get(id);
    return thread?.parent === this.state ? new DiscordChannel(this.#world, thread) : undefined;
  }

  /** The threads that it has now, the closed ones included. */
  get threads(): readonly DiscordChannel[] {
    const all = [...this.#world.channels.values()].filter(({ parent }) => parent === this.state);
    return all.map((thread) => new DiscordChannel(this.#world, thread));
  }

  /** The thread is closed until somebody writes in it. */
  archive(): void {
    this.#world.updateThread(this.state, { archived: true });
  }

  /** The thread is closed for everybody but moderators. */
  lock(): void {
    this.#world.updateThread(this.state, { archived: true, locked: true });
  }

  /** A person, or a bot as its application, makes a webhook. */
  addWebhook(name: string, by: DiscordMember): DiscordWebhook {
    const bot = [...this.#world.bots.values()].find(({ user }) => user.id === by.id);
    const fields = { name, avatar: null, applicationId: bot?.applicationId ?? null };
    return new DiscordWebhook(this.#world, this.#world.addWebhook(this.state, by.user, fields));
  }

  /** Somebody deletes a webhook. */
  deleteWebhook({ id }: { readonly id: string }): void {
    const webhook = this.#world.webhooks.get(id);
    if (webhook) this.#world.removeWebhook(webhook);
  }

  /** Somebody lets a webhook post in another channel. */
  moveWebhook({ id }: { readonly id: string }, to: DiscordChannel): void {
    const webhook = this.#world.webhooks.get(id);
    if (webhook) this.#world.moveWebhook(webhook, to.state);
  }

  /** Discord adds the preview of a link to a message: an update that is no edit. */
  unfurl(message: { readonly id: string }, embed: APIEmbed): void {
    const found = messageOf(this.#world, message);
    amend(this.#world, found, { embeds: [...found.embeds, embed] });
  }

  /** The gateway tells of a message in the way of old: an update with these fields only. */
  hint(message: { readonly id: string }, fields: object): void {
    const { guild } = this.state;
    const data = { id: message.id, channel_id: this.id, guild_id: guild.id, ...fields };
    this.#world.dispatch({ type: GatewayDispatchEvents.MessageUpdate, guild, channel: this.state, render: () => data });
  }

  /** Somebody lets it show what is published in another channel, maybe of another guild. */
  follows(source: DiscordChannel, by: DiscordMember): void {
    follow(this.#world, source.state, this.state, by.user);
  }

  /** Publishes one of its messages to the channels that follow it. */
  publish(message: { readonly id: string }): void {
    publish(this.#world, messageOf(this.#world, message));
  }

  /** What was published is edited, or, with null, deleted: the copies tell of it. */
  publishChange(message: { readonly id: string }, text: string | null): void {
    publishChange(this.#world, messageOf(this.#world, message), text);
  }

  /** It gets another name. */
  rename(name: string): void {
    if (this.state.parent) this.#world.updateThread(this.state, { name });
    else this.#world.updateChannel(this.state, { name });
  }

  /** It is deleted, with all that is in it. */
  delete(): void {
    this.#world.removeChannel(channelOf(this.#world, this));
  }
}

function overwrite({ of, allow = [], deny = [] }: ChannelRule): Overwrite {
  const type = of instanceof DiscordMember ? OverwriteType.Member : OverwriteType.Role;
  return { id: of.id, type, allow: permissionBits(allow), deny: permissionBits(deny) };
}
