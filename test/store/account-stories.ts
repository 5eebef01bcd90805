import { describe, expect, test } from 'vitest';
import type { AdapterId } from '../../src/event.ts';
import type { Account } from '../../src/store/accounts.ts';
import type { OpenTestStore } from './open.ts';

const discord = 'discord' as AdapterId;
const matrix = 'matrix' as AdapterId;
const GORDON = '76561197960287930';
const ALYX = '76561197960287931';

function account(adapter: AdapterId, userId: string, steamid64: string, at = 1): Account {
  return { adapter, userId, steamid64, name: `user ${userId}`, avatar: undefined, at };
}

/** Accounts of players, on any database. */
export function accountStories(open: OpenTestStore): void {
  describe('accounts', () => {
    test('a player has one on each adapter, and it is there after a restart', async () => {
      const first = await open();
      const alice = { ...account(discord, '1', GORDON), avatar: 'https://cdn.example/a.png' };
      const carol = account(matrix, '@c:x', GORDON, 2);
      await Promise.all([first.store.accounts.put(alice), first.store.accounts.put(carol)]);
      await first.store.close();
      const { accounts } = (await first.reopen()).store;
      expect(accounts.of(GORDON)).toEqual([alice, carol]);
      expect(accounts.on(matrix, GORDON)).toEqual(carol);
      expect(accounts.find(discord, '1')).toEqual(alice);
      expect([accounts.find(matrix, '1'), accounts.on(discord, ALYX), accounts.of(ALYX)]).toEqual([undefined, undefined, []]);
    });

    test('another account takes the place of the first, and another SteamID that of the first one', async () => {
      const first = await open();
      const { accounts } = first.store;
      void accounts.put(account(discord, '1', GORDON));
      void accounts.put(account(discord, '2', GORDON, 2));
      await accounts.put(account(discord, '2', ALYX, 3));
      const known = ({ accounts: all }: typeof first.store) => [
        all.find(discord, '1')?.steamid64,
        all.find(discord, '2')?.steamid64,
        all.of(GORDON).length,
        all.of(ALYX).length,
      ];
      expect(known(first.store)).toEqual([undefined, ALYX, 0, 1]);
      await first.store.close();
      expect(known((await first.reopen()).store)).toEqual([undefined, ALYX, 0, 1]);
    });

    test('one that is removed is gone, also after a restart', async () => {
      const first = await open();
      void first.store.accounts.put(account(discord, '1', GORDON));
      await first.store.accounts.remove(discord, '1');
      await first.store.accounts.remove(discord, 'nobody');
      expect(first.store.accounts.of(GORDON)).toEqual([]);
      await first.store.close();
      expect((await first.reopen()).store.accounts.of(GORDON)).toEqual([]);
    });
  });
}
