import { expect, test } from 'vitest';
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
}
