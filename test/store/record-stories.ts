import { describe, expect, test } from 'vitest';
import { storeInfo } from '../../src/store/info.ts';
import type { OpenTestStore } from './open.ts';

const ban = { adapter: 'discord', userId: '1', name: 'Eve', reason: 'spam', by: 'Alice', at: 1_000, until: undefined };

/** Bans and the audit log, on any database. */
export function recordStories(open: OpenTestStore): void {
  describe('bans', () => {
    test('one without an end holds for ever, also after a restart, and for that platform only', async () => {
      const first = await open();
      const kept = first.store.bans.add(ban);
      expect(first.store.bans.find('discord', '1', 1_000)).toEqual(ban);
      await kept;
      await first.store.close();
      const { store } = await first.reopen();
      expect(store.bans.find('discord', '1', Number.MAX_SAFE_INTEGER)).toEqual(ban);
      expect(store.bans.find('matrix', '1', 1_000)).toBeUndefined();
      expect(store.bans.find('discord', '2', 1_000)).toBeUndefined();
      expect(store.bans.list(1_000)).toEqual([ban]);
    });

    test('a timed one ends by itself; one that is made again replaces the first; one that is lifted is gone', async () => {
      const first = await open();
      await first.store.bans.add({ ...ban, until: 5_000 });
      expect([4_999, 5_000].map((now) => first.store.bans.find('discord', '1', now)?.until)).toEqual([5_000, undefined]);
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

  test('a mute holds like a ban, but is no ban that is listed or counted; a ban takes its place', async () => {
    const first = await open();
    const { bans } = first.store;
    const added: unknown[] = [];
    bans.onAdd(({ userId, isMute }) => added.push([userId, isMute]));
    await bans.add({ ...ban, until: 5_000, isMute: true });
    await bans.add({ ...ban, userId: '2', until: 5_000, isMute: true });
    await bans.add({ ...ban, userId: '2' });
    expect(added).toEqual([
      ['1', true],
      ['2', true],
      ['2', undefined],
    ]);
    await first.store.close();
    const { store } = await first.reopen();
    expect(store.bans.find('discord', '1', 4_999)?.isMute).toBe(true);
    expect(store.bans.list(1_000).map(({ userId }) => userId)).toEqual(['2']);
    expect((await storeInfo(store.database)).bans).toBe(1);
  });

  test('who wants nothing carried is known after a restart, until they want it otherwise', async () => {
    const first = await open();
    await first.store.optOuts.set('discord', '1', true);
    await first.store.optOuts.set('discord', '1', true);
    await first.store.optOuts.set('discord', '2', true);
    await first.store.optOuts.set('discord', '2', false);
    await first.store.close();
    const { store } = await first.reopen();
    const out = [
      ['discord', '1'],
      ['discord', '2'],
      ['matrix', '1'],
    ].map(([adapter = '', userId = '']) => store.optOuts.has(adapter, userId));
    expect(out).toEqual([true, false, false]);
  });

  test('the audit log gives the newest first, also of what a command noted beside the bridge', async () => {
    const { store, reopen, clock } = await open();
    await store.audit.note({ who: 'Alice', action: 'ban', target: 'discord/1', detail: 'spam' });
    const beside = await reopen({ beside: true });
    await beside.store.audit.note({ who: 'command line', action: 'store prune', target: '', detail: '3 events' });
    await clock.advance(1_000);
    await store.audit.note({ who: 'Alice', action: 'unban', target: 'discord/1', detail: '' });
    expect((await store.audit.list(10)).map(({ action }) => action)).toEqual(['unban', 'store prune', 'ban']);
    expect(await store.audit.list(1)).toMatchObject([
      { at: clock.now(), who: 'Alice', action: 'unban', target: 'discord/1', detail: '' },
    ]);
    const pages = async (limit: number, before?: number): Promise<string[]> => {
      const page = await store.audit.list(limit, 'alice', before);
      const last = page.at(-1);
      return last === undefined ? [] : [page.map(({ action }) => action).join(), ...(await pages(limit, last.seq))];
    };
    expect(await pages(1)).toEqual(['unban', 'ban']);
    expect(await pages(5)).toEqual(['unban,ban']);
  });
}
