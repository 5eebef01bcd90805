/** What events became at their destinations: kept in the store, and the latest of it in memory, since writing takes a while. */
import type { Event, EventId } from '../event.ts';
import type { DeliveryReader, Part } from '../store/deliveries.ts';

/** How many messages, and how many native ids, are remembered. */
const MAX_RECENT = 5_000;

/** The native ids of what was shown. */
export class History {
  readonly #reader: DeliveryReader;
  /** By destination and message. */
  readonly #parts = new Map<string, readonly Part[]>();
  /** From destination and native id to how many events it shows. */
  readonly #events = new Map<string, number>();

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
      remember(this.#parts, key, [...(before ?? []), ...nativeIds.map((nativeId) => ({ nativeId, by: event.id }))]);
    }
    for (const nativeId of nativeIds) remember(this.#events, keyOf(destination, nativeId), events.length);
  }

  /**
   * What shows a message at a destination and nothing else, and what shows others as well; nothing when it never arrived there.
   * @param except an edit whose own parts don't count
   */
  async parts(id: EventId, destination: string, except?: EventId): Promise<{ own: string[]; shared: string[] }> {
    const key = keyOf(destination, id);
    const parts = this.#parts.get(key) ?? (await this.#reader.parts(id, destination));
    if (parts.length > 0) remember(this.#parts, key, parts);
    const own: string[] = [];
    const shared: string[] = [];
    for (const { nativeId, by } of parts) {
      if (by !== except) ((await this.#isShared(destination, nativeId)) ? shared : own).push(nativeId);
    }
    return { own, shared };
  }

  /** Whether a native id at a destination is that of something we have shown. */
  async isNative(destination: string, nativeId: string): Promise<boolean> {
    return this.#events.has(keyOf(destination, nativeId)) || (await this.#reader.isNative(destination, nativeId));
  }

  async #isShared(destination: string, nativeId: string): Promise<boolean> {
    return (this.#events.get(keyOf(destination, nativeId)) ?? (await this.#reader.events(destination, nativeId))) > 1;
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
