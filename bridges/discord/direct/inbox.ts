/** Hears what people say to the bot in private, each message once and in order, also what was said while the bridge was away. */
import {
  ChannelType,
  type Client,
  DiscordAPIError,
  type Message as DiscordMessage,
  type DMChannel,
  Events,
  MessageType,
  type PartialDMChannel,
} from 'discord.js';
import type { Logger } from 'pino';
import type { DirectMessage } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import type { Place, RoomRef } from '../../../src/event.ts';
import { eventId } from '../../../src/event.ts';
import { reasonOf } from '../faults.ts';
import { authorOf } from '../incoming/author.ts';
import { withMedia } from '../incoming/cdn-path.ts';
import { contentOf } from '../incoming/content.ts';
import type { RoomPlace } from '../native-id.ts';
import type { DirectChats } from './chats.ts';
import { isStranger } from './stranger.ts';

/** Of so many chats, those that were used last, is asked what was said meanwhile: it takes a request for each. */
const maxChats = 50;
const pageSize = 100;
/** Between tries to fetch, in milliseconds; the pauses double. */
const firstPause = 1_000;
const longestPause = 30_000;

export interface DirectInboxOptions {
  readonly chats: DirectChats;
  /** The mapped channels. */
  readonly rooms: readonly RoomRef[];
  /** Whether the application is told who joins, leaves and changes. */
  readonly guildMembers: boolean;
  readonly placeOf: (room: RoomRef) => RoomPlace;
  /** Resolves when it is taken. */
  readonly direct: (message: DirectMessage) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class DirectInbox {
  readonly #client: Client;
  readonly #options: DirectInboxOptions;
  /** By channel, the end of what is under way there. */
  readonly #turns = new Map<string, Promise<void>>();
  /** What is said while it isn't clear whether something was missed before it. */
  #held: DiscordMessage[] | undefined;

  constructor(client: Client, options: DirectInboxOptions) {
    this.#client = client;
    this.#options = options;
    client.on(Events.MessageCreate, (message) => {
      if (message.channel.type !== ChannelType.DM || message.author.bot || message.author.system) return;
      if (this.#held) this.#held.push(message);
      else this.#hearNext(message);
    });
  }

  /** The connection breaks, or is not there yet: what comes then is held back. */
  hold(): void {
    this.#held ??= [];
  }

  /** Nothing was missed: what was held back is heard. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) this.#hearNext(message);
  }

  /** What was missed is heard, in the chats that were used last, then what was held back. */
  async catchUp(): Promise<void> {
    await this.#options.chats.load();
    for (const channel of this.#options.chats.latest(maxChats)) this.#inTurn(channel, () => this.#fetchMissed(channel));
    this.release();
  }

  #hearNext(message: DiscordMessage): void {
    this.#inTurn(message.channelId, () => this.#hear(message));
  }

  #inTurn(channel: string, act: () => Promise<void>): void {
    const before = this.#turns.get(channel) ?? Promise.resolve();
    const turn = before.then(act).catch((error: unknown) => {
      this.#options.log.warn(`What somebody said to the bot in private was not heard: ${reasonOf(error)}`);
    });
    this.#turns.set(channel, turn);
    void turn.then(() => {
      if (this.#turns.get(channel) === turn) this.#turns.delete(channel);
    });
  }

  async #fetchMissed(channelId: string): Promise<void> {
    const channel = await this.#client.channels.fetch(channelId);
    const after = this.#options.chats.heardUpTo(channelId);
    if (channel?.type !== ChannelType.DM || after === undefined || (channel.lastMessageId ?? '0') === after) return;
    const found = await this.#fetch(channel, after);
    const missed = [...found.values()].filter(({ author }) => !author.bot && !author.system);
    for (const message of missed.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))) await this.#hear(message);
  }

  /** A passing fault passes; what Discord itself refuses stays refused. */
  async #fetch({ messages }: DMChannel | PartialDMChannel, after: string) {
    for (let pause = firstPause; ; pause *= 2) {
      try {
        return await messages.fetch({ after, limit: pageSize });
      } catch (error) {
        if (error instanceof DiscordAPIError || pause > longestPause) throw error;
        await new Promise<void>((resolve) => this.#options.clock.after(pause, resolve));
      }
    }
  }

  async #hear(message: DiscordMessage): Promise<void> {
    const { chats, direct } = this.#options;
    const { id, channelId, author, type } = message;
    await chats.load();
    if (BigInt(id) <= BigInt(chats.heardUpTo(channelId) ?? '0')) return;
    if (type === MessageType.Default || type === MessageType.Reply) {
      const { rooms, guildMembers } = this.#options;
      const stranger = await isStranger(this.#client, author.id, rooms, !guildMembers);
      await direct({ ...this.#toDirect(message), ...(stranger && { isStranger: true }) });
    }
    chats.heard(author.id, channelId, id);
  }

  #toDirect(message: DiscordMessage): DirectMessage {
    const { id, channelId, author, createdTimestamp: at, reference } = message;
    const place: Place = this.#options.placeOf(channelId as RoomRef);
    const { body, attachments, emote } = contentOf(message);
    const answered = reference?.channelId === channelId ? reference.messageId : undefined;
    return {
      id: eventId(place, id),
      at,
      place,
      author: authorOf(author, null),
      body,
      attachments: withMedia(attachments, place.adapter),
      ...(emote && { emote }),
      ...(answered !== undefined && { inReplyTo: answered }),
    };
  }
}
