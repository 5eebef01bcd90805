/** The private chats that the bot has, kept over a restart: with whom, and up to where each was heard. */
import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';

const chat = z.object({ user: z.string(), channel: z.string(), last: z.string().regex(/^\d{1,20}$/) });

/** One private chat. */
type Chat = z.infer<typeof chat>;

/** So many are remembered: those that were used last. */
const maxChats = 200;
const key = 'direct';

export class DirectChats {
  readonly #memory: Memory;
  /** By channel, the one that was used last at the end. */
  readonly #chats = new Map<string, Chat>();
  #loading: Promise<void> | undefined;
  #writing = false;
  #isStale = false;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Recalls what an earlier process knew. Never rejects: what can't be read begins anew. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** The channel of the chat with a user, where it is known. */
  async channelOf(userId: string): Promise<string | undefined> {
    await this.load();
    return [...this.#chats.values()].find(({ user }) => user === userId)?.channel;
  }

  /** The channel of the chat with a user is known now; what was said there before is not heard. @param last the id up to where */
  opened(user: string, channel: string, last: string): void {
    this.#put({ user, channel, last: this.#chats.get(channel)?.last ?? last });
  }

  /** A channel is not the chat with anybody any more. */
  forget(channel: string): void {
    this.#chats.delete(channel);
    this.#write();
  }

  /** The id up to which a chat was heard. */
  heardUpTo(channel: string): string | undefined {
    return this.#chats.get(channel)?.last;
  }

  /** A message was heard, and is taken. */
  heard(user: string, channel: string, messageId: string): void {
    const last = this.#chats.get(channel)?.last ?? '0';
    this.#put({ user, channel, last: BigInt(messageId) > BigInt(last) ? messageId : last });
  }

  /** The channels of those that were used last, the latest first. */
  latest(most: number): string[] {
    return [...this.#chats.keys()].reverse().slice(0, most);
  }

  #put(one: Chat): void {
    this.#chats.delete(one.channel);
    this.#chats.set(one.channel, one);
    const [oldest] = this.#chats.keys();
    if (this.#chats.size > maxChats && oldest !== undefined) this.#chats.delete(oldest);
    this.#write();
  }

  async #load(): Promise<void> {
    const kept = await this.#memory.get(key).catch(() => undefined);
    const found = z.array(chat).safeParse(parseJson(kept)).data ?? [];
    const newer = [...this.#chats.values()];
    this.#chats.clear();
    for (const one of [...found, ...newer]) this.#chats.set(one.channel, one);
  }

  /** One after the other. An older position does no harm, since the core takes everything only once. */
  #write(): void {
    this.#isStale = true;
    if (!this.#writing) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    await this.load();
    while (this.#isStale) {
      this.#isStale = false;
      await this.#memory.set(key, JSON.stringify([...this.#chats.values()])).catch(() => {});
    }
    this.#writing = false;
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
}
