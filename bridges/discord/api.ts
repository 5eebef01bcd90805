/** The requests that the bridge makes to Discord's REST interface. Answers are parsed; errors are those of discord.js. */
import { ApplicationFlags, ChannelType, Routes, TeamMemberMembershipState, WebhookType } from 'discord.js';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { attached, filesOf, spoken, type Upload } from './form.ts';
import type { Identity } from './identity.ts';
import type { Content } from './outgoing.ts';
import type { Overwrite } from './permissions.ts';
import { Requests } from './rest.ts';

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
  readonly webhookId: string | undefined;
  /** The application whose webhook it was, also after the webhook was deleted. */
  readonly applicationId: string | undefined;
  readonly username: string;
  readonly content: string;
  /** How many files it has. */
  readonly files: number;
}

const threadTypes: readonly ChannelType[] = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread];
/** Free of the words that Discord forbids in a webhook's name. */
const webhookName = 'crosschat-bridge';

/** The most messages that Discord gives at once. */
export const pageSize = 100;

export class Api {
  /** For the requests of others: all share their limits. */
  readonly requests: Requests;

  constructor(token: string, url: string | undefined, clock: Clock) {
    this.requests = new Requests(token, url, clock);
  }

  /** By how many milliseconds Discord's clock is ahead of ours, as far as its answers told. */
  get clockOffset(): number {
    return this.requests.clockOffset;
  }

