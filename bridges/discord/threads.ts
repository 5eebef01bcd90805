/** The threads of the rooms, which are heard as part of them. */
import { type Channel, ChannelType, type Client, Events, type PublicThreadChannel, SnowflakeUtil } from 'discord.js';
import type { Logger } from 'pino';
import { reasonOf } from './faults.ts';

/** Whether what is said in the threads of a mapped channel is carried. */
export type ThreadRule = 'mirror' | 'ignore';

/** So many threads are known at a time: whoever starts them by the thousand shall not grow memory. */
const maxThreads = 2_000;
/** Of the threads of a channel that were closed lately. */
const maxPages = 5;

interface ThreadsOptions {
  readonly rule: ThreadRule;
  readonly rooms: readonly string[];
  readonly log: Logger;
}

/** Knows which thread belongs to which room. */
export class Threads {
  readonly #client: Client;
  readonly #options: ThreadsOptions;
  /** From thread to room, the one that was seen last at the end. */
  readonly #rooms = new Map<string, string>();
  readonly #forgotten: (thread: string) => void;

  /** @param forgotten called for a thread that is not known any more, since it was deleted or many others are in use */
  constructor(client: Client, options: ThreadsOptions, forgotten: (thread: string) => void) {
    this.#client = client;
    this.#options = options;
    this.#forgotten = forgotten;
    client.on(Events.ThreadDelete, ({ id }) => this.#forget(id));
  }

  /**
   * The room that a channel is heard as part of: itself, or the one whose thread it is. Undefined for all others, and for private
   * threads, which are for those who were let in.
   */
  roomOf(channelId: string): string | undefined {
    const { rooms } = this.#options;
    if (rooms.includes(channelId)) return channelId;
    const known = this.#rooms.get(channelId);
    if (known !== undefined) return rooms.includes(known) ? known : undefined;
    const channel = this.#client.channels.cache.get(channelId);
    if (channel === undefined || !this.#isMirrored(channel)) return undefined;
    this.#note(channelId, channel.parentId ?? '');
    return channel.parentId ?? undefined;
  }

  /** A room is heard no more, nor are its threads. */
  leave(room: string): void {
    for (const [thread, parent] of [...this.#rooms]) if (parent === room) this.#forget(thread);
  }

  /** The id of the latest message in the threads of a room that are known, or in the room itself. */
  endOf(room: string): string {
    const channel = this.#client.channels.cache.get(room);
    if (channel === undefined || !('threads' in channel)) return '0';
    const latest = [channel, ...channel.threads.cache.values()].flatMap((one) =>
      'lastMessageId' in one && one.lastMessageId !== null ? [BigInt(one.lastMessageId)] : [],
    );
    return `${latest.reduce((last, id) => (id > last ? id : last), 0n)}`;
  }

  /**
   * The threads of a room in which something may have been said after a message, those that were closed meanwhile included. Never
   * rejects: what can't be had is told to the operator.
   */
  async active(room: string, after: string): Promise<readonly string[]> {
    const channel = this.#client.channels.cache.get(room);
    if (this.#options.rule === 'ignore' || channel === undefined || !('threads' in channel)) return [];
    const found = new Map<string, Channel>(channel.threads.cache);
    const since = SnowflakeUtil.timestampFrom(after);
    try {
      let before: PublicThreadChannel | undefined;
      for (let pages = 0; pages < maxPages; pages++) {
        const page = await channel.threads.fetchArchived({ type: 'public', limit: 100, ...(before && { before }) });
        for (const [id, thread] of page.threads) found.set(id, thread);
        before = page.threads.last() as PublicThreadChannel | undefined;
        if (!page.hasMore || (before?.archiveTimestamp ?? 0) < since) break;
      }
    } catch (error) {
      this.#options.log.warn(`Threads of #${channel.name} that were closed meanwhile are not looked at: ${reasonOf(error)}`);
    }
    const isNews = (thread: Channel) => this.#isMirrored(thread) && BigInt(thread.lastMessageId ?? '0') > BigInt(after);
    return [...found.values()].filter(isNews).flatMap(({ id }) => (this.roomOf(id) === room ? id : []));
  }

  #isMirrored(channel: Channel): channel is PublicThreadChannel {
    const { rule, rooms } = this.#options;
    if (rule === 'ignore' || rooms.includes(channel.id)) return false;
    const isOpen = channel.type === ChannelType.PublicThread || channel.type === ChannelType.AnnouncementThread;
    return isOpen && rooms.includes(channel.parentId ?? '');
  }

  #note(thread: string, room: string): void {
    this.#rooms.set(thread, room);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > maxThreads && oldest !== undefined) this.#forget(oldest);
  }

  #forget(thread: string): void {
    if (this.#rooms.delete(thread)) this.#forgotten(thread);
  }
}
