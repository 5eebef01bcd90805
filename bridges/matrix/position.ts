/** Up to where all that happened was told, kept over a restart. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import { Kept } from './kept.ts';

const told = z.object({
  /** Its id; empty when there was none yet. */
  event: z.string(),
  /** Milliseconds since the epoch, by the clock of whoever sent it. */
  at: z.number(),
});

const positionSchema = z.object({
  /** Whose it is: a token is worth nothing to another account. */
  user: z.string(),
  /** The homeserver's token; absent at the first start, and when the homeserver has forgotten it. */
  since: z.string().optional(),
  /** The last event told of each room that is followed. */
  rooms: z.record(z.string(), told),
});

/** The last event of a room that was told. */
export type Told = z.infer<typeof told>;
export type Position = z.infer<typeof positionSchema>;

/** The position in the adapter's memory. */
export class Positions {
  readonly #kept: Kept;

  constructor(memory: Memory, log: Logger) {
    this.#kept = new Kept(memory, 'sync', log);
  }

  /** Where an account was; at the beginning, if that isn't known. */
  async recall(user: string): Promise<Position> {
    const { success, data } = positionSchema.safeParse(await this.#kept.recall());
    return success && data.user === user ? data : { user, rooms: {} };
  }

  /**
   * Writes a position down, and waits for nothing: if that is late or lost, what the core knows already is told again, and it takes
   * each event once.
   */
  keep(position: Position): void {
    this.#kept.keep(position);
  }

  /** Resolves when the last position is written. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }
}
