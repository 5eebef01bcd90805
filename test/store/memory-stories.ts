import { expect, test } from 'vitest';
import type { AdapterId } from '../../src/event.ts';
import { prune } from '../../src/store/prune.ts';
import { uploadsOf } from '../../src/store/uploads.ts';
import type { OpenTestStore } from './open.ts';

/** What adapters keep, on any database. */
export function memoryStories(open: OpenTestStore): void {
  test('what an adapter keeps is there after a restart, and each has its own', async () => {
    const first = await open();
    await first.store.memory('matrix').set('token', 's1');
    await first.store.memory('matrix').set('token', 's2');
    await first.store.memory('discord').set('token', 'other');
    expect(await first.store.memory('matrix').get('token')).toBe('s2');
    await first.store.close();

    const { store } = await first.reopen();
    expect(await store.memory('matrix').get('token')).toBe('s2');
    expect(await store.memory('discord').get('token')).toBe('other');
    expect(await store.memory('matrix').get('another')).toBeUndefined();
  });

  test('what was uploaded is known after a restart, for a while, and only so much of it', async () => {
    const first = await open();
    const cat = { adapter: 'discord' as AdapterId, uri: 'emojis/1.png' };
    const uploads = uploadsOf(first.store.database, first.store.writer);
    const fileAt = (uri: string) => ({ uri, type: 'image/png', size: 5 });
    const picture = { ...fileAt('mxc://hs/cat'), width: 30, height: 20 };
    uploads.note('matrix', cat, fileAt('mxc://hs/old'), first.clock.now() - 1);
    uploads.note('matrix', cat, picture, first.clock.now());
    uploads.note('other', cat, fileAt('other/cat'), first.clock.now());
    await first.store.close();

    const { store, clock } = await first.reopen();
    const again = uploadsOf(store.database, store.writer);
    expect(await again.find('matrix', cat)).toEqual(picture);
    expect(await again.find('other', cat)).toEqual(fileAt('other/cat'));
    expect(await again.find('matrix', { ...cat, uri: 'emojis/2.png' })).toBeUndefined();
    for (let n = 1; n <= 5_001; n++) again.note('matrix', { ...cat, uri: `${n}` }, fileAt(`mxc://hs/${n}`), clock.now() + n);
    const { database, writer } = store;
    const roomy = { database, writer, auditDays: 365, maxBytes: 1e9 };
    await prune({ ...roomy, now: clock.now(), keepDays: 30 });
    expect(await again.find('matrix', { ...cat, uri: '1' })).toBeUndefined();
    expect(await again.find('matrix', { ...cat, uri: '2' })).toEqual(fileAt('mxc://hs/2'));
    expect(await again.find('other', cat)).toEqual(fileAt('other/cat'));
    await prune({ ...roomy, now: clock.now() + 86_400_000, keepDays: 0.5 });
    expect(await again.find('matrix', { ...cat, uri: '2' })).toBeUndefined();
    expect(await again.find('other', cat)).toBeUndefined();
  });
}
