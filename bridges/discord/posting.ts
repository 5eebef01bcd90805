import { RESTJSONErrorCodes } from 'discord.js';
import type { Logger } from 'pino';
import { DeliveryError } from '../../src/adapter.ts';
import type { Webhook } from './answers.ts';
import type { Api } from './api.ts';
import { codeOf, isChannelGone, isWebhookGone, reasonOf, refusedFields } from './faults.ts';
import type { Upload } from './form.ts';
import { type Identity, withoutRefused } from './identity.ts';
import type { Content } from './outgoing.ts';
import type { Target, Targets } from './targets.ts';

/** What is said, by whom. */
interface Spoken {
  readonly identity: Identity;
  readonly content: Content;
  readonly uploads?: readonly Upload[];
}

/** Posts through the webhooks of channels, also where Discord refuses a name or a picture, and where a webhook was deleted or moved. */
export class Posting {
  readonly #api: Api;
  readonly #targets: Targets;
  readonly #log: Logger;

  constructor(api: Api, targets: Targets, log: Logger) {
    this.#api = api;
    this.#targets = targets;
    this.#log = log;
  }

  /**
   * Gives the id of the message.
   * @throws what the request throws
   */
  async post(target: Target, { identity: wanted, ...what }: Spoken, signal: AbortSignal): Promise<string> {
    let identity = wanted;
    let isAnother = false;
    for (;;) {
      const webhook = await this.#targets.webhook(target, signal);
      try {
        const { id, channelId } = await this.#api.execute(webhook, { ...what, identity, threadId: target.threadId, signal });
        if (channelId === target.channel.id) return id;
        await this.#takeBack(target, webhook, id, signal);
        if (isAnother) throw new DeliveryError(`${movedOf(target)} again and again`, { passing: true });
      } catch (error) {
        const plainer = withoutRefused(identity, refusedFields(error));
        const isRefused = plainer.username !== identity.username || plainer.avatar_url !== identity.avatar_url;
        if (!isRefused && (isAnother || !isAway(error, target))) throw error;
        identity = plainer;
        if (isRefused) continue;
      }
      this.#targets.forgetWebhook(target);
      isAnother = true;
    }
  }

  /** What is said in one channel is not for the readers of another, to which an admin has moved the webhook. */
  async #takeBack(target: Target, webhook: Webhook, id: string, signal: AbortSignal): Promise<void> {
    const moved = movedOf(target);
    try {
      await this.#api.retract(webhook, { id, threadId: undefined }, signal);
      this.#log.warn(`${moved}: what it said there is deleted, and another one is made`);
    } catch (error) {
      this.#log.error(`${moved}: another one is made, but one message stands there that should not: ${reasonOf(error)}`);
    }
  }
}

function movedOf({ where }: Target): string {
  return `The bridge's webhook of ${where} was moved to another channel`;
}

/** Whether a webhook is not there any more, or not where it was: elsewhere it knows no thread of its channel, and may need one. */
function isAway(error: unknown, { threadId }: Target): boolean {
  const forum = RESTJSONErrorCodes.WebhooksPostedToForumChannelsMustHaveAThreadNameOrThreadId;
  return isWebhookGone(error) || codeOf(error) === forum || (isChannelGone(error) && threadId !== undefined);
}
