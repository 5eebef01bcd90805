import { expect, test } from 'vitest';
import { prune } from '../../src/store/prune.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { openTestStore } from './open.ts';
import { put } from './prune-stories.ts';

test('a file that is too large becomes smaller, and nobody is held up for long', async () => {
  const { store, clock } = await openTestStore();
  await put(store, clock.now(), Array(6_000).fill(1), 'x'.repeat(1_000));
  const { total } = await store.database.size();
  expect(total).toBeGreaterThan(7_000_000);

  let longest = 0;
  let last = cpuTime();
  const watch = setInterval(() => {
    longest = Math.max(longest, cpuTime() - last);
    last = cpuTime();
  }, 1);
  const pruned = await prune({ ...store, keepDays: 30, auditDays: 365, maxBytes: 4_000_000, now: clock.now() });
  clearInterval(watch);
  expect(longest).toBeLessThan(500);
  const size = await store.database.size();
  expect(size.total).toBeLessThan(4_000_000);
  expect(size.total).toBeGreaterThan(2_500_000);
  expect(pruned.bytes).toBe(total - size.total);
});
