/** The channels that a bridge would start with, for whoever only looks. */
import type { Logger } from 'pino';
import type { Finding } from '../adapter.ts';
import { ChannelMap } from '../channel-map.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { RoomStore } from '../store/rooms.ts';
import { openStore, type Store, StoreError } from '../store/store.ts';
import { keptIn, restoreMap, roomless, stillPaused } from './restore.ts';

/**
 * Reads what was changed at run time, also beside a bridge that runs. Where there is no store yet, nothing was.
 * @returns the channels, and what the operator should know of them
 */
export async function storedMap(config: Config, log: Logger): Promise<{ map: ChannelMap; findings: readonly Finding[] }> {
  const map = new ChannelMap(config.channels);
  let store: Store | undefined;
  try {
    store = await openStore({ ...config, clock: systemClock, random: Math.random, log, beside: true });
    const { ignored, pauses } = restoreMap(map, await keptIn(new RoomStore(store)), config.adapters);
    const wrong = [...ignored, ...roomless(map, config.adapters)].map((text) => ({ ok: false, text }));
    return { map, findings: [...wrong, ...pauses.map((pause) => ({ ok: true, text: stillPaused(pause) }))] };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Without a cause, there just is none.
    const wrong = [...(error.cause === undefined ? [] : [error.message]), ...roomless(map, config.adapters)];
    return { map, findings: wrong.map((text) => ({ ok: false, text })) };
  } finally {
    await store?.close();
  }
}
