/** What came of each request that had a transaction id: the same one again does nothing. */
import type { UserCall } from './router.ts';

/**
 * Synapse keeps them for 24 hours, each for one room and one device (`event_txn_id_device_id`), whatever it was that was sent; for
 * a token without a device, for half an hour to an hour in memory.
 */
export class Transactions {
  readonly #done = new Map<string, string>();

  /** The id of the event that such a request has made. */
  find(call: UserCall): string | undefined {
    return this.#done.get(keyOf(call));
  }

  add(call: UserCall, eventId: string): void {
    this.#done.set(keyOf(call), eventId);
  }

  /** As after 24 hours. */
  forget(): void {
    this.#done.clear();
  }
}

function keyOf({ session, param }: UserCall): string {
  return `${session.user.id} ${session.device} ${param('room')} ${param('txn')}`;
}
