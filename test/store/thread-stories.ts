import { describe, expect, test } from 'vitest';
import type { EventId } from '../../src/event.ts';
import { prune } from '../../src/store/prune.ts';
import { type KeptThread, ThreadStore } from '../../src/store/threads.ts';
import type { OpenTestStore, TestStore } from './open.ts';

const DAY = 86_400_000;
const thread = (id: string, changes: Partial<KeptThread> = {}): KeptThread => ({
  id: id as EventId,
  nativeId: `native ${id}`,
  name: '',
  usedAt: 0,
  ...changes,
});

/** Twenty thousand and ten threads, each used a millisecond after the one before. */
const MANY = `WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 20009)
  INSERT INTO thread (id, destination, native_id, name, used_at)
  SELECT CAST(n AS TEXT), 'room', CAST(n AS TEXT), '', CAST(? AS BIGINT) + n FROM counted`;

/** Which thread is which, on any database. */
export function threadStories(open: OpenTestStore): void {
  const threadsOf = ({ store: { database, writer } }: TestStore) => new ThreadStore(database, writer);

  describe('threads', () => {
    test('are found by their id and by their native id, each destination for itself, also after a restart', async () => {
      const first = await open();
      const threads = threadsOf(first);
      threads.put('room/matrix/a', thread('one', { name: 'One' }));
      threads.put('room/discord/b', thread('one', { nativeId: 'other' }));
      threads.put('room/discord/b', thread('one', { nativeId: 'newer', usedAt: 5 }));
      await first.store.writer.flushed();
      await first.store.close();
      const again = threadsOf(await first.reopen());
      expect(await again.at('one' as EventId, 'room/matrix/a')).toEqual(thread('one', { name: 'One' }));
      expect(await again.at('one' as EventId, 'room/discord/b')).toEqual(thread('one', { nativeId: 'newer', usedAt: 5 }));
      expect(await again.byNative('room/discord/b', 'newer')).toMatchObject({ id: 'one' });
      expect(await again.byNative('room/discord/b', 'native one')).toBeUndefined();
      expect(await again.nameOf('one' as EventId)).toBe('One');
      expect(await again.nameOf('two' as EventId)).toBeUndefined();
    });

    test('are forgotten when they were not used for as long as events are kept, and when there are too many', async () => {
      const opened = await open();
      const { store, clock } = opened;
      const threads = threadsOf(opened);
      const now = clock.now() + 100 * DAY;
      threads.put('room', thread('old', { usedAt: now - 31 * DAY }));
      await store.writer.add({ sql: MANY, values: [now - 20_010] });
      await prune({ ...store, keepDays: 30, auditDays: 365, maxBytes: 500_000_000, now });
      const [row] = await store.database.all<{ count: number }>('SELECT COUNT(*) AS count FROM thread');
      expect(row?.count).toBeLessThanOrEqual(20_001);
      expect(await threads.at('old' as EventId, 'room')).toBeUndefined();
      expect(await threads.at('8' as EventId, 'room')).toBeUndefined();
      expect(await threads.at('20009' as EventId, 'room')).toBeDefined();
    });
  });
}
