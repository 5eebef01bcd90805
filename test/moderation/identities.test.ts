/** A ban holds for the person, whichever way they come: on the platform itself, or signed in elsewhere with their account of it. */
import { expect, test } from 'vitest';
import type { AdapterId } from '../../src/event.ts';
import { Identities } from '../../src/moderation/identities.ts';
import { openTestStore } from '../store/open.ts';
import { idOf, order, Square } from './square.ts';

const GORDON = '76561197960287930';

/** Two Discord bots and two web chats. */
async function identities() {
  const { store } = await openTestStore();
  const known = new Identities(store);
  const types = { discord: 'discord', guild: 'discord', web: 'webchat', other: 'webchat', matrix: 'matrix' };
  for (const [id, type] of Object.entries(types)) known.join({ id: id as AdapterId, type });
  const of = (adapter: string, userId: string) =>
    known.of(adapter as AdapterId, userId).map((one) => `${one.adapter} ${one.userId}`);
  return { store, known, of };
}

test('who signed in with Discord is that Discord user; two adapters of one platform keep to themselves', async () => {
  const { of } = await identities();
  expect(of('web', 'discord:123')).toEqual(['web discord:123', 'discord 123', 'guild 123', 'matrix discord:123']);
  expect(of('discord', '123')).toEqual(['discord 123', 'web discord:123', 'other discord:123', 'matrix discord:123']);
  expect(of('web', 'guest:abc').every((one) => one.endsWith(' guest:abc'))).toBe(true);
  // Nobody on Matrix can be called like somebody who signed in.
  expect(of('matrix', '@discord:123.example')).not.toContain('discord 123.example');
});

test('a player is whoever is linked to them, or signed in as them, or signed in as somebody who is linked', async () => {
  const { store, known } = await identities();
  await store.accounts.put({
    adapter: 'discord' as AdapterId,
    userId: '123',
    steamid64: GORDON,
    name: 'Gordon',
    avatar: undefined,
    at: 1,
  });
  const playersOf = (adapter: string, userId: string) => known.playersOf(adapter as AdapterId, userId);
  expect(playersOf('discord', '123')).toEqual([GORDON]);
  expect(playersOf('web', 'discord:123')).toEqual([GORDON]);
  expect(playersOf('web', `steam:${GORDON}`)).toEqual([GORDON]);
  expect(playersOf('web', 'discord:124')).toEqual([]);
  const users = known.ofPlayer(GORDON).map(({ adapter, userId }) => `${adapter} ${userId}`);
  expect(users).toEqual(expect.arrayContaining(['discord 123', 'web discord:123', `web steam:${GORDON}`]));
});

test('a ban on one platform holds where the same person signs in with that account, and the other way round, until it is lifted', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  square.here.standings?.set('Dave', 1);
  await square.bridge();
  await square.here.says('one', 'eve', 'hi');
  await square.there.says('far', 'here:eve', 'hello from there');
  await alpha.chat.waitFor((line) => line.endsWith('hello from there'));
  await alpha.presence.waitFor((line) => line.startsWith('+here:eve@'));
  expect(await square.gives('Dave', 'ban', { player: 'eve', reason: 'spam' })).toContain('Ban eve');
  // They are off the network at once, in both guises, and nothing of theirs is carried.
  await alpha.presence.waitFor((line) => line.startsWith('-here:eve@'));
  expect(square.there.host.whyBarred('here:eve')).toMatch('Dave banned you (spam)');
  await square.there.says('far', 'here:eve', 'here I am again');
  await square.there.says('far', 'here:adam', 'somebody else');
  await alpha.chat.waitFor((line) => line.endsWith('somebody else'));
  expect(alpha.chat.all.join()).not.toContain('again');
  await square.gives('Dave', 'unban', { who: 'eve' });
  expect(square.there.host.whyBarred('here:eve')).toBeUndefined();
  expect(await square.gives('Dave', 'ban', { player: 'here:adam', reason: 'noise' })).toContain('Ban');
  expect(square.here.host.whyBarred('adam')).toMatch('Dave banned you (noise)');
});

test('nobody hits those above them by way of who they are elsewhere', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  await square.bridge();
  square.here.standings?.set('Dave', 1).set('owner', 2);
  square.there.standings?.set(`steam:${GORDON}`, 2);
  await square.there.says('far', 'here:owner', 'hello from my other account');
  await alpha.chat.waitFor((line) => line.endsWith('other account'));
  for (const command of ['kick', 'slap', 'ban'])
    expect(await square.gives('Dave', command, { player: 'here:owner', reason: 'coup' })).toMatch(/^You do not stand above /);
  // The ban of a player would hold for whoever signed in as that player.
  const gordon = await alpha.join('Gordon', { steamid64: GORDON });
  await gordon.says('hi');
  await square.there.sees.waitFor((change) => change.endsWith('Gordon: hi'));
  expect(await square.gives('Dave', 'ban', { player: GORDON, reason: 'coup' })).toMatch(/^You do not stand above Gordon /);
  expect(square.here.host.whyBarred('owner')).toBeUndefined();
  expect(square.there.host.whyBarred(`steam:${GORDON}`)).toBeUndefined();
});

test('who is banned twice, in both guises, is free again when one of the bans is lifted', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  square.here.standings?.set('Dave', 1);
  await square.bridge();
  await square.here.says('one', 'eve', 'hi');
  await square.there.says('far', 'here:eve', 'hi as well');
  for (const name of ['eve', 'here:eve']) await alpha.presence.waitFor((change) => change.startsWith(`+${name}@`));
  const { server_id, user_id } = { server_id: 'bridge', user_id: idOf(alpha, 'bridge', 'here:eve') };
  expect(await square.gives('Dave', 'ban', { player: 'eve', reason: 'spam' })).toContain('Ban eve');
  await order(alpha, 'ban', 'bridge', { server_id, user_id, reason: 'noise' });
  await expect.poll(() => square.gives('Dave', 'bans')).toContain('noise');
  expect(await square.gives('Dave', 'unban', { who: 'eve' })).not.toContain('still holds');
  expect(await square.gives('Dave', 'bans')).toBe('This bridge holds no bans.');
  expect(square.here.host.whyBarred('eve')).toBeUndefined();
});
