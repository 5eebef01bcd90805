import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ServerFacts } from './picture.ts';

export const changesSchema = z.array(z.tuple([z.string(), z.string(), z.number()]));

/** When each server was last otherwise than it is. */
export class Changes {
  #known: ReadonlyMap<string, { readonly print: string; readonly at: number }>;

  /** @param kept what {@link entries} gave once */
  constructor(kept: z.infer<typeof changesSchema>) {
    this.#known = new Map(kept.map(([id, print, at]) => [id, { print, at }]));
  }

  /** Takes note of what servers are like now; those that are not named are forgotten. @param now in Unix seconds */
  note(servers: readonly ServerFacts[], now: number): void {
    this.#known = new Map(
      servers.map((facts) => {
        const print = printOf(facts);
        const before = this.#known.get(facts.id);
        return [facts.id, before?.print === print ? before : { print, at: now }];
      }),
    );
  }

  /** When a server changed, in Unix seconds; 0 for one that is not known. */
  of(id: string): number {
    return this.#known.get(id)?.at ?? 0;
  }

  /** To be kept. */
  get entries(): z.infer<typeof changesSchema> {
    return Array.from(this.#known, ([id, { print, at }]) => [id, print, at]);
  }
}

/** A short text that is another one for everything that is otherwise. */
export function printOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
