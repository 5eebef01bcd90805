import { expect, test } from 'vitest';
import type { AdapterId, PlayerParty, ServerId, UserParty } from '../../src/event.ts';
import { openBlocks } from '../../src/store/blocks.ts';
import { block, blockByWhisper, isBlocked, unblock } from '../../src/whispers/blocking.ts';
import { keyOf } from '../../src/whispers/parties.ts';
import { openTestStore } from '../store/open.ts';

const discord = 'discord' as AdapterId;
const user = (id: string): UserParty => ({ kind: 'user', adapter: discord, author: { id, name: `User ${id}` } });
const player = (n: number): PlayerParty => ({
  kind: 'player',
  server: 'alpha' as ServerId,
  number: n,
  author: { id: `${n}`, name: `Player ${n}`, steamid64: `${76561197960265728n + BigInt(n)}` },
});

test('neither a person nor a server of liars can fill the memory with blocks; who lifts one may add one', async () => {
  const { store, clock } = await openTestStore();
  const blocks = await openBlocks(store.database, store.writer, () => clock.now());
  const alice = { adapter: discord, userId: '1' };
  for (let n = 0; n < 500; n++) expect(block(blocks, alice, user(`${n}`))).toBeUndefined();
  expect(block(blocks, alice, user('500'))).toBe('You block 500 people, which is the most.');
  unblock(blocks, alice, keyOf(user('7')));
  expect(block(blocks, alice, user('500'))).toBeUndefined();
  for (let n = 0; n < 20_000; n++) blockByWhisper('!block', player(n), user('1'), blocks);
  expect(blockByWhisper('!block', player(20_000), user('1'), blocks)).toMatch(/^Nothing was done: there are too many blocks/);
  expect(isBlocked(blocks, player(20_000), user('1'))).toBe(false);
  blockByWhisper('!unblock', player(3), user('1'), blocks);
  blockByWhisper('!block', player(20_000), user('1'), blocks);
  await store.writer.add();
  const later = await openBlocks(store.database, store.writer, () => clock.now());
  expect([3, 4, 20_000].map((n) => isBlocked(later, player(n), user('1')))).toEqual([false, true, true]);
  expect(later.count(discord)).toBe(500);
});
