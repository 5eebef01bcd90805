import { describe, expect, test } from 'vitest';
import type { OpenTestStore } from './open.ts';

const ban = { adapter: 'discord', userId: '1', name: 'Eve', reason: 'spam', by: 'Alice', at: 1_000, until: undefined };

/** Bans and the audit log, on any database. */
export function recordStories(open: OpenTestStore): void {
  describe('bans', () => {
    test('one without an end holds for ever, also after a restart, and for that platform only', async () => {
      const first = await open();
      const kept = first.store.bans.add(ban);
      expect(first.store.bans.isBanned('discord', '1', 1_000)).toBe(true);
      await kept;
      await first.store.close();
      const { store } = await first.reopen();
      expect(store.bans.isBanned('discord', '1', Number.MAX_SAFE_INTEGER)).toBe(true);
      expect(store.bans.isBanned('matrix', '1', 1_000)).toBe(false);
      expect(store.bans.isBanned('discord', '2', 1_000)).toBe(false);
      expect(store.bans.list(1_000)).toEqual([ban]);
    });

    test('a timed one ends by itself; one that is made again replaces the first; one that is lifted is gone', async () => {
      const first = await open();
      await first.store.bans.add({ ...ban, until: 5_000 });
      expect([4_999, 5_000].map((now) => first.store.bans.isBanned('discord', '1', now))).toEqual([true, false]);
      expect(first.store.bans.list(5_000)).toEqual([]);
      await first.store.bans.add({ ...ban, reason: 'again', until: 9_000 });
      await first.store.bans.add({ ...ban, userId: '2', at: 2_000 });
      await first.store.bans.add({ ...ban, userId: '3' });
      await first.store.bans.lift('discord', '3');
      await first.store.bans.lift('discord', 'nobody');
      await first.store.close();
      const { store } = await first.reopen();
      expect(store.bans.list(8_000).map(({ userId, reason, until }) => [userId, reason, until])).toEqual([
        ['2', 'spam', undefined],
        ['1', 'again', 9_000],
      ]);
    });
  });

  test('the audit log gives the newest first, also of what a command noted beside the bridge', async () => {
    const { store, reopen, clock } = await open();
    await store.audit.note({ who: 'Alice', action: 'ban', target: 'discord/1', detail: 'spam' });
    const beside = await reopen({ beside: true });
    await beside.store.audit.note({ who: 'command line', action: 'store prune', target: '', detail: '3 events' });
    await clock.advance(1_000);
    await store.audit.note({ who: 'Alice', action: 'unban', target: 'discord/1', detail: '' });
    expect((await store.audit.list(10)).map(({ action }) => action)).toEqual(['unban', 'store prune', 'ban']);
    expect(await store.audit.list(1)).toEqual([
      { at: clock.now(), who: 'Alice', action: 'unban', target: 'discord/1', detail: '' },
    ]);
  });
}
