import { beforeEach, describe, expect, test } from 'vitest';
import { Codes, LIFETIME } from '../../src/accounts/codes.ts';
import type { AdapterId, RoomRef } from '../../src/event.ts';
import { linkCodesOf } from '../../src/store/link-codes.ts';
import { openTestStore, type TestStore } from '../store/open.ts';
import { numbers } from './numbers.ts';

let opened: TestStore;
let codes: Codes;
/** Numbers that look random, and are the same each time. */
const draw = numbers();
const owner = (userId: string) => ({
  adapter: 'discord' as AdapterId,
  userId,
  name: `user ${userId}`,
  avatar: undefined,
  room: 'one' as RoomRef,
});

async function begin({ store, clock }: TestStore): Promise<void> {
  codes = await Codes.open({ store: linkCodesOf(store.database, store.writer), clock, draw });
}

async function restart(): Promise<void> {
  await opened.store.close();
  const { clock } = opened;
  opened = await opened.reopen({ clock });
  opened = { ...opened, clock };
  await begin(opened);
}

function issued(userId: string): string {
  return codes.issue(owner(userId)) ?? 'none';
}

const good = (code: string) => codes.find(code)?.isGood;

beforeEach(async () => {
  opened = await openTestStore();
  await begin(opened);
});

describe('codes', () => {
  test('are good for ten minutes, and are known as over for an hour', async () => {
    const code = issued('1');
    await opened.clock.advance(LIFETIME - 1);
    expect(codes.find(code)).toMatchObject({ isGood: true, claim: { userId: '1', code } });
    await opened.clock.advance(1);
    expect(good(code)).toBe(false);
    await opened.clock.advance(60 * 60_000);
    issued('2');
    expect(codes.find(code)).toBeUndefined();
  });

  test('are good once', () => {
    const code = issued('1');
    codes.spend(code);
    expect(good(code)).toBe(false);
  });

  test('of one account are good one at a time', () => {
    const [first, second, other] = [issued('1'), issued('1'), issued('2')];
    expect([first, second, other].map(good)).toEqual([false, true, true]);
  });

  test('outlive a restart, within their time; what was used stays used', async () => {
    const [kept, spent] = [issued('1'), issued('2')];
    codes.spend(spent);
    await opened.clock.advance(LIFETIME / 2);
    await restart();
    expect([kept, spent].map(good)).toEqual([true, undefined]);
    expect(codes.find(kept)?.claim).toMatchObject({ ...owner('1'), code: kept });
    await opened.clock.advance(LIFETIME / 2);
    expect(good(kept)).toBe(false);
  });

  test('are forgotten on disk as well', async () => {
    issued('1');
    codes.spend(issued('2'));
    await opened.clock.advance(2 * 60 * 60_000);
    const last = issued('3');
    await opened.store.writer.flushed();
    const rows = await opened.store.database.all<{ code: string }>('SELECT code FROM link_code');
    expect(rows).toEqual([{ code: last }]);
  });

  test('take no more memory than for a thousand, and nobody loses a good one for it', () => {
    const all = Array.from({ length: 1_000 }, (_, index) => issued(String(index)));
    expect(codes.issue(owner('one more'))).toBeUndefined();
    expect(all.filter((_, index) => index % 10 === 0).every((code) => good(code))).toBe(true);
    codes.spend(all[0] ?? '');
    expect(codes.issue(owner('one more'))).toBeDefined();
    // Asking again and again takes nothing from others either.
    for (let count = 0; count < 100; count++) codes.issue(owner('999'));
    expect(
      all
        .slice(1, 999)
        .filter((_, index) => index % 10 === 0)
        .every((code) => good(code)),
    ).toBe(true);
  });

  test('that nobody got are not found, and half of one is none', () => {
    const code = issued('1');
    expect(codes.find(code === 'AAA222' ? 'BBB333' : 'AAA222')).toBeUndefined();
  });
});
