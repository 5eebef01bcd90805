/** All events of a store, as JSON lines. */
import type { Database } from './database.ts';

const PAGE = 500;
const EVENTS = `SELECT seq, stored_at, body FROM event WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`;
const DELIVERIES = `SELECT event, destination, state, queued_at, reason, failed_at FROM delivery WHERE event >= ? AND event <= ?
  ORDER BY event, position`;
const SHOWN = 'SELECT event, destination, native_id FROM shown WHERE event >= ? AND event <= ? ORDER BY event, destination, part';

/**
 * Each event, oldest first, with its deliveries that did not arrive and the native ids that it was shown with. Times are milliseconds
 * since the epoch.
 * @param options.whispers whether what people whispered stands in it; who whispered to whom always does
 */
export async function* exportEvents(database: Database, { whispers }: { readonly whispers: boolean }): AsyncIterable<string> {
  for (let position = -1; ; ) {
    const events = await database.all<{ seq: number; stored_at: number; body: string }>(EVENTS, position);
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return;
    position = last.seq;
    const deliveries = await database.all<{
      event: number;
      destination: string;
      state: string;
      queued_at: number;
      reason: string | null;
      failed_at: number | null;
    }>(DELIVERIES, first.seq, last.seq);
    const shown = await database.all<{ event: number; destination: string; native_id: string }>(SHOWN, first.seq, last.seq);
    const deliveriesOf = byEvent(deliveries);
    const shownOf = byEvent(shown);
    for (const { seq, stored_at, body } of events) {
      yield JSON.stringify({
        seq,
        storedAt: stored_at,
        event: whispers ? parsed(body) : withoutWords(parsed(body)),
        deliveries: (deliveriesOf.get(seq) ?? []).map(({ destination, state, queued_at, reason, failed_at }) => ({
          destination,
          state,
          queuedAt: queued_at,
          reason,
          failedAt: failed_at,
        })),
        shown: (shownOf.get(seq) ?? []).map(({ destination, native_id }) => ({ destination, nativeId: native_id })),
      });
    }
  }
}

function byEvent<Row extends { readonly event: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.event);
    if (group) group.push(row);
    else groups.set(row.event, [row]);
  }
  return groups;
}

/** A whisper without what was said; anything else as it is. */
function withoutWords(event: unknown): unknown {
  if (typeof event === 'string' && event.includes('"whisper"')) return 'a whisper that can not be read';
  if (typeof event !== 'object' || event === null || !('kind' in event) || event.kind !== 'whisper') return event;
  const { body: _, attachments: __, ...rest } = event as Record<string, unknown>;
  return rest;
}

/** What can't be read is exported as the text that it is. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
