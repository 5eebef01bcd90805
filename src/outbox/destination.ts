/** Where deliveries go. */
import type { Attempt } from '../adapter.ts';
import type { Event, Notice, Place } from '../event.ts';

/** An attempt to deliver to a destination that keeps, by itself, what was handed to it. */
export interface KeptAttempt extends Attempt {
  /** Whether the event was taken back meanwhile: if nothing of it was handed over yet, nothing need be. */
  readonly withdrawn: boolean;
  /**
   * The delivery is done as soon as whatever else is added to the store's writer without waiting in between is kept: another
   * attempt is never made. A fault that is not passing still makes it a dead letter.
   */
  complete(): void;
}

/** A room, or the game servers. */
export interface Destination {
  /** For ever the same: `room/<adapter>/<room>` or `network/<server>`. */
  readonly id: string;
  /** As the operator knows it. */
  readonly name: string;
  /** Those that go down and come back together: the rooms of an adapter. */
  readonly group: string;
  /** Hands one event over. @throws {DeliveryError}; anything else that is thrown counts as a passing fault */
  deliver(event: Event, attempt: KeptAttempt): Promise<void>;
  /** Shows a notice; absent where nobody wants any. @throws {DeliveryError} as {@link deliver} does */
  notify?(notice: Notice, signal: AbortSignal): Promise<void>;
  /** Where those who are there are told what came too late for them; absent where they are not told. */
  readonly place?: Place;
  /** About so many UTF-16 units fit into one message; absent where messages are never joined. */
  readonly roomPerMessage?: number | undefined;
}
