/** Who sees and lifts which bans: those of their own place, as they moderate only there. */
import { beforeEach, expect, test } from 'vitest';
import { order } from '../moderation/square.ts';
import type { GameServer } from '../support/game-server.ts';
import { type Giver, moderator, operator, Town } from './town.ts';

const GORDON = '76561197960287930';
const ALYX = '76561197960287931';
const NONE = 'This bridge holds no bans.';
const elsewhere: Giver = { ...moderator, name: 'Max', id: '7', room: 'two' };
const settings = {
  channels: [
    { name: 'main', servers: ['alpha'], rooms: { platform: 'one' } },
    { name: 'europe', servers: ['eu*'], rooms: { platform: 'two' } },
  ],
};
let town: Town;
let alpha: GameServer;
let eu: GameServer;

beforeEach(async () => {
  town = await Town.open({ settings });
  town.platform.standings?.set('2', 1).set('7', 1);
  [alpha, eu] = await Promise.all([town.game('alpha'), town.game('eu-1')]);
});

test('a ban is seen and lifted where it was made, and by the operator; nowhere else, also after a restart', async () => {
  await town.give('ban', { player: GORDON, reason: 'aim bot' }, moderator);
  await town.give('ban', { player: ALYX, reason: 'spam' }, moderator);
  for (const restarts of [0, 1]) {
    if (restarts > 0) await town.restart();
    expect(await town.give('bans', {}, elsewhere)).toBe(NONE);
    expect(await town.suggests('unban', 'who', '', elsewhere)).toEqual([]);
    expect(await town.give('unban', { who: GORDON }, elsewhere)).toContain('This bridge holds no ban of');
    expect(await town.give('bans', {}, moderator)).toContain('aim bot');
    expect(await town.suggests('unban', 'who', '', moderator)).toHaveLength(2);
    expect(await town.give('bans', {}, { ...operator, room: 'two' })).toContain('aim bot');
  }
  expect(await town.give('unban', { who: GORDON }, { ...operator, room: 'two' })).toContain('Lifted the ban');
  expect(await town.give('unban', { who: ALYX }, moderator)).toContain('Lifted the ban');
  expect(await town.give('bans', {}, operator)).toBe(NONE);
});

test('nobody gets hold of a ban by making it anew from another place', async () => {
  await town.give('ban', { player: GORDON, reason: 'aim bot' }, moderator);
  const answer = await town.give('ban', { player: GORDON, reason: 'mine', duration: '1m' }, elsewhere);
  expect(answer).toContain('sent to eu-1');
  expect(answer).toContain('The ban that the bridge holds of them is from another place, and stays as it is.');
  expect(await town.give('bans', {}, elsewhere)).toBe(NONE);
  expect(await town.give('bans', {}, moderator)).toContain('for ever: aim bot. By Mona');
});

test('what a game server of the place asked for is a ban of the place', async () => {
  await town.platform.says('one', 'Eve', 'hello');
  await alpha.chat.waitFor((line) => line === 'Eve@bridge: hello');
  const [eve] = town.chat.state.me().users.keys();
  await order(eu, 'ban', 'bridge', { server_id: 'bridge', user_id: eve, reason: 'spam' });
  await town.until(() => town.store.bans.list(Date.now()).length === 1);
  expect(await town.give('bans', {}, elsewhere)).toContain('spam. By eu-1');
  expect(await town.give('bans', {}, moderator)).toBe(NONE);
  expect(await town.give('unban', { who: 'Eve' }, elsewhere)).toContain('Lifted the ban of Eve');
});

test('who is known by their number on a server of the place is banned there as well, wherever it was done', async () => {
  await town.player(eu, 'Guest');
  await town.give('ban', { player: 'Guest', reason: 'rude' }, operator);
  expect(await town.give('bans', {}, elsewhere)).toContain('rude. By Olga');
});

test('where another ban of the same person still holds, that is said', async () => {
  await town.platform.says('two', 'Eve', 'hello');
  await eu.chat.waitFor((line) => line === 'Eve@bridge: hello');
  const gordon = await town.player(eu, 'Gordon', { steamid64: GORDON });
  const answer = await town.give('link', {}, { name: 'Eve', id: 'Eve', room: 'two' });
  await gordon.says(/[A-Z2-9]{6}/.exec(answer)?.[0] ?? '');
  await town.until(() => town.store.accounts.of(GORDON).length > 0);
  await town.give('ban', { player: 'Eve', reason: 'spam' }, elsewhere);
  await town.store.bans.lift('steam', GORDON);
  await town.give('ban', { player: GORDON, reason: 'aim bot' }, moderator);
  expect(await town.give('unban', { who: 'Eve' }, elsewhere)).toContain(
    'Another ban of theirs, from another place, still holds.',
  );
});
