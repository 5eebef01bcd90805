/** Dead letters, in the running process and beside it. */
import type { DeadLetterReport } from '../control.ts';
import { describe } from '../outbox/describe.ts';
import { type DeadLetter, deadLetters, dropLetter, newestDeadLetters, retryLetter, type Which } from '../store/dead-letters.ts';
import type { Store } from '../store/store.ts';

/** What can be done about dead letters. */
export type DeadLetterAction = 'retry' | 'drop';

/** How many are changed before it waits until that is written. */
const BATCH = 500;

/**
 * Lets dead letters be tried again, or forgets them, and notes each in the audit log. The running bridge takes notice within seconds.
 * @param who for the audit log
 * @returns how many there were
 */
export async function changeDeadLetters(store: Store, action: DeadLetterAction, which: Which, who: string): Promise<number> {
  let count = 0;
  for await (const letter of deadLetters(store.database, which)) {
    void store.writer.add(action === 'retry' ? retryLetter(letter) : dropLetter(letter));
    void store.audit.note({ who, action: `dead-letters ${action}`, target: letter.destination, detail: letterWords(letter) });
    count++;
    if (count % BATCH === 0) await store.writer.flushed();
  }
  await store.writer.flushed();
  return count;
}

/** What was done, in a sentence. */
export function changedWords(action: DeadLetterAction, count: number): string {
  const many = count === 1 ? '1 dead letter' : `${count} dead letters`;
  return action === 'retry' ? `${many} will be tried again, after all that waits now.` : `${many} dropped.`;
}

/** Who said what. */
export function letterWords({ event }: DeadLetter): string {
  return event === undefined ? 'a message that can no longer be read' : describe(event);
}

/** The newest, the newest first, and how many there are in all. @param nameOf what people call a destination */
export async function newestReports(
  store: Store,
  limit: number,
  nameOf: (destination: string) => string,
): Promise<{ total: number; letters: DeadLetterReport[] }> {
  const { total, letters } = await newestDeadLetters(store.database, limit);
  return {
    total,
    letters: letters.map((letter) => ({
      id: letter.seq,
      destination: nameOf(letter.destination),
      reason: letter.reason,
      failedAt: letter.failedAt,
      text: letterWords(letter),
    })),
  };
}
