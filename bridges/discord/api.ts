/** The requests that the bridge makes to Discord's REST interface. Errors are those of discord.js. */
import { ChannelType, Routes } from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import {
  type Account,
  accountOf,
  allShownOf,
  type Channel,
  channelOf,
  type Guild,
  guildOf,
  rolesOf,
  type Shown,
  shownOf,
  type Webhook,
  webhookIn,
  webhookOf,
} from './answers.ts';
import { attached, filesOf, spoken, type Upload } from './form.ts';
import type { Identity } from './identity.ts';
import type { Content } from './outgoing.ts';
import { Requests } from './rest.ts';

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
    const user = await this.#get(Routes.user(), signal);
    return accountOf(user, await this.#get(Routes.currentApplication(), signal));
  }

  async channel(channelId: string, signal?: AbortSignal): Promise<Channel> {
    return channelOf(await this.#get(Routes.channel(channelId), signal));
  }

  async guild(guildId: string, signal?: AbortSignal): Promise<Guild> {
    return guildOf(await this.#get(Routes.guild(guildId), signal));
  }

  /** The ids of a member's roles. */
  async roles(guildId: string, userId: string, signal?: AbortSignal): Promise<readonly string[]> {
    return rolesOf(await this.#get(Routes.guildMember(guildId, userId), signal));
  }

  /** The webhook of this application in a channel, made if there is none. */
  async webhook(channelId: string, applicationId: string, signal: AbortSignal): Promise<Webhook> {
    const route = Routes.channelWebhooks(channelId);
    const make = () => this.requests.request('post', route, { body: { name: webhookName }, signal });
    return webhookIn(await this.#get(route, signal), applicationId) ?? webhookOf(await make());
  }

  /** Shows a message by a webhook; pings only whom it names. Gives what is shown, and where: an admin may have moved the webhook. */
  async execute({ id, token }: Webhook, { threadId, identity, content, uploads = [], signal }: Execution): Promise<Shown> {
    const query = new URLSearchParams({ wait: 'true', ...(threadId !== undefined && { thread_id: threadId }) });
    const body = { ...identity, ...spoken(content), ...(uploads.length > 0 && attached(uploads)) };
    const options = { query, body, ...filesOf(uploads), auth: false, signal } as const;
    return shownOf(await this.requests.request('post', Routes.webhook(id, token), options));
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
    return channelOf(await this.requests.request('post', route, { body, signal })).id;
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
    return allShownOf(found).reverse();
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

function messageRoute({ id, token }: Webhook, message: WebhookMessage): `/${string}` {
  return Routes.webhookMessage(id, token, message.id);
}

/** Changes may be made again from the start, so a short limit is waited for: they would never get beyond it else. */
function messageOptions({ threadId }: WebhookMessage, signal: AbortSignal) {
  const query = new URLSearchParams(threadId !== undefined ? { thread_id: threadId } : {});
  return { query, auth: false, signal, patient: true } as const;
}
