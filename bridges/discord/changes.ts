import { DeliveryError } from '../../src/adapter.ts';
import type { Webhook } from './answers.ts';
import type { Api, WebhookMessage } from './api.ts';
import { isForbidden, isMessageGone, isWebhookGone } from './faults.ts';
import type { Content } from './outgoing.ts';
import type { Target, Targets } from './targets.ts';
import type { Uploads } from './uploads.ts';

/** Changes what a webhook showed. */
export class Changes {
  readonly #api: Api;
  readonly #targets: Targets;
  readonly #uploads: Uploads;

  constructor(api: Api, targets: Targets, uploads: Uploads) {
    this.#api = api;
    this.#targets = targets;
    this.#uploads = uploads;
  }

  /**
   * Gives a message another text, or takes it away. That it is gone already is no fault.
   * @param content undefined to take it away
   * @throws {DeliveryError} when its webhook was deleted, after which nobody can change it; what the request throws
   */
  async rewrite(target: Target, id: string, content: Content | undefined, signal: AbortSignal): Promise<void> {
    const message = { id, threadId: target.threadId };
    const change = (webhook: Webhook) =>
      content === undefined
        ? this.#api.retract(webhook, message, signal)
        : this.#rewriteBy(webhook, message, content, target.fileLimit, signal);
    try {
      await this.#withWebhook(target, signal, change);
    } catch (error) {
      if (!isMessageGone(error)) throw error;
      if (await this.#isThere(target, id, signal)) await this.#changeForeign(target, id, content, signal);
    }
  }

  /** Files are sent again only where those that it has are not those that it should have, as far as their number tells. */
  async #rewriteBy(
    webhook: Webhook,
    message: WebhookMessage,
    content: Content,
    limit: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { files = [] } = content;
    const has = await this.#api.rewrite(webhook, message, content, files.length === 0 ? [] : undefined, signal);
    if (has === files.length) return;
    await this.#uploads.send(message.id, content, limit, signal, (now, uploads) =>
      this.#api.rewrite(webhook, message, now, uploads, signal),
    );
  }

  async #withWebhook(target: Target, signal: AbortSignal, change: (webhook: Webhook) => Promise<void>): Promise<void> {
    try {
      await change(await this.#targets.webhook(target, signal));
    } catch (error) {
      if (!isWebhookGone(error)) throw error;
      this.#targets.forgetWebhook(target);
      await change(await this.#targets.webhook(target, signal));
    }
  }

  /** A webhook knows its own messages only: one that it doesn't know may be by a webhook that was deleted. */
  async #isThere({ channel }: Target, id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#api.message(channel.id, id, signal);
      return true;
    } catch (error) {
      if (isMessageGone(error) || isForbidden(error)) return false;
      throw error;
    }
  }

  /** The message of a webhook that was deleted: a moderator may take it away, nobody may change it. */
  async #changeForeign({ channel, where }: Target, id: string, content: Content | undefined, signal: AbortSignal): Promise<void> {
    const was = `A message in ${where} was written through a webhook that has been deleted or moved since`;
    if (content !== undefined) throw new DeliveryError(`${was}: Discord lets nobody change it any more`, { passing: false });
    try {
      await this.#api.deleteMessage(channel.id, id, signal);
    } catch (error) {
      if (isMessageGone(error)) return;
      if (!isForbidden(error)) throw error;
      throw new DeliveryError(`${was}: to take it back, the bot needs the permission Manage Messages there`, { passing: false });
    }
  }
}
