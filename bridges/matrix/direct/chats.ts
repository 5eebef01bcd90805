/** The private chats with people on Matrix, kept over a restart: which room is with whom, and who of us is in it. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';
import type { PlayerParty, UserParty } from '../../../src/event.ts';
import { Kept } from '../kept.ts';

const partner = z.looseObject({ kind: z.enum(['player', 'user']) });
const chat = z.object({
  room: z.string(),
  /** The person. */
  user: z.string(),
  /** Who of us is in it: the bridge's own account, or a ghost. */
  own: z.string(),
  /** Whom the ghost stands for. */
  partner: partner.optional().transform((one) => one as PlayerParty | UserParty | undefined),
});

/** One private chat. */
export type Chat = z.infer<typeof chat>;

/** So many are followed: those that were used last. */
const maxChats = 1_000;
/** So many of one person, who could have opened them all: nobody else's are forgotten for them. */
const maxEach = 50;

export class DirectChats {
  readonly #kept: Kept;
  /** By room, the one that was used last at the end. */
  readonly #chats = new Map<string, Chat>();

  constructor(memory: Memory, log: Logger) {
    this.#kept = new Kept(memory, 'direct', log);
  }

  /** Recalls what an earlier process knew. Rejects when the memory can't be read. */
  async restore(): Promise<void> {
    const found = z.array(chat).safeParse(await this.#kept.recall()).data ?? [];
    for (const one of found) if (!this.#chats.has(one.room)) this.#chats.set(one.room, one);
  }

  /** Resolves when all that is known is kept. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }

  /** The ids of all rooms. */
  rooms(): readonly string[] {
    return [...this.#chats.keys()];
  }

  in(room: string): Chat | undefined {
    return this.#chats.get(room);
  }

  /** The chat of a person with one of us. */
  between(user: string, own: string): Chat | undefined {
    return [...this.#chats.values()].findLast((one) => one.user === user && one.own === own);
  }

  /** A chat is used now. */
  note(one: Chat): void {
    this.#chats.delete(one.room);
    this.#chats.set(one.room, one);
    const theirs = [...this.#chats.values()].filter(({ user }) => user === one.user);
    const [oldest] = theirs.length > maxEach ? theirs.map(({ room }) => room) : this.#chats.keys();
    if ((theirs.length > maxEach || this.#chats.size > maxChats) && oldest !== undefined) this.#chats.delete(oldest);
    this.#keep();
  }

  /** A room is no private chat any more. */
  forget(room: string): void {
    if (this.#chats.delete(room)) this.#keep();
  }

  #keep(): void {
    this.#kept.keep([...this.#chats.values()]);
  }
}
