/** What was learnt of the mapped rooms, kept over a restart. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { Kept } from './kept.ts';

const memory = z.object({
  /** By what a room is configured by: the id of the room that it stands for since it was first found, or was upgraded. */
  rooms: z.record(z.string(), z.string()).catch({}),
  /** The ids of the encrypted rooms that were told what is missing. */
  told: z.array(z.string()).catch([]),
});

/** So many encrypted rooms are remembered. */
const maxTold = 1_000;

export class KnownRooms {
  readonly #kept: Kept;
  readonly #ids = new Map<string, string>();
  readonly #told = new Set<string>();

  constructor(store: Memory, log: Logger) {
    this.#kept = new Kept(store, 'rooms', log);
  }

  /** Recalls what earlier runs knew of rooms that are still mapped. Comes first. */
  async restore(refs: readonly RoomRef[]): Promise<void> {
    const { data } = memory.safeParse(await this.#kept.recall());
    if (data === undefined) return;
    for (const ref of refs) {
      const id = data.rooms[ref];
      if (id !== undefined) this.#ids.set(ref, id);
    }
    for (const id of data.told) this.#told.add(id);
  }

  /** The id of the room that a name stands for; undefined if that is not known yet. */
  idOf(ref: RoomRef): string | undefined {
    return this.#ids.get(ref);
  }

  /** A name stands for this room from now on, whatever becomes of it. */
  learn(ref: RoomRef, id: string): void {
    if (this.#ids.get(ref) === id) return;
    this.#ids.set(ref, id);
    this.#keep();
  }

  /** The name may stand for another room when it comes again. */
  forget(ref: RoomRef): void {
    if (this.#ids.delete(ref)) this.#keep();
  }

  /** Whether an encrypted room was told what is missing. */
  wasTold(roomId: string): boolean {
    return this.#told.has(roomId);
  }

  /** An encrypted room was told what is missing. */
  noteTold(roomId: string): void {
    this.#told.add(roomId);
    const [oldest] = this.#told;
    if (this.#told.size > maxTold && oldest !== undefined) this.#told.delete(oldest);
    this.#keep();
  }

  /** Resolves when all is written. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }

  #keep(): void {
    this.#kept.keep({ rooms: Object.fromEntries(this.#ids), told: [...this.#told] });
  }
}
