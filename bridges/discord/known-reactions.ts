import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import { type Emoji, nativeIdIn, type Reaction, type ReactionRemoval } from '../../src/event.ts';
import { Notebook } from './notebook.ts';
import { customEmojiId } from './reactions.ts';

/** So many of the messages of a room that people reacted to are remembered, and so many of those who reacted to each. */
const maxMessages = 50;
const maxReactions = 200;

/** Somebody's reaction: the id or name of the emoji, the emoji and whose it is. */
type Known = readonly [key: string, emoji: Emoji, userId: string];

const kept = z.array(
  z.tuple([
    z.string(),
    z.array(z.tuple([z.string(), z.object({ name: z.string(), url: z.string().exactOptional() }), z.string()])),
  ]),
);

/** The reactions that the core was told of, kept over a restart: what changed while nobody listened is found by them. */
export class KnownReactions {
  readonly #notebook: Notebook;
  /** By room and native id of the message; what was reacted to last comes last. */
  readonly #rooms = new Map<string, Map<string, readonly Known[]>>();

  constructor(memory: Memory) {
    this.#notebook = new Notebook(memory);
  }

  /** Comes before everything else about a room. */
  async load(room: string): Promise<void> {
    if (this.#rooms.has(room)) return;
    this.#rooms.set(room, new Map(parse(await this.#notebook.read(keyOf(room)))));
  }

  /** Who reacted to a message, as far as it is remembered. */
  of(room: string, nativeId: string): readonly Known[] {
    return this.#rooms.get(room)?.get(nativeId) ?? [];
  }

  /** The core has taken this. */
  note(event: Reaction | ReactionRemoval): void {
    const { place } = event;
    const nativeId = nativeIdIn(place, event.target);
    if (place.kind !== 'room' || nativeId === undefined) return;
    const messages = this.#rooms.get(place.room) ?? new Map<string, readonly Known[]>();
    this.#rooms.set(place.room, messages);
    const left = (messages.get(nativeId) ?? []).filter((known) => !isOf(known, event));
    messages.delete(nativeId);
    const now: readonly Known[] =
      event.kind === 'reaction' ? [...left, [emojiKey(event.emoji), event.emoji, event.author.id]] : left;
    if (now.length > 0) messages.set(nativeId, now.slice(-maxReactions));
    const [oldest] = messages.keys();
    if (messages.size > maxMessages && oldest !== undefined) messages.delete(oldest);
    void this.#notebook.write(keyOf(place.room), () => JSON.stringify([...messages]));
  }
}

/** What tells an emoji from others: the id of a custom one, which may be renamed. */
export function emojiKey(emoji: Emoji): string {
  return customEmojiId(emoji) ?? emoji.name;
}

/** Whether a reaction is the one that was heard of again, or one of those that were taken back. */
function isOf([key, , userId]: Known, event: Reaction | ReactionRemoval): boolean {
  const by = event.kind === 'reaction' ? event.author.id : event.userId;
  return (by === undefined || by === userId) && (event.emoji === undefined || emojiKey(event.emoji) === key);
}

/** What can't be read is forgotten: a file can be damaged. */
function parse(json = '[]'): z.infer<typeof kept> {
  try {
    return kept.parse(JSON.parse(json));
  } catch {
    return [];
  }
}

function keyOf(room: string): string {
  return `reactions/${room}`;
}
