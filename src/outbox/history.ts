/** What events became at their destinations: kept in the store, and the latest of it in memory, since writing takes a while. */
import type { Event, EventId } from '../event.ts';
import { Recent } from '../recent.ts';
import type { DeliveryReader, Part } from '../store/delivery-reader.ts';

/** How many messages, and how many native ids, are remembered. */
const MAX_RECENT = 5_000;

/** The native ids of what was shown. */
export class History {
  readonly #reader: DeliveryReader;
  /** By destination and message. */
  readonly #parts = new Recent<string, readonly Part[]>(MAX_RECENT);
  /** By destination and native id, what message it shows; null where it shows several. */
  readonly #natives = new Recent<string, EventId | null>(MAX_RECENT);

  constructor(reader: DeliveryReader) {
    this.#reader = reader;
  }

  /** These events are shown together, so far in parts with these native ids. */
  note(destination: string, events: readonly Event[], nativeIds: readonly string[]): void {
    for (const event of events) {
      const key = keyOf(destination, messageOf(event));
      const before = this.#parts.get(key)?.filter(({ by }) => by !== event.id);
      // What an edit added is not all that there is.
      if (before === undefined && event.kind === 'edit') continue;
      const parts = nativeIds.map((nativeId) => ({ nativeId, by: event.id, events: events.length }));
      this.#parts.set(key, [...(before ?? []), ...parts]);
    }
    const [first] = events;
    if (first === undefined) return;
    const shown = events.length > 1 ? null : messageOf(first);
    for (const nativeId of nativeIds) this.#natives.set(keyOf(destination, nativeId), shown);
  }

  /**
   * What shows a message at a destination and nothing else, and what shows others as well; nothing when it never arrived there.
   * @param except an edit whose own parts don't count
   */
  async parts(id: EventId, destination: string, except?: EventId): Promise<{ own: string[]; shared: string[] }> {
    const key = keyOf(destination, id);
    const parts = this.#parts.get(key) ?? (await this.#reader.parts(id, destination));
    if (parts.length > 0) this.#parts.set(key, parts);
    const others = parts.filter(({ by }) => by !== except);
    const ids = (found: readonly Part[]) => found.map(({ nativeId }) => nativeId);
    return { own: ids(others.filter(({ events }) => events === 1)), shared: ids(others.filter(({ events }) => events > 1)) };
  }

  /** Whether a native id at a destination is that of something we have shown. */
  async isNative(destination: string, nativeId: string): Promise<boolean> {
    return this.#natives.has(keyOf(destination, nativeId)) || (await this.#reader.isNative(destination, nativeId));
  }

  /** The message that a native id at a destination shows, or shows a part of; undefined also where it shows several. */
  async eventAt(destination: string, nativeId: string): Promise<EventId | undefined> {
    const known = this.#natives.get(keyOf(destination, nativeId));
    return known === undefined ? await this.#reader.eventAt(destination, nativeId) : (known ?? undefined);
  }

  /** An event that was taken, also long ago; undefined when it is not kept any more. */
  event(id: EventId): Promise<Event | undefined> {
    return this.#reader.event(id);
  }
}

/** What an edit is shown by belongs to its message. */
function messageOf(event: Event): EventId {
  return event.kind === 'edit' ? event.message.id : event.id;
}

/** Neither a destination nor an id holds a line break. */
function keyOf(destination: string, id: string): string {
  return `${destination}\n${id}`;
}
