import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Database, Statement } from '../../src/store/database.ts';
import type { Store } from '../../src/store/store.ts';
import { Writer } from '../../src/store/writer.ts';
import type { OpenTestStore } from './open.ts';

/** A change that is seen by {@link names}. */
export const put = (name: string, value: string | null = 'x'): Statement => ({
  sql: 'INSERT INTO memory VALUES (?, ?, ?)',
  values: ['test', name, value],
});

/** The names that are kept, by name. */
export async function names({ database }: Pick<Store, 'database'>): Promise<string[]> {
  return (await database.all<{ name: string }>('SELECT name FROM memory ORDER BY name')).map(({ name }) => name);
}

/** What a writer does, on any database. */
export function writerStories(open: OpenTestStore): void {
  test.each([
    ['a key that is there twice', put('twice')],
    ['a value that may not be missing', put('null', null)],
    ['no such table', { sql: 'INSERT INTO nowhere VALUES (?)', values: [1] }],
    ['no SQL at all', { sql: 'oops', values: [] }],
  ])('a change that can never be written costs nobody else theirs: %s', async (_what, wrong) => {
    const { store, lines } = await open();
    await store.writer.add(put('twice'));
    const before = store.writer.add(put('a'));
    await Promise.resolve();
    // What is added in one stretch stands and falls together.
    const culprit = [store.writer.add(put('half')), store.writer.add(wrong), store.writer.add(put('other half'))];
    await Promise.resolve();
    const after = store.writer.add(put('b'));
    const flushed = store.writer.flushed();
    await Promise.all([before, after, flushed]);
    for (const promise of culprit) await expect(promise).rejects.toThrow();
    expect(await names(store)).toEqual(['a', 'b', 'twice']);
    expect(lines.all).toEqual(['error: a fault in the bridge: the database refused a change, which is lost']);
    expect(store.writer.fault).toBeUndefined();
    await store.writer.add(put('c'));
  });

  test('ten thousand writers at once share their transactions', async () => {
    const { store, clock } = await open();
    const { database } = store;
    let transactions = 0;
    const counted: Database = {
      location: database.location,
      all: (sql, ...values) => database.all(sql, ...values),
      size: () => database.size(),
      shrink: () => database.shrink(),
      close: () => database.close(),
      write(statements) {
        transactions += 1;
        return database.write(statements);
      },
    };
    const writer = new Writer({ database: counted, clock, random: () => 0.5, log: pino({ level: 'silent' }) });
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => writer.add(put(String(index)))));
    expect(await names(store)).toHaveLength(10_000);
    expect(transactions).toBeLessThan(20);
  });
}
