/** What is written together or not at all. */
import type { Statement } from './database.ts';

/** What was added in one synchronous stretch of code. */
export interface Group {
  readonly statements: Statement[];
  readonly promise: Promise<void>;
  readonly written: () => void;
  readonly failed: (error: Error) => void;
  /** In characters, roughly. */
  size: number;
}

/** A group with nothing in it yet. */
export function newGroup(): Group {
  let written = () => {};
  let failed = (_error: Error) => {};
  const promise = new Promise<void>((resolve, reject) => {
    written = resolve;
    failed = reject;
  });
  return { statements: [], promise: unheard(promise), written, failed, size: 0 };
}

/** A promise whose rejection need not be listened to. */
export function unheard(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

/** How much memory a statement takes, in characters, roughly. */
export function sizeOf({ values }: Statement): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 64);
}
