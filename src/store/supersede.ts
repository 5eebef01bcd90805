/** What becomes of a store when another instance, with a store of its own, has been active since. */
import type { Writer } from './writer.ts';

/**
 * Forgets where we were: what was said since, the other one has carried. Deliveries that wait still go out, since nobody else knows
 * of them.
 */
export async function supersede(writer: Writer): Promise<void> {
  await writer.addUnlessFaulty(
    { sql: 'DELETE FROM memory', values: [] },
    { sql: "UPDATE session SET scope = ''", values: [] },
    { sql: 'DELETE FROM packet_received', values: [] },
    // The other one has released what the broker had.
    { sql: 'DELETE FROM packet_sent WHERE packet_id IS NOT NULL', values: [] },
    { sql: 'DELETE FROM peer', values: [] },
    { sql: 'DELETE FROM peer_user', values: [] },
  );
}