  async account(signal?: AbortSignal): Promise<Account> {
    const me = user.parse(await this.#get(Routes.user(), signal));
    const found = application.parse(await this.#get(Routes.currentApplication(), signal));
    const { id: applicationId, flags } = found;
    const has = (...either: ApplicationFlags[]) => either.some((flag) => (flags & flag) !== 0);
    return {
      applicationId,
      userId: me.id,
      username: me.username,
      owners: ownersOf(found),
      messageContent: has(ApplicationFlags.GatewayMessageContent, ApplicationFlags.GatewayMessageContentLimited),
      guildMembers: has(ApplicationFlags.GatewayGuildMembers, ApplicationFlags.GatewayGuildMembersLimited),
    };
  }

  async channel(channelId: string, signal?: AbortSignal): Promise<Channel> {
    const found = channel.parse(await this.#get(Routes.channel(channelId), signal));
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

  async guild(guildId: string, signal?: AbortSignal): Promise<Guild> {
    const { owner_id, premium_tier, ...found } = guild.parse(await this.#get(Routes.guild(guildId), signal));
    return { ...found, ownerId: owner_id, premiumTier: premium_tier };
  }

  /** The ids of a member's roles. */
  async roles(guildId: string, userId: string, signal?: AbortSignal): Promise<readonly string[]> {
    return member.parse(await this.#get(Routes.guildMember(guildId, userId), signal)).roles;
  }

  /** The webhook of this application in a channel, made if there is none. */
  async webhook(channelId: string, applicationId: string, signal: AbortSignal): Promise<Webhook> {
    const route = Routes.channelWebhooks(channelId);
    const all = z.array(webhook).parse(await this.#get(route, signal));
    const mine = all.find(({ type, application_id }) => type === WebhookType.Incoming && application_id === applicationId);
    const make = () => this.requests.request('post', route, { body: { name: webhookName }, signal });
    const { id, token } = mine?.token ? mine : webhook.parse(await make());
    return { id, token: z.string().parse(token) };
  }

  /** Shows a message by a webhook; pings only whom it names. Gives its id. */
  async execute({ id, token }: Webhook, { threadId, identity, content, uploads = [], signal }: Execution): Promise<string> {
    const query = new URLSearchParams({ wait: 'true', ...(threadId !== undefined && { thread_id: threadId }) });
    const body = { ...identity, ...spoken(content), ...(uploads.length > 0 && attached(uploads)) };
    const options = { query, body, ...filesOf(uploads), auth: false, signal } as const;
    return shownOf(await this.requests.request('post', Routes.webhook(id, token), options)).id;
  }

  /**
   * Gives a message of a webhook another text; pings nobody, since Discord does so for new messages only. Without a text, that stays.
   * @param uploads its files from now on; undefined where those that it has stay
   * @returns how many files it has now
   */
  async rewrite(
    by: Webhook,
    message: WebhookMessage,
    content: Content,
    uploads: readonly Upload[] | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const { content: text, ...more } = spoken(content);
    const body = { ...more, ...(text !== '' && { content: text }), ...(uploads && attached(uploads)) };
    const options = { ...messageOptions(message, signal), ...filesOf(uploads ?? []), body };
    return shownOf(await this.requests.request('patch', messageRoute(by, message), options)).files;
  }

  /** Deletes a message of a webhook. */
  async retract(by: Webhook, message: WebhookMessage, signal: AbortSignal): Promise<void> {
    await this.requests.request('delete', messageRoute(by, message), messageOptions(message, signal));
  }

  /**
   * Starts a thread in a channel. Gives its id.
   * @param message the id of the message that it hangs on, which is its id as well
   */
  async startThread(
    { id: channelId, type }: Pick<Channel, 'id' | 'type'>,
    message: string | undefined,
    name: string,
    signal: AbortSignal,
  ): Promise<string> {
    const isNews = type === ChannelType.GuildAnnouncement;
    const kind = { type: isNews ? ChannelType.AnnouncementThread : ChannelType.PublicThread };
    const body = { name, ...(message === undefined && kind) };
    const route = Routes.threads(channelId, message);
    return channel.parse(await this.requests.request('post', route, { body, signal })).id;
  }

  /** Opens a thread that was closed since nobody wrote in it. */
  async openThread(threadId: string, signal: AbortSignal): Promise<void> {
    await this.requests.request('patch', Routes.channel(threadId), { body: { archived: false }, signal, patient: true });
  }

  /** Deletes a message as the bot itself, which takes a permission where it is somebody else's. */
  async deleteMessage(channelId: string, messageId: string, signal: AbortSignal): Promise<void> {
    await this.requests.request('delete', Routes.channelMessage(channelId, messageId), { signal, patient: true });
  }

  /** Reacts to a message as the bot. @param emoji a Unicode emoji, or `name:id` */
  async react(channelId: string, messageId: string, emoji: string, signal: AbortSignal): Promise<void> {
    const route = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(emoji));
    await this.requests.request('put', route, { signal, patient: true });
  }

  /** Takes a reaction of the bot back. */
  async unreact(channelId: string, messageId: string, emoji: string, signal: AbortSignal): Promise<void> {
    const route = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(emoji));
    await this.requests.request('delete', route, { signal, patient: true });
  }

  async message(channelId: string, messageId: string, signal: AbortSignal): Promise<Shown> {
    return shownOf(await this.#get(Routes.channelMessage(channelId, messageId), signal));
  }

  /** Up to {@link pageSize} messages that come right after an id, oldest first. None where the bot may not read what was said before. */
  async messagesAfter(channelId: string, messageId: string, signal: AbortSignal): Promise<Shown[]> {
    const query = new URLSearchParams({ after: messageId, limit: `${pageSize}` });
    const options = { query, signal, patient: true };
    const found = await this.requests.request('get', Routes.channelMessages(channelId), options);
    return z.array(z.unknown()).parse(found).map(shownOf).reverse();
  }

  #get(route: `/${string}`, signal?: AbortSignal): Promise<unknown> {
    return this.requests.request('get', route, { signal });
  }
}

/** What a webhook is to show, where, and as whom. */
interface Execution {
  readonly threadId: string | undefined;
  readonly identity: Identity;
  readonly content: Content;
  readonly uploads?: readonly Upload[];
  readonly signal: AbortSignal;
}

/** A message that a webhook showed. */
export interface WebhookMessage {
  readonly id: string;
  readonly threadId: string | undefined;
}

/** A team's application has a made-up owner. https://discord.com/developers/docs/topics/teams#data-models-team-member-object */
function ownersOf({ owner, team }: z.infer<typeof application>): string[] {
  if (!team) return owner === undefined ? [] : [owner.id];
  const members = team.members.filter(({ membership_state, role }) => membership_state === accepted && role !== 'read_only');
  return members.map((member) => member.user.id);
}

const accepted: number = TeamMemberMembershipState.Accepted;

function messageRoute({ id, token }: Webhook, message: WebhookMessage): `/${string}` {
  return Routes.webhookMessage(id, token, message.id);
}

/** Changes may be made again from the start, so a short limit is waited for: they would never get beyond it else. */
function messageOptions({ threadId }: WebhookMessage, signal: AbortSignal) {
  const query = new URLSearchParams(threadId !== undefined ? { thread_id: threadId } : {});
  return { query, auth: false, signal, patient: true } as const;
}

function shownOf(answer: unknown): Shown {
  const { id, content, webhook_id, application_id, author, attachments } = shown.parse(answer);
  const by = { webhookId: webhook_id, applicationId: application_id, username: author.username };
  return { id, content, ...by, files: attachments.length };
}
