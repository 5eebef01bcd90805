import { RESTJSONErrorCodes, SnowflakeUtil } from 'discord.js';
import { DeliveryError } from '../../src/adapter.ts';
import type { Clock } from '../../src/clock.ts';
import type { Message } from '../../src/event.ts';
import type { Api, Channel, Shown, Webhook } from './api.ts';
import { codeOf, deliveryFault, isDoubtful, isWebhookGone, refusedFields } from './faults.ts';
import { isChannelId } from './findings.ts';
import { type Identity, identityOf, withoutRefused } from './identity.ts';
import { contentsOf } from './outgoing.ts';

/** How far a message has come that could not be shown at once. */
interface Progress {
  /** The number of parts that are shown. */
  shown: number;
  /** Whether the next part may be there too, although Discord didn't say so. */
  doubtful: boolean;
}

/** Half-shown messages that are remembered; the oldest is forgotten first. */
const maxHalfShown = 1_000;
/** How far Discord's clock may be behind ours, in milliseconds. */
const clockSkew = 60_000;

/** Where a room's messages go to. */
interface Target {
  readonly channel: Channel;
  /** The room in words for people: `#general in Guild`. */
  readonly where: string;
}

/** Shows messages through one webhook per channel. */
export class Sender {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #template: string;
  readonly #applicationId: (signal: AbortSignal) => Promise<string>;
  readonly #targets = new Map<string, Target>();
  /** By channel; threads use that of their channel. */
  readonly #webhooks = new Map<string, Promise<Webhook>>();
  readonly #halfShown = new Map<string, Progress>();
  /** The last message that was shown in each room. */
  readonly #last = new Map<string, string>();

  constructor(api: Api, options: { clock: Clock; template: string; applicationId: (signal: AbortSignal) => Promise<string> }) {
    this.#api = api;
    this.#clock = options.clock;
    this.#template = options.template;
    this.#applicationId = options.applicationId;
  }

  /**
   * Shows a message, in several parts if it is long. One that failed half-way goes on where it stopped when it is sent again.
   * @throws {DeliveryError}
   */
  async send(room: string, message: Message, signal: AbortSignal): Promise<void> {
    const key = `${room} ${message.id}`;
    const progress = this.#halfShown.get(key) ?? { shown: 0, doubtful: false };
    this.#halfShown.delete(key);
    try {
      const identity = identityOf(message, this.#template);
      const contents = contentsOf(message);
      while (progress.shown < contents.length) {
        await this.#show(room, identity, contents[progress.shown] ?? '', progress, signal);
        progress.shown += 1;
        progress.doubtful = false;
      }
    } catch (error) {
      const fault = deliveryFault(error, this.#targets.get(room)?.where ?? room, 'Manage Webhooks');
      if (fault.passing) this.#remember(key, progress);
      if (codeOf(error) === RESTJSONErrorCodes.UnknownChannel) this.#targets.delete(room);
      throw fault;
    }
  }

  #remember(key: string, progress: Progress): void {
    this.#halfShown.set(key, progress);
    const [oldest] = this.#halfShown.keys();
    if (this.#halfShown.size > maxHalfShown && oldest !== undefined) this.#halfShown.delete(oldest);
  }

  async #show(room: string, identity: Identity, content: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const { channel } = await this.#target(room, signal);
    const home = channel.threadOf ?? channel.id;
    let webhook = await this.#webhook(home, signal);
    if (progress.doubtful && (await this.#isShown(channel, webhook, identity, content, signal))) return;
    const attempt = (as: Identity) => this.#execute(channel, webhook, as, content, progress, signal);
    try {
      await attempt(identity);
    } catch (error) {
      const refused = refusedFields(error);
      if (isWebhookGone(error)) {
        this.#webhooks.delete(home);
        webhook = await this.#webhook(home, signal);
        await attempt(identity);
      } else if (refused.includes('username') || refused.includes('avatar_url')) await attempt(withoutRefused(identity, refused));
      else throw error;
    }
  }

  async #execute(
    channel: Channel,
    webhook: Webhook,
    identity: Identity,
    content: string,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const threadId = channel.threadOf === undefined ? undefined : channel.id;
    if (!this.#last.has(channel.id)) {
      this.#last.set(channel.id, SnowflakeUtil.generate({ timestamp: this.#clock.now() - clockSkew }).toString());
    }
    progress.doubtful = true;
    try {
      const { id } = await this.#api.execute(webhook, threadId, identity, content, signal);
      this.#last.set(channel.id, id);
    } catch (error) {
      progress.doubtful = isDoubtful(error);
      throw error;
    }
  }

  /** Whether a part whose sending seemed to fail is in the channel after all: Discord can't be told to take it only once. */
  async #isShown(channel: Channel, webhook: Webhook, identity: Identity, content: string, signal: AbortSignal): Promise<boolean> {
    let messages: readonly Shown[] = [];
    try {
      messages = await this.#api.messagesAfter(channel.id, this.#last.get(channel.id) ?? '0', signal);
    } catch (error) {
      // Without Read Message History, shown twice is better than never shown.
      if (codeOf(error) === undefined) throw error;
    }
    const found = messages.find(
      (message) => message.webhookId === webhook.id && message.content === content && message.username === identity.username,
    );
    if (found !== undefined) this.#last.set(channel.id, found.id);
    return found !== undefined;
  }

  async #target(room: string, signal: AbortSignal): Promise<Target> {
    const known = this.#targets.get(room);
    if (known !== undefined) return known;
    if (!isChannelId(room)) throw new DeliveryError(`There is no Discord channel ${room}`, { passing: false });
    const channel = await this.#api.channel(room, signal);
    const guild = channel.guildId === undefined ? undefined : await this.#api.guild(channel.guildId, signal);
    const target = { channel, where: `#${channel.name} in ${guild?.name ?? 'a private conversation'}` };
    this.#targets.set(room, target);
    return target;
  }

  #webhook(channelId: string, signal: AbortSignal): Promise<Webhook> {
    const known = this.#webhooks.get(channelId);
    if (known !== undefined) return known;
    const found = this.#applicationId(signal).then((id) => this.#api.webhook(channelId, id, signal));
    this.#webhooks.set(channelId, found);
    found.catch(() => this.#webhooks.delete(channelId));
    return found;
  }
}
