import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { Writer } from '../../src/store/writer.ts';
import { settle, TestClock } from '../support/clock.ts';
import { breakDisk, canMount, closeNow, newFolder, openTestStore, smallDisk } from './open.ts';
import { put } from './writer-stories.ts';

/** The names that are kept, in the order in which they were written. */
async function written({ database }: Pick<Store, 'database'>): Promise<string[]> {
  return (await database.all<{ name: string }>('SELECT name FROM memory ORDER BY rowid')).map(({ name }) => name);
}

/** What became of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<'kept' | 'lost' | 'pending'> {
  return await Promise.race([
    promise.then(
      () => 'kept' as const,
      () => 'lost' as const,
    ),
    settle().then(() => 'pending' as const),
  ]);
}

test('while the disk is broken nothing counts as kept; afterwards all of it is there, in order, and both was said once', async () => {
  const { store, clock, lines } = await openTestStore();
  await store.writer.add(put('before'));
  const mend = breakDisk();
  const first = store.writer.add(put('a'), put('b'));
  await lines.waitFor((line) => /^error: The database .*crosschat\.db can't be written: the disk reports an error/.test(line));
  const others = ['c', 'd', 'e'].map((name) => store.writer.add(put(name)));
  for (let hour = 0; hour < 10; hour++) await clock.advance(360_000);
  expect(await stateOf(Promise.race([first, ...others]))).toBe('pending');
  expect(store.writer.fault).toMatch(/the disk reports an error/);
  expect(await written(store)).toEqual(['before']);
  // What need not wait goes on, and what is kept in a memory can be read.
  await store.memory('matrix').set('token', 's2');
  expect(await store.memory('matrix').get('nothing')).toBeUndefined();

  mend();
  await clock.advance(60_000);
  await Promise.all([first, ...others]);
  expect(store.writer.fault).toBeUndefined();
  expect(await written(store)).toEqual(['before', 'a', 'b', 'c', 'd', 'e', 'token']);
  expect(lines.all).toHaveLength(2);
  expect(lines.all[1]).toMatch(/^warn: The database .* can be written again; all that happened meanwhile is kept\.$/);
});

test('what need not wait to be kept goes on as soon as the database fails', async () => {
  const { store } = await openTestStore();
  const faults: string[] = [];
  store.writer.onFault(() => faults.push(store.writer.fault ?? 'none'));
  breakDisk();
  await store.writer.addUnlessFaulty(put('a'));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/can't be written/);
});

test.runIf(canMount)('a full disk is named, and when there is room again nothing is missing and nothing doubled', async () => {
  const dataDir = smallDisk(700);
  const { store, clock, lines } = await openTestStore({ dataDir });
  writeFileSync(join(dataDir, 'other'), Buffer.alloc(150_000));
  const kept: Promise<void>[] = [];
  for (let index = 0; store.writer.fault === undefined && index < 1_000; index++) {
    kept.push(store.writer.add(put(`n${index}`, 'x'.repeat(2_000))));
    await settle();
    await settle();
  }
  await lines.waitFor((line) => /the disk is full\. Make room on it \(SQLITE_FULL\)/.test(line));
  kept.push(store.writer.add(put('last')));
  await clock.advance(600_000);
  rmSync(join(dataDir, 'other'));
  await clock.advance(60_000);
  await Promise.all(kept);
  expect(await written(store)).toEqual([...kept.slice(1).map((_, index) => `n${index}`), 'last']);
});

test('when too much waits, the oldest is given up, never half of what belongs together, and it is said', async () => {
  const { store, clock, lines } = await smallWriter(10_000);
  const mend = breakDisk();
  const pairs: Promise<void>[] = [];
  for (let index = 0; index < 100; index++) {
    pairs.push(
      Promise.all([store.writer.add(put(`${index}a`, 'x'.repeat(150))), store.writer.add(put(`${index}b`))]).then(() => {}),
    );
    pairs.at(-1)?.catch(() => {});
    await clock.advance(100);
  }
  expect(store.writer.fault).toBeDefined();
  mend();
  await clock.advance(60_000);
  const settled = await Promise.allSettled(pairs);
  const kept = settled.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThan(50);
  // The newest ones.
  expect(kept).toEqual(kept.map((_, index) => 100 - kept.length + index));
  expect(await written(store)).toEqual(kept.flatMap((index) => [`${index}a`, `${index}b`]));
  expect(lines.all.filter((line) => line.includes('Too much waits'))).toHaveLength(1);
  expect(lines.all.at(-1)).toContain(`${100 - kept.length} changes had to be given up`);
});

test('the end waits for what is to be written, but not for ever, and says what is lost', async () => {
  const { store, clock, dataDir } = await openTestStore();
  const last = store.writer.add(put('last'));
  await store.close();
  expect(await stateOf(last)).toBe('kept');
  await expect(store.writer.add(put('too late'))).rejects.toThrow('the store is closed');

  const second = await openTestStore({ dataDir });
  expect(await written(second.store)).toEqual(['last']);
  const mend = breakDisk();
  const lost = second.store.writer.add(put('lost'));
  await second.lines.waitFor((line) => line.includes("can't be written"));
  await closeNow(second.store, clock);
  expect(await stateOf(lost)).toBe('lost');
  expect(second.lines.all.at(-1)).toMatch(/^error: 1 changes could not be kept before the end\. The database .*disk reports/);

  // What was only waiting for its next try gets that try.
  mend();
  const third = await openTestStore({ dataDir });
  const mendAgain = breakDisk();
  const late = third.store.writer.add(put('late'));
  await third.lines.waitFor((line) => line.includes("can't be written"));
  mendAgain();
  await third.store.close();
  expect(await stateOf(late)).toBe('kept');
});

/** A store of nothing but a writer that keeps little in memory. */
async function smallWriter(limit: number) {
  const { lines, clock, store } = await openTestStore();
  await store.close();
  lines.all.length = 0;
  const database = await openSqlite(join(newFolder(), 'crosschat.db'));
  const { pino } = await import('pino');
  const log = pino({ level: 'info' }, { write: (line: string) => lines.add((JSON.parse(line) as { msg: string }).msg) });
  const writer = new Writer({ database, clock: clock ?? new TestClock(), random: () => 0.5, log, limit });
  return { store: { database, writer }, clock, lines };
}
