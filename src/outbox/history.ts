/** What events became at their destinations: kept in the store, and the latest of it in memory, since writing takes a while. */
import type { Event, EventId } from '../event.ts';
import type { DeliveryReader, Part } from '../store/delivery-reader.ts';

/** How many messages, and how many native ids, are remembered. */
const MAX_RECENT = 5_000;

/** The native ids of what was shown. */
export class History {
  readonly #reader: DeliveryReader;
  /** By destination and message. */
  readonly #parts = new Map<string, readonly Part[]>();
  /** By destination and native id. */
  readonly #natives = new Map<string, true>();

  constructor(reader: DeliveryReader) {
    this.#reader = reader;
  }

  /** These events are shown together, so far in parts with these native ids. */
  note(destination: string, events: readonly Event[], nativeIds: readonly string[]): void {
    for (const event of events) {
      const key = keyOf(destination, event.kind === 'edit' ? event.message.id : event.id);
      const before = this.#parts.get(key)?.filter(({ by }) => by !== event.id);
      // What an edit added is not all that there is.
      if (before === undefined && event.kind === 'edit') continue;
      const parts = nativeIds.map((nativeId) => ({ nativeId, by: event.id, events: events.length }));
      remember(this.#parts, key, [...(before ?? []), ...parts]);
    }
    for (const nativeId of nativeIds) remember(this.#natives, keyOf(destination, nativeId), true);
  }

  /**
   * What shows a message at a destination and nothing else, and what shows others as well; nothing when it never arrived there.
   * @param except an edit whose own parts don't count
   */
  async parts(id: EventId, destination: string, except?: EventId): Promise<{ own: string[]; shared: string[] }> {
    const key = keyOf(destination, id);
    const parts = this.#parts.get(key) ?? (await this.#reader.parts(id, destination));
    if (parts.length > 0) remember(this.#parts, key, parts);
    const others = parts.filter(({ by }) => by !== except);
    const ids = (found: readonly Part[]) => found.map(({ nativeId }) => nativeId);
    return { own: ids(others.filter(({ events }) => events === 1)), shared: ids(others.filter(({ events }) => events > 1)) };
  }

  /** Whether a native id at a destination is that of something we have shown. */
  async isNative(destination: string, nativeId: string): Promise<boolean> {
    return this.#natives.has(keyOf(destination, nativeId)) || (await this.#reader.isNative(destination, nativeId));
  }
}

/** Neither a destination nor an id holds a line break. */
function keyOf(destination: string, id: string): string {
  return `${destination}\n${id}`;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_RECENT && oldest !== undefined) map.delete(oldest);
}
