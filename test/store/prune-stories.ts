import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { prune } from '../../src/store/prune.ts';
import type { Store } from '../../src/store/store.ts';
import type { OpenTestStore } from './open.ts';

const DAY = 86_400_000;

/** Puts events into a store, `age` days old each, with a part that was shown. */
export async function put(store: Store, now: number, ages: readonly number[], body = '{}'): Promise<void> {
  const added = ages.map((age, seq) =>
    store.writer.add(
      {
        sql: 'INSERT INTO event (seq, id, stored_at, body) VALUES (?, ?, ?, ?)',
        values: [seq, `e${seq}`, now - age * DAY, body],
      },
      {
        sql: 'INSERT INTO shown (event, destination, part, native_id) VALUES (?, ?, ?, ?)',
        values: [seq, 'room/a/b', 0, `n${seq}`],
      },
    ),
  );
  await Promise.all(added);
}

function deliver(store: Store, event: number, state: string, failedAt: number | null = null): Promise<void> {
  return store.writer.add({
    sql: `INSERT INTO delivery (destination, event, position, queued_at, state, joined, failed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    values: ['room/a/b', event, event, 0, state, 1, failedAt],
  });
}

async function left(store: Store, table: 'event' | 'shown' | 'delivery'): Promise<number[]> {
  const column = table === 'event' ? 'seq' : 'event';
  const rows = await store.database.all<{ seq: number }>(`SELECT ${column} AS seq FROM ${table} ORDER BY 1`);
  return rows.map(({ seq }) => seq);
}

/** Text that does not become smaller by compression. */
function noise(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

/** Entries of the audit log from one number to another. */
const MANY = `INSERT INTO audit (seq, at, who, action, target, detail)
  WITH RECURSIVE n(seq, last, action, at) AS (SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT)
    UNION ALL SELECT seq + 1, last, action, at FROM n WHERE seq < last)
  SELECT seq, at, 'Mallory', action, 'Eve', '' FROM n`;

const roomy = { keepDays: 30, auditDays: 365, maxBytes: 500_000_000 };

/** What is let go of, on any database. */
export function pruneStories(open: OpenTestStore): void {
  test('what is older goes with all that is known of it; what waits, what failed lately, and the newest of all stay', async () => {
    const { store, clock } = await open();
    const now = clock.now();
    await put(store, now, [40, 39, 38, 37, 36, 31, 29, 1]);
    await deliver(store, 1, 'waiting');
    await deliver(store, 2, 'dead', now - 35 * DAY);
    await deliver(store, 3, 'dead', now - 5 * DAY);
    await deliver(store, 4, 'retried', now - 35 * DAY);
    await deliver(store, 6, 'dead', now - 29 * DAY);
    expect(await prune({ ...store, ...roomy, now })).toMatchObject({ events: 3 });
    expect(await left(store, 'event')).toEqual([1, 3, 4, 6, 7]);
    expect(await left(store, 'shown')).toEqual([1, 3, 4, 6, 7]);
    expect(await left(store, 'delivery')).toEqual([1, 3, 4, 6]);
    // A hundred years later.
    expect(await prune({ ...store, ...roomy, now: now + 36_500 * DAY })).toMatchObject({ events: 2 });
    expect(await left(store, 'event')).toEqual([1, 4, 7]);
  });

  test('of the audit log what is too old goes, and what is too much: first what was refused, so that it can not push out the rest', async () => {
    const { store, clock } = await open();
    const now = clock.now();
    await store.writer.add({ sql: MANY, values: [1, 100, 'ban', now - 400 * DAY] });
    await store.writer.add({ sql: MANY, values: [101, 130_000, 'ban refused', now] });
    await store.writer.add({ sql: MANY, values: [130_001, 130_010, 'kick', now - 300 * DAY] });
    await prune({ ...store, ...roomy, now });
    const count = async (action: string) => {
      const sql = 'SELECT COUNT(*) AS count FROM audit WHERE action = ?';
      return (await store.database.all<{ count: number }>(sql, action))[0]?.count;
    };
    expect([await count('ban'), await count('ban refused'), await count('kick')]).toEqual([0, 20_000, 10]);
    await store.writer.add({ sql: MANY, values: [200_001, 310_000, 'kick', now] });
    await prune({ ...store, ...roomy, auditDays: 100, now });
    expect([await count('ban refused'), await count('kick')]).toEqual([0, 100_000]);
    // The next one has a number of its own.
    await store.audit.note({ who: 'Mona', action: 'slap', target: 'Eve', detail: '' });
    expect((await store.audit.list(1))[0]).toMatchObject({ seq: 310_001, action: 'slap' });
  });

  test('an empty store, and one with nothing to let go of, stay as they are', async () => {
    const { store, clock } = await open();
    expect(await prune({ ...store, ...roomy, now: clock.now() })).toMatchObject({ events: 0 });
    await put(store, clock.now(), [1, 1]);
    expect(await prune({ ...store, ...roomy, now: clock.now() })).toMatchObject({ events: 0 });
  });

  test('when it is too large, the oldest goes first', async () => {
    const { store, clock } = await open();
    await put(store, clock.now(), Array(3_000).fill(1), noise(3_000));
    await deliver(store, 5, 'waiting');
    const { events } = await prune({ ...store, keepDays: 30, auditDays: 365, maxBytes: 5_000_000, now: clock.now() });
    expect(events).toBeGreaterThan(1_000);
    expect(events).toBeLessThan(2_500);
    expect((await store.database.size()).used).toBeLessThan(5_000_000);
    const kept = await left(store, 'event');
    expect(kept).toEqual([5, ...Array.from({ length: kept.length - 1 }, (_, index) => 3_001 - kept.length + index)]);
    expect(await left(store, 'shown')).toEqual(kept);
  });

  test('a store is pruned at its start and every hour', async () => {
    const limits = { keepDays: 30, auditDays: 365, maxBytes: 500_000_000 };
    const { store, clock, reopen } = await open();
    await put(store, clock.now(), [31, 29.99, 1, 0]);
    await store.close();
    const again = await reopen({ store: limits });
    await again.lines.waitFor((line) => line === 'info: 1 old events were deleted from the database');
    expect(await left(again.store, 'event')).toEqual([1, 2, 3]);
    again.lines.all.length = 0;
    await again.clock.advance(3_600_000);
    await again.lines.waitFor((line) => line.includes('1 old events'));
    expect(await left(again.store, 'event')).toEqual([2, 3]);
  });

  test('bans that are over are forgotten', async () => {
    const { store, clock } = await open();
    const ban = { adapter: 'discord', userId: '1', name: 'Eve', reason: '', by: 'Alice', at: 0, until: clock.now() };
    await store.bans.add(ban);
    await store.bans.add({ ...ban, userId: '2', until: clock.now() + 1 });
    await prune({ ...store, ...roomy, now: clock.now() });
    expect(await store.database.all('SELECT user_id FROM ban')).toEqual([{ user_id: '2' }]);
  });
}
