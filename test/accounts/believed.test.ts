/** Which servers are believed when they tell who a player is: a server that lies takes over nobody. */

import { beforeEach, expect, test } from 'vitest';
import { STEAM } from '../../src/event.ts';
import { moderator, Town, twoPlatforms } from '../commands/town.ts';
import type { GameServer, Player } from '../support/game-server.ts';

const GORDON = '76561197960287930';

let town: Town;
let alpha: GameServer;
let evil: GameServer;
let gordon: Player;
let liar: Player;

beforeEach(async () => {
  town = await Town.open({ settings: { ...twoPlatforms, accounts: { servers: 'al*' } } });
  [alpha, evil] = [await town.game('alpha'), await town.game('evil')];
  gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
  liar = await town.player(evil, 'Not Gordon', { steamid64: GORDON });
});

async function codeFor(id: string): Promise<string> {
  const [code = ''] = /\b[A-Z2-9]{6}\b/.exec(await town.give('link', {}, { name: id, id })) ?? [];
  return code;
}

const accountOf = (id: string) => town.store.accounts.find(town.platform.host.id, id)?.steamid64;

/** The bridge told a player something. */
const told = (game: GameServer, words: string) =>
  game.packets.waitFor((packet) => packet.includes('/pm/') && packet.includes(words));

test('a code said on another server links nobody, takes over nobody, and stays good where it is believed', async () => {
  await gordon.says(await codeFor('Alice'));
  await told(alpha, 'You are linked to Alice');
  const code = await codeFor('Mallory');
  await liar.says(code);
  await told(evil, 'This server does not tell your SteamID, or is not believed');
  expect([accountOf('Alice'), accountOf('Mallory')]).toEqual([GORDON, undefined]);
  await gordon.says(code);
  await told(alpha, 'You are linked to Mallory');
});

test('who says there to be somebody is not found as them, moderated as them, or whispered to in their place', async () => {
  const bob = { name: 'Bob', id: 'Bob' };
  expect(await town.give('whois', { who: GORDON }, bob)).toContain('Gordon is on alpha');
  expect(await town.give('pm', { player: GORDON, text: 'psst' }, bob)).toBe('Whispered to Gordon on alpha.');
  await gordon.leaves();
  await town.until(() => !town.chat.state.servers.get('alpha')?.users.has(gordon.id));
  expect(await town.give('pm', { player: GORDON, text: 'secret' }, bob)).toContain('There is nobody called');
  await town.give('slap', { player: 'Not Gordon' }, moderator);
  expect((await town.order(alpha)).payload).toEqual({ server_id: 'evil', user_id: liar.id, reason: '', extra: {} });
  expect(evil.packets.all.filter((packet) => packet.includes('secret'))).toEqual([]);
});

test('who is banned and tries to get rid of it by becoming somebody else is noted', async () => {
  await gordon.says(await codeFor('Alice'));
  await told(alpha, 'You are linked to Alice');
  const ban = { adapter: STEAM, userId: GORDON, name: 'Gordon', reason: 'cheats', by: 'Mona', at: 0, until: undefined };
  await town.store.bans.add(ban);
  expect(await town.give('unlink', {}, { name: 'Alice', id: 'Alice' })).toContain('This SteamID is banned here');
  await gordon.says(await codeFor('Bob'));
  await told(alpha, 'This SteamID is banned here');
  const entries = (await town.audit()).filter((entry) => entry.includes('refused'));
  expect(entries.map((entry) => entry.replace(/: This.*/, ''))).toEqual([
    `Bob (Bob, platform): link refused ${GORDON}`,
    `Alice (Alice, platform): unlink refused ${GORDON}`,
  ]);
});
