/** The requests that the bridge makes to Discord's REST interface. Answers are parsed; errors are those of discord.js. */
import { ApplicationFlags, ChannelType, REST, Routes, WebhookType } from 'discord.js';
import { z } from 'zod';
import type { Identity } from './identity.ts';
import type { Overwrite } from './permissions.ts';

const id = z.string().regex(/^\d{1,20}$/);
const bits = z
  .string()
  .regex(/^\d{1,30}$/)
  .transform(BigInt);

const user = z.object({ id, username: z.string() });
const application = z.object({ id, flags: z.number().default(0) });
const overwrites = z.array(z.object({ id, type: z.number(), allow: bits, deny: bits })).default([]);
const channel = z.object({
  id,
  type: z.number(),
  name: z.string().nullish(),
  guild_id: id.optional(),
  parent_id: id.nullish(),
  permission_overwrites: overwrites,
});
const guild = z.object({ id, name: z.string(), owner_id: id, roles: z.array(z.object({ id, permissions: bits })) });
const member = z.object({ roles: z.array(id) });
const webhook = z.object({ id, type: z.number(), token: z.string().optional(), application_id: id.nullish() });
const shown = z.object({
  id,
  content: z.string(),
  webhook_id: id.optional(),
  author: z.object({ username: z.string() }),
});

/** Whom the token belongs to. */
export interface Account {
  readonly applicationId: string;
  readonly userId: string;
  readonly username: string;
  /** The privileged intents that are switched on in the developer portal. */
  readonly messageContent: boolean;
  readonly guildMembers: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: ChannelType;
  readonly guildId: string | undefined;
  /** The channel that a thread belongs to. */
  readonly threadOf: string | undefined;
  readonly overwrites: readonly Overwrite[];
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: readonly { readonly id: string; readonly permissions: bigint }[];
}

export interface Webhook {
  readonly id: string;
  readonly token: string;
}

/** A message by a webhook, as it stands in a channel. */
export interface Shown {
  readonly id: string;
  readonly webhookId: string | undefined;
  readonly username: string;
  readonly content: string;
}

const threadTypes: readonly ChannelType[] = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread];
/** Free of the words that Discord forbids in a webhook's name. */
const webhookName = 'crosschat-bridge';

export class Api {
  readonly #requests: REST;
  readonly #token: string;

  constructor(token: string, url: string | undefined) {
    this.#token = token;
    // Requests are repeated by the core, which knows what may be sent twice; rate limits are waited for here.
    this.#requests = new REST({ ...(url !== undefined && { api: url }), retries: 0 });
  }

  async account(signal?: AbortSignal): Promise<Account> {
    const me = user.parse(await this.#get(Routes.user(), signal));
    const { id: applicationId, flags } = application.parse(await this.#get(Routes.currentApplication(), signal));
    const has = (...either: ApplicationFlags[]) => either.some((flag) => (flags & flag) !== 0);
    return {
      applicationId,
      userId: me.id,
      username: me.username,
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
      threadOf: threadTypes.includes(found.type) ? (found.parent_id ?? undefined) : undefined,
      overwrites: found.permission_overwrites,
    };
  }

  async guild(guildId: string, signal?: AbortSignal): Promise<Guild> {
    const { owner_id, ...found } = guild.parse(await this.#get(Routes.guild(guildId), signal));
    return { ...found, ownerId: owner_id };
  }

  /** The ids of a member's roles. */
  async roles(guildId: string, userId: string): Promise<readonly string[]> {
    return member.parse(await this.#get(Routes.guildMember(guildId, userId))).roles;
  }

  /** The webhook of this application in a channel, made if there is none. */
  async webhook(channelId: string, applicationId: string, signal: AbortSignal): Promise<Webhook> {
    const route = Routes.channelWebhooks(channelId);
    const all = z.array(webhook).parse(await this.#get(route, signal));
    const mine = all.find(({ type, application_id }) => type === WebhookType.Incoming && application_id === applicationId);
    const make = () => abortable(signal, (own) => this.#rest.post(route, { body: { name: webhookName }, ...own }));
    const { id, token } = mine?.token ? mine : webhook.parse(await make());
    return { id, token: z.string().parse(token) };
  }

  /** Shows a message by a webhook; pings nobody. */
  async execute(
    { id, token }: Webhook,
    threadId: string | undefined,
    identity: Identity,
    content: string,
    signal: AbortSignal,
  ): Promise<Shown> {
    const query = new URLSearchParams({ wait: 'true', ...(threadId !== undefined && { thread_id: threadId }) });
    const body = { ...identity, content, allowed_mentions: { parse: [] } };
    const route = Routes.webhook(id, token);
    return shownOf(await abortable(signal, (own) => this.#rest.post(route, { query, body, auth: false, ...own })));
  }

  /** Up to 50 messages after the one with this id. */
  async messagesAfter(channelId: string, messageId: string, signal: AbortSignal): Promise<Shown[]> {
    const query = new URLSearchParams({ after: messageId, limit: '50' });
    const found = await this.#get(Routes.channelMessages(channelId), signal, query);
    return z.array(z.unknown()).parse(found).map(shownOf);
  }

  /** With the token, which discord.js drops when it is refused once. */
  get #rest(): REST {
    return this.#requests.setToken(this.#token);
  }

  #get(route: `/${string}`, signal?: AbortSignal, query?: URLSearchParams): Promise<unknown> {
    return abortable(signal, (own) => this.#rest.get(route, { ...own, ...(query && { query }) }));
  }
}

/**
 * A request that is given up as soon as the signal says so: discord.js waits for rate limits without looking at it.
 * @param request gets a signal of its own, since discord.js never takes its listener off
 */
async function abortable<T>(
  signal: AbortSignal | undefined,
  request: (options: { signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return request({});
  signal.throwIfAborted();
  const ending = new AbortController();
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => {
      ending.abort();
      reject(new DOMException('The time for this attempt is over', 'AbortError'));
    };
  });
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([request({ signal: ending.signal }), ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function shownOf(answer: unknown): Shown {
  const { id, content, webhook_id, author } = shown.parse(answer);
  return { id, content, webhookId: webhook_id, username: author.username };
}
