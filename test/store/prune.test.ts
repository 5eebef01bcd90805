import { expect, test } from 'vitest';
import { prune } from '../../src/store/prune.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from './open.ts';

const DAY = 86_400_000;

/** Puts events into a store, `age` days old each, with a part that was shown. */
async function put(store: Store, now: number, ages: readonly number[], body = '{}'): Promise<void> {
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

const roomy = { keepDays: 30, maxBytes: 500_000_000 };

test('what is older goes with all that is known of it; what waits, what failed lately, and the newest of all stay', async () => {
  const { store, clock } = await openTestStore();
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

test('an empty store, and one with nothing to let go of, stay as they are', async () => {
  const { store, clock } = await openTestStore();
  expect(await prune({ ...store, ...roomy, now: clock.now() })).toMatchObject({ events: 0 });
  await put(store, clock.now(), [1, 1]);
  expect(await prune({ ...store, ...roomy, now: clock.now() })).toMatchObject({ events: 0 });
});

test('a file that is too large becomes smaller, the oldest goes first, and nobody is held up for long', async () => {
  const { store, clock } = await openTestStore();
  await put(store, clock.now(), Array(6_000).fill(1), 'x'.repeat(1_000));
  await deliver(store, 5, 'waiting');
  const { total } = await store.database.size();
  expect(total).toBeGreaterThan(7_000_000);

  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const pruned = await prune({ ...store, keepDays: 30, maxBytes: 4_000_000, now: clock.now() });
  clearInterval(watch);
  expect(longest).toBeLessThan(500);
  const size = await store.database.size();
  expect(size.total).toBeLessThan(4_000_000);
  expect(size.total).toBeGreaterThan(2_500_000);
  expect(pruned.bytes).toBe(total - size.total);
  const events = await left(store, 'event');
  expect(events).toHaveLength(6_000 - pruned.events);
  expect(events.slice(0, 2)).toEqual([5, 6_000 - events.length + 1]);
  expect(events.at(-1)).toBe(5_999);
  expect(await left(store, 'shown')).toEqual(events);
});

test('bans that are over are forgotten', async () => {
  const { store, clock } = await openTestStore();
  const ban = { adapter: 'discord', userId: '1', name: 'Eve', reason: '', by: 'Alice', at: 0, until: clock.now() };
  await store.bans.add(ban);
  await store.bans.add({ ...ban, userId: '2', until: clock.now() + 1 });
  await prune({ ...store, ...roomy, now: clock.now() });
  expect(await store.database.all('SELECT user_id FROM ban')).toEqual([{ user_id: '2' }]);
});
