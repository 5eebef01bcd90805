/** Prunes a store at its start and every hour from then on. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { type PruneOptions, prune } from './prune.ts';
import type { Writer } from './writer.ts';

/** What is pruned, and what may stay. */
export interface PruningOptions extends Pick<PruneOptions, 'keepDays' | 'auditDays' | 'maxBytes'> {
  readonly database: Database;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Milliseconds. */
const HOUR = 3_600_000;

/** Prunes now and every hour. @returns what ends it; resolves when nothing is under way any more */
export function startPruning(options: PruningOptions): () => Promise<void> {
  const { clock, log } = options;
  const end = new AbortController();
  let cancel = () => {};
  const round = async (): Promise<void> => {
    try {
      const { events, bytes } = await prune({ ...options, now: clock.now(), signal: end.signal });
      if (events > 0) log.info({ events, bytes }, `${events} old events were deleted from the database`);
    } catch (error) {
      // The writer has said what is wrong with the database; in an hour it may be better.
      log.debug({ err: error }, 'the database could not be pruned');
    }
    if (!end.signal.aborted) cancel = clock.after(HOUR, next);
  };
  let running = round();
  const next = () => {
    running = round();
  };
  return async () => {
    end.abort();
    cancel();
    await running;
  };
}
