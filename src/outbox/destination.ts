/** Where deliveries go. */
import type { Attempt } from '../adapter.ts';
import type { Event, Notice, Place } from '../event.ts';

/** An attempt to deliver to a destination that keeps, by itself, what was handed to it. */
export interface KeptAttempt extends Attempt {
  /**
   * Comes right before the event is handed over. {@link Attempt.begin} does so as well.
   * @throws {DeliveryError} when it was edited or taken back meanwhile: it comes again as it reads now, or not at all
   */
  assertCurrent(): void;
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
  /** An event is among the next to be delivered: what takes long can begin. Never throws. */
  expect?(event: Event): void;
  /** Shows a notice; absent where nobody wants any. @throws {DeliveryError} as {@link deliver} does */
  notify?(notice: Notice, signal: AbortSignal): Promise<void>;
  /** An event was given up, and why. Called in the stretch in which that is written; absent where nobody else is to be told. */
  lost?(event: Event, reason: string): void;
  /** Where those who are there are told what came too late for them; absent where they are not told. */
  readonly place?: Place;
  /** About so many UTF-16 units fit into one message; absent where messages are never joined. */
  readonly roomPerMessage?: number | undefined;
}
