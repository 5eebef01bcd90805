/** Lets an adapter take part in another room, in bounded time. */
import type { Logger } from 'pino';
import { type Adapter, AdapterError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import { ControlError } from '../control.ts';
import type { RoomRef } from '../event.ts';
import { roomName } from './sentences.ts';

/** What opening takes. */
export interface OpeningOptions {
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long an adapter has to open a room, in milliseconds: nobody who asked waits for longer. */
const TIME = 20_000;

/**
 * Resolves when messages can flow both ways.
 * @throws {ControlError} when they can't, and what would have to be done
 */
export async function openRoom(adapter: Adapter, room: RoomRef, { ended, clock, log }: OpeningOptions): Promise<void> {
  const words = roomName(adapter.platform, room);
  if (!adapter.open) throw new ControlError(`${adapter.platform} takes part in the rooms of the configuration only.`);
  const end = new AbortController();
  const over = new Promise<never>((_, reject) => {
    end.signal.addEventListener('abort', () => reject(end.signal.reason));
  });
  over.catch(() => {});
  const cancel = clock.after(TIME, () => end.abort(new ControlError(`${words} did not answer in time; try again later.`)));
  const stop = () => end.abort(new ControlError('The bridge is ending.'));
  if (ended.aborted) stop();
  ended.addEventListener('abort', stop);
  try {
    await Promise.race([adapter.open(room, end.signal), over]);
  } catch (error) {
    adapter.close?.(room);
    if (error instanceof ControlError) throw error;
    if (error instanceof AdapterError) throw new ControlError(error.message);
    log.error({ err: error, room }, `${words} could not be opened`);
    throw new ControlError(`${words} could not be added, because of a fault in the bridge; its log says more.`);
  } finally {
    cancel();
    ended.removeEventListener('abort', stop);
  }
}
