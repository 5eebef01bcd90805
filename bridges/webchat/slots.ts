/** Rows of one kind that are kept over a restart, of which there can only be so many. */
import type { z } from 'zod';
import type { Memory } from '../../src/adapter.ts';

/** Where rows are kept. */
export interface SlotsOptions<Row> {
  readonly memory: Memory;
  /** What they are kept under. */
  readonly name: string;
  /** How many there can be. */
  readonly size: number;
  readonly schema: z.ZodType<Row>;
}

/** A table with numbered slots. */
export class Slots<Row> {
  readonly #options: SlotsOptions<Row>;

  constructor(options: SlotsOptions<Row>) {
    this.#options = options;
  }

  /** All rows with their slots. What can't be understood is an empty slot. */
  async load(): Promise<readonly (readonly [slot: number, row: Row])[]> {
    const { memory, size } = this.#options;
    const texts = await Promise.all(Array.from({ length: size }, (_, slot) => memory.get(this.#key(slot))));
    return texts.flatMap((text, slot) => {
      const row = text === undefined || text === '' ? undefined : this.#read(text);
      return row === undefined ? [] : [[slot, row] as const];
    });
  }

  /** Puts a row into a slot, in place of what is there; nothing empties it. Resolves when that is kept. */
  put(slot: number, row: Row | undefined): Promise<void> {
    return this.#options.memory.set(this.#key(slot), row === undefined ? '' : JSON.stringify(row));
  }

  #key(slot: number): string {
    return `${this.#options.name}/${slot}`;
  }

  #read(text: string): Row | undefined {
    try {
      return this.#options.schema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }
}
