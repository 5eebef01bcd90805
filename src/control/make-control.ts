/** Makes the control of a bridge, with what earlier processes left. */
import { RoomStore } from '../store/rooms.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { keptIn, restoreMap, roomless, stillPaused } from './restore.ts';

/**
 * Comes before the adapters are made: the channel map is whole from here on.
 * @param options.adapters those that are configured
 * @throws {DatabaseFault} when the store can't be read
 */
export async function makeControl(
  options: Omit<ControllerOptions, 'rooms' | 'restored'> & { readonly adapters: Parameters<typeof restoreMap>[2] },
): Promise<Controller> {
  const { map, store, adapters, log } = options;
  const rooms = new RoomStore(store);
  const restored = restoreMap(map, await keptIn(rooms), adapters);
  for (const sentence of [...restored.ignored, ...roomless(map, adapters)]) log.warn(sentence);
  for (const pause of restored.pauses) log.warn(stillPaused(pause));
  return new Controller({ ...options, rooms, restored });
}
