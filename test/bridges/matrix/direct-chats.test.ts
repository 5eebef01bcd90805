/** The private chats that are remembered, whoever opens many. */
import { expect, test } from 'vitest';
import { DirectChats } from '../../../bridges/matrix/direct/chats.ts';
import { testHost } from '../../support/host.ts';

test("who opens chat after chat makes nobody else's forgotten", () => {
  const { memory, log } = testHost();
  const chats = new DirectChats(memory, log);
  chats.note({ room: '!alice', user: '@alice:hs', own: '@bridge:hs', partner: undefined });
  for (let count = 0; count < 1_100; count++)
    chats.note({ room: `!mallory-${count}`, user: '@mallory:hs', own: '@bridge:hs', partner: undefined });
  expect(chats.in('!alice')).toBeDefined();
  expect(chats.between('@mallory:hs', '@bridge:hs')?.room).toBe('!mallory-1099');
  expect(chats.rooms().length).toBeLessThan(100);
});
