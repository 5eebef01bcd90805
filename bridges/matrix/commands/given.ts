/** Which commands were given before: a homeserver tells again what was not acknowledged, also after a kill of the bridge. */
import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';

/** So many are remembered: those that a homeserver may still tell again. */
const maxRemembered = 500;
const memoryKey = 'commands/given';
const keptIds = z.array(z.string()).catch([]);

export class GivenCommands {
  readonly #memory: Memory;
  #ids: Promise<Set<string>> | undefined;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Whether a command is given for the first time; notes it before it is carried out, so that it is carried out once or not at all. */
  async isFirst(eventId: string): Promise<boolean> {
    // What could not be read once may be read the next time.
    this.#ids ??= this.#recall().catch((fault: unknown) => {
      this.#ids = undefined;
      throw fault;
    });
    const ids = await this.#ids;
    if (ids.has(eventId)) return false;
    ids.add(eventId);
    const [oldest] = ids;
    if (ids.size > maxRemembered && oldest !== undefined) ids.delete(oldest);
    await this.#memory.set(memoryKey, JSON.stringify([...ids]));
    return true;
  }

  async #recall(): Promise<Set<string>> {
    return new Set(keptIds.parse(JSON.parse((await this.#memory.get(memoryKey)) ?? '[]')));
  }
}
