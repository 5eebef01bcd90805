/** Up to where all that happened was told, kept over a restart. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import { describe } from './homeserver.ts';

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

const memoryKey = 'sync';

/** The position in the adapter's memory. */
export class Positions {
  readonly #memory: Memory;
  readonly #log: Logger;
  /** What is still to be written; older positions are worth nothing then. */
  #latest: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(memory: Memory, log: Logger) {
    this.#memory = memory;
    this.#log = log;
  }

  /** Where an account was; at the beginning, if that isn't known. */
  async recall(user: string): Promise<Position> {
    const { success, data } = positionSchema.safeParse(parseJson(await this.#memory.get(memoryKey)));
    return success && data.user === user ? data : { user, rooms: {} };
  }

  /**
   * Writes a position down, and waits for nothing: if that is late or lost, what the core knows already is told again, and it takes
   * each event once.
   */
  keep(position: Position): void {
    this.#latest = JSON.stringify(position);
    this.#writing ??= this.#write();
  }

  /** Resolves when the last position is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** One after the other, so that a disk that is full leaves one waiting and not thousands. */
  async #write(): Promise<void> {
    try {
      while (this.#latest !== undefined) {
        const value = this.#latest;
        this.#latest = undefined;
        await this.#memory.set(memoryKey, value);
      }
    } catch (fault) {
      this.#log.warn(`Matrix: the position could not be kept (${describe(fault)}). It is written again with the next event.`);
    } finally {
      this.#writing = undefined;
    }
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
