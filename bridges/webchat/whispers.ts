/**
 * Whispers of those who use the page: the latest of each, for the pages that they open. What they have read is in memory only, since it is
 * for one pair of eyes; what waits until they are back is kept over a restart.
 */
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import type { Author } from '../../src/event.ts';
import { Recent } from '../../src/recent.ts';
import type { WhisperEntry } from '../../web/chat/wire.ts';
import { Slots } from './slots.ts';

/** So many are known of one user, of so many users. */
const MAX_EACH = 50;
const MAX_USERS = 500;
/** So many wait altogether, and for so long, in milliseconds: then nobody comes back to read them. */
const MAX_WAITING = 1_000;
const MAX_WAIT = 30 * 86_400_000;

/** Written by us: only what could have been left by another version is looked at. */
const entry = z.custom<WhisperEntry>(
  (given) => z.object({ id: z.string(), at: z.int(), body: z.array(z.unknown()) }).safeParse(given).success,
);
const row = z.object({ userId: z.string(), entry });
type Row = z.infer<typeof row>;

/** The whispers of everybody. */
export class WhisperLog {
  readonly #slots: Slots<Row>;
  readonly #known = new Recent<Author['id'], readonly WhisperEntry[]>(MAX_USERS);
  /** Those that nobody has read, by slot, the oldest first. */
  readonly #waiting = new Map<number, Row>();

  constructor(memory: Memory) {
    this.#slots = new Slots({ memory, name: 'whisper', size: MAX_WAITING, schema: row });
  }

  /** Recalls what waits. @param now in milliseconds since the epoch */
  async load(now: number): Promise<void> {
    const rows = [...(await this.#slots.load())].sort(([, one], [, other]) => one.entry.at - other.entry.at);
    for (const [slot, waiting] of rows) {
      if (waiting.entry.at + MAX_WAIT > now) this.#waiting.set(slot, waiting);
      else await this.#slots.put(slot, undefined);
    }
  }

  /** Whether a user has one already. */
  has(userId: Author['id'], id: string): boolean {
    return this.of(userId).some((one) => one.id === id);
  }

  /** A user's whispers, the oldest first. */
  of(userId: Author['id']): readonly WhisperEntry[] {
    const known = this.#known.get(userId) ?? [];
    const ids = new Set(known.map(({ id }) => id));
    const waiting = [...this.#waiting.values()].filter((one) => one.userId === userId && !ids.has(one.entry.id));
    return [...waiting.map((one) => one.entry), ...known];
  }

  /** Notes one that they have read, or wrote. */
  add(userId: Author['id'], whisper: WhisperEntry): void {
    this.#known.set(userId, [...(this.#known.get(userId) ?? []), whisper].slice(-MAX_EACH));
  }

  /** Keeps one until they are back. Resolves when it is kept: with whether there was room for it. */
  async keep(userId: Author['id'], whisper: WhisperEntry): Promise<boolean> {
    const own = [...this.#waiting.values()].filter((one) => one.userId === userId);
    if (own.length >= MAX_EACH || this.#waiting.size >= MAX_WAITING) return false;
    let slot = 0;
    while (this.#waiting.has(slot)) slot++;
    const waiting = { userId, entry: whisper };
    this.#waiting.set(slot, waiting);
    await this.#slots.put(slot, waiting);
    return true;
  }

  /** They have read what waited. Resolves when it is kept no more. */
  async read(userId: Author['id']): Promise<void> {
    const own = [...this.#waiting].filter(([, one]) => one.userId === userId);
    for (const [slot, { entry: whisper }] of own) {
      this.#waiting.delete(slot);
      this.add(userId, whisper);
    }
    await Promise.all(own.map(([slot]) => this.#slots.put(slot, undefined)));
  }
}
