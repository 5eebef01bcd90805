import type { Client, Message as DiscordMessage } from 'discord.js';
import type { Missed } from './missed.ts';
import type { MissedReactions } from './missed-reactions.ts';
import type { Order, Talk } from './talk.ts';

type Pass = (messages: readonly DiscordMessage[]) => void;

interface CatchUpOptions extends Order {
  readonly client: Client;
  readonly talk: Talk;
  readonly missed: Missed;
  readonly missedReactions: MissedReactions;
  /** The channels that are heard now. */
  readonly rooms: readonly string[];
}

/** Lets what was missed be heard, at the start and after a break, before what comes then. */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** A room that was never heard begins at its present end; the others go on where they stopped. */
  async begin(): Promise<void> {
    const { client, rooms, hearing, positions, threads, threadPositions } = this.#options;
    for (const room of rooms) {
      // Discord doesn't tell of threads that are closed. What is wrong with a room is said elsewhere.
      if (!client.channels.cache.has(room)) await client.channels.fetch(room).catch(() => {});
      await threadPositions.load(room, threads.endOf(room));
      const last = await positions.load(room);
      if (last !== undefined) {
        hearing.skipTo(room, last);
        continue;
      }
      const channel = client.channels.cache.get(room);
      // One that the bot can't see yet begins when it is seen.
      if (!channel?.isTextBased() || channel.isDMBased() || !channel.viewable) continue;
      hearing.skipTo(room, channel.lastMessageId ?? '0');
      positions.note(room, hearing.heardUpTo(room));
    }
  }

  /** Hears what was missed in all rooms, then what was held back. Never rejects. */
  async run(): Promise<void> {
    const { rooms, hearing, positions, threads, threadPositions } = this.#options;
    await Promise.all(rooms.map((room) => this.#followThreads(room)));
    const done = new Map<string, Promise<void>>();
    const caughtUp = hearing.catchUp((channel, pass) => {
      const room = threads.roomOf(channel) ?? channel;
      const one =
        room === channel ? this.#of(channel, () => positions.said(room), pass) : this.#ofThread(room, channel, done, pass);
      done.set(channel, one);
      return one;
    });
    await threadPositions.during(caughtUp);
  }

  /** Those threads in which something was said meanwhile are heard from where they stopped. */
  async #followThreads(room: string): Promise<void> {
    const { hearing, threads, threadPositions } = this.#options;
    const start = threadPositions.start(room);
    for (const thread of await threads.active(room, start)) hearing.follow(thread, start);
  }

  /** @param rooms waited for, since a thread hangs on what was said in its room */
  async #ofThread(room: string, thread: string, rooms: ReadonlyMap<string, Promise<void>>, pass: Pass): Promise<void> {
    const { hearing, threadPositions } = this.#options;
    // One that was met since the break was never heard before.
    if (hearing.heardUpTo(thread) === '0') hearing.skipTo(thread, threadPositions.start(room));
    await undefined;
    await rooms.get(room);
    await this.#of(thread, () => threadPositions.said(room, thread), pass);
  }

  /** @param said gives the ids of what was heard last in a channel or thread, oldest first */
  async #of(channelId: string, said: () => readonly string[], pass: Pass): Promise<void> {
    const { hearing, talk, missed, missedReactions } = this.#options;
    await missed.changed(channelId, said(), {
      edited: (message) => talk.edited(message),
      deleted: (id) => talk.removed({ id, channelId }),
    });
    await missed.said(channelId, hearing.heardUpTo(channelId), pass);
    const place = talk.placeOf({ channelId });
    if (place) await missedReactions.tell(channelId, place, hearing.heardUpTo(channelId), said());
  }
}
