import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';
import { Changes, changesSchema } from './changes.ts';

const schema = z.object({
  message: z.string().optional(),
  print: z.string().optional(),
  topicAt: z.number().default(0),
  changes: changesSchema.default([]),
});

/** What is remembered of a status message. */
export class StatusRecord {
  /** The id of the message, and the print of what it says. */
  message: string | undefined;
  print: string | undefined;
  /** When the topic was set last, in milliseconds since the epoch. */
  topicAt: number;
  readonly changes: Changes;
  readonly #memory: Memory;
  readonly #key: string;

  private constructor(memory: Memory, key: string, { message, print, topicAt, changes }: z.infer<typeof schema>) {
    this.#memory = memory;
    this.#key = key;
    this.message = message;
    this.print = print;
    this.topicAt = topicAt;
    this.changes = new Changes(changes);
  }

  /** As it was kept, or an empty one. */
  static async load(memory: Memory, key: string): Promise<StatusRecord> {
    const kept = (await memory.get(key)) ?? '{}';
    let read: unknown = {};
    try {
      read = JSON.parse(kept);
    } catch {
      // Another version wrote it: the worst that comes of it is a second message.
    }
    return new StatusRecord(memory, key, schema.catch({ topicAt: 0, changes: [] }).parse(read));
  }

  /** Keeps it. */
  async save(): Promise<void> {
    const { message, print, topicAt, changes } = this;
    await this.#memory.set(this.#key, JSON.stringify({ message, print, topicAt, changes: changes.entries }));
  }
}
