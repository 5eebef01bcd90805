/** What happened in a room while the bridge did not hear it. */
import {
  type Client,
  DiscordAPIError,
  type Message as DiscordMessage,
  type FetchMessagesOptions,
  type GuildTextBasedChannel,
  LimitedCollection,
  SnowflakeUtil,
} from 'discord.js';
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.ts';
import { pageSize } from './api.ts';
import { reasonOf } from './faults.ts';

/** Of the messages of a room that were missed. */
const maxPages = 50;
/** What is older is news to nobody: the core sums up what waited as long, in milliseconds. */
const maxAge = 24 * 60 * 60_000;
/** Between tries to fetch, in milliseconds; the pauses double. */
const firstPause = 1_000;
const longestPause = 30_000;

/** What became of messages that were heard before. */
interface Changed {
  edited(message: DiscordMessage<true>): void;
  deleted(messageId: string): void;
}

export class Missed {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #signal: AbortSignal;

  /** @param options.signal aborted when nobody wants to know any more */
  constructor(client: Client, options: { clock: Clock; log: Logger; signal: AbortSignal }) {
    this.#client = client;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#signal = options.signal;
  }

  /** What was said in a room after a message, oldest first, in pieces. Never rejects: what can't be had is told to the operator. */
  async said(room: string, after: string, pass: (messages: readonly DiscordMessage<true>[]) => void): Promise<void> {
    const channel = this.#channel(room);
    if (channel === undefined) return;
    let last = after;
    try {
      last = await this.#recent(channel, after);
      for (let pages = 0; pages < maxPages; pages++) {
        const page = await this.#fetch(channel, { after: last, limit: pageSize });
        pass(page);
        if (page.length < pageSize) return;
        last = newestOf(page);
      }
      this.#lost(channel, last, this.#clock.now(), `it is more than ${maxPages * pageSize} messages`);
    } catch (error) {
      this.#lost(channel, last, this.#clock.now(), reasonOf(error));
    }
  }

  /**
   * What was edited or deleted of the messages that were heard last. Never rejects: then changes are missed, and no text is.
   * @param heard their ids, oldest first
   */
  async changed(room: string, heard: readonly string[], { edited, deleted }: Changed): Promise<void> {
    const channel = this.#channel(room);
    const newest = heard.at(-1);
    if (channel === undefined || newest === undefined) return;
    try {
      const page = await this.#fetch(channel, { before: `${BigInt(newest) + 1n}`, limit: pageSize });
      // Nothing at all is what Discord gives to a bot that may not read.
      if (page.length === 0) return;
      const there = new Map(page.map((message) => [message.id, message]));
      const oldest =
        page.length < pageSize ? 0n : page.reduce((least, { id }) => (BigInt(id) < least ? BigInt(id) : least), BigInt(newest));
      for (const id of heard) {
        const message = there.get(id);
        if (message === undefined && BigInt(id) >= oldest) deleted(id);
        else if (message !== undefined && message.editedTimestamp !== null) edited(message);
      }
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#log.warn(`What was edited and deleted meanwhile in ${nameOf(channel)} is not known: ${reasonOf(error)}`);
    }
  }

  /**
   * The newest messages of a room up to one, the newest first; none where they can't be had. Those that were not heard yet must not be
   * among them: discord.js would not tell of one that it knows.
   */
  async heard(room: string, upTo: string): Promise<readonly DiscordMessage<true>[]> {
    const channel = this.#channel(room);
    if (channel === undefined || upTo === '0') return [];
    // discord.js would keep the reactions of which there are none any more.
    for (const message of channel.messages.cache.values()) message.reactions.cache.clear();
    return (await this.ask(() => this.#fetch(channel, { before: `${BigInt(upTo) + 1n}`, limit: pageSize }))) ?? [];
  }

  /** The answer to a question that is not worth much; undefined when there is none. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!this.#signal.aborted) this.#log.warn(`Who reacted to what meanwhile on Discord is not known: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** The id after which to fetch: that of the last message heard, or where everything older is too old. */
  async #recent(channel: GuildTextBasedChannel, after: string): Promise<string> {
    const limit = SnowflakeUtil.generate({ timestamp: this.#clock.now() - maxAge }).toString();
    if (BigInt(after) >= BigInt(limit)) return after;
    const [first] = await this.#fetch(channel, { after, limit: 1 });
    const tooOld = first !== undefined && BigInt(first.id) < BigInt(limit);
    if (tooOld) this.#lost(channel, first.id, SnowflakeUtil.timestampFrom(limit), 'it is more than a day old');
    return tooOld ? limit : after;
  }

  /** A passing fault passes; what Discord itself refuses stays refused. */
  async #fetch(channel: GuildTextBasedChannel, options: FetchMessagesOptions): Promise<readonly DiscordMessage<true>[]> {
    keepAnswered(channel);
    for (let pause = firstPause; ; pause *= 2) {
      try {
        return [...(await channel.messages.fetch(options)).values()];
      } catch (error) {
        if (error instanceof DiscordAPIError || pause > longestPause || this.#signal.aborted) throw error;
        await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
      }
    }
  }

  #lost(channel: GuildTextBasedChannel, from: string, until: number, why: string): void {
    if (this.#signal.aborted) return;
    const [begin, end] = [SnowflakeUtil.timestampFrom(from), until].map((ms) => new Date(ms).toISOString().slice(0, 19));
    this.#log.error(
      `What was said in ${nameOf(channel)} from ${begin} to ${end} UTC, while the bridge could not hear, is not fetched: ${why}`,
    );
  }

  #channel(room: string): GuildTextBasedChannel | undefined {
    const channel = this.#client.channels.cache.get(room);
    return channel?.isTextBased() && !channel.isDMBased() ? channel : undefined;
  }
}

/** Each message of a page may come with another one that it answers, and is read only when all are there. */
function keepAnswered({ messages: { cache } }: GuildTextBasedChannel): void {
  if (cache instanceof LimitedCollection) cache.maxSize = Math.max(cache.maxSize, 2 * pageSize);
}

function nameOf({ name, guild }: GuildTextBasedChannel): string {
  return `#${name} in ${guild.name}`;
}

function newestOf(messages: readonly DiscordMessage[]): string {
  return `${messages.reduce((newest, { id }) => (BigInt(id) > newest ? BigInt(id) : newest), 0n)}`;
}
