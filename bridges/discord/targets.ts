import { DeliveryError } from '../../src/adapter.ts';
import type { Account, Channel, Webhook } from './answers.ts';
import type { Api } from './api.ts';
import { isChannelId } from './findings.ts';
import { nativeIdOf } from './native-id.ts';
import { permissionsOf } from './permissions.ts';

/** Where a room's messages go to. */
export interface Target {
  /** The id of the room that it belongs to: its own, or that of the channel whose thread it is. */
  readonly room: string;
  readonly channel: Channel;
  /** The channel that the webhook belongs to: a thread uses that of its channel. */
  readonly home: string;
  /** Set when it is a thread. */
  readonly threadId: string | undefined;
  /** So large may a file be there, in bytes. */
  readonly fileLimit: number;
  /** The room in words for people: `#general in Guild`. */
  readonly where: string;
}

/** The native id that a message at a target has in its room. */
export function nativeIdAt({ room, channel }: Target, id: string): string {
  return nativeIdOf(room, { channelId: channel.id, id });
}

const mib = 1024 * 1024;
/** By how much a guild is boosted. https://support.discord.com/hc/en-us/articles/360028038352 */
const fileLimits = [10 * mib, 10 * mib, 50 * mib, 100 * mib] as const;

/** So many are remembered: threads come and go. */
const maxTargets = 2_000;

/** Looks up rooms and their webhooks, and remembers them. */
export class Targets {
  readonly #api: Api;
  readonly #account: (signal: AbortSignal) => Promise<Account>;
  readonly #targets = new Map<string, Target>();
  /** By channel. */
  readonly #webhooks = new Map<string, Promise<Webhook>>();

  constructor(api: Api, account: (signal: AbortSignal) => Promise<Account>) {
    this.#api = api;
    this.#account = account;
  }

  /** @throws {DeliveryError} when it can't be a channel's id; what the request throws */
  async of(room: string, signal: AbortSignal): Promise<Target> {
    const known = this.#targets.get(room);
    if (known !== undefined) return known;
    if (!isChannelId(room)) throw new DeliveryError(`There is no Discord channel ${room}`, { passing: false });
    const channel = await this.#api.channel(room, signal);
    const guild = channel.guildId === undefined ? undefined : await this.#api.guild(channel.guildId, signal);
    const target = {
      room,
      channel,
      home: channel.threadOf ?? channel.id,
      threadId: channel.threadOf === undefined ? undefined : channel.id,
      fileLimit: fileLimits[guild?.premiumTier ?? 0] ?? fileLimits[0],
      where: `#${channel.name} in ${guild?.name ?? 'a private conversation'}`,
    };
    this.#targets.set(room, target);
    const [oldest] = this.#targets.keys();
    if (this.#targets.size > maxTargets && oldest !== undefined) this.#targets.delete(oldest);
    return target;
  }

  /** The room in words for people, as far as it is known. */
  where(room: string): string {
    return this.#targets.get(room)?.where ?? room;
  }

  /** Whether a room is known to be a thread. */
  isThread(room: string): boolean {
    return this.#targets.get(room)?.threadId !== undefined;
  }

  forget(room: string): void {
    this.#targets.delete(room);
  }

  /** The webhook through which a room is written to. */
  webhook({ home }: Target, signal: AbortSignal): Promise<Webhook> {
    const known = this.#webhooks.get(home);
    if (known !== undefined) return known;
    const found = this.#account(signal).then(({ applicationId }) => this.#api.webhook(home, applicationId, signal));
    this.#webhooks.set(home, found);
    found.catch(() => this.#webhooks.delete(home));
    return found;
  }

  /** The webhook is gone: the next one is looked up, or made. */
  forgetWebhook({ home }: Target): void {
    this.#webhooks.delete(home);
  }

  /** The id of the application that the webhooks belong to. */
  async applicationId(signal: AbortSignal): Promise<string> {
    return (await this.#account(signal)).applicationId;
  }

  /** What the bot may do in a room now. */
  async permissions({ channel, home }: Target, signal: AbortSignal): Promise<bigint> {
    const { userId } = await this.#account(signal);
    const { guildId = '' } = channel;
    const guild = await this.#api.guild(guildId, signal);
    const roles = await this.#api.roles(guildId, userId, signal);
    const { overwrites } = await this.#api.channel(home, signal);
    return permissionsOf(guild, { id: userId, roles }, overwrites);
  }
}
