/** Linking an account to a player: what they do, and what they and everybody else sees. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Giver, moderator, Town, twoPlatforms } from '../commands/town.ts';
import type { GameServer, Player } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';

const GORDON = '76561197960287930';
const ALYX = '76561197960287931';
const alice: Giver = { name: 'Alice', id: 'Alice' };
const bob: Giver = { name: 'Bob', id: 'Bob' };

let clock: LeapClock;
let town: Town;
let alpha: GameServer;
let gordon: Player;

beforeEach(async () => {
  clock = new LeapClock();
  town = await Town.open({ clock, settings: twoPlatforms });
  alpha = await town.game('alpha');
  gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
});

async function codeFor(giver: Giver = alice): Promise<string> {
  const answer = await town.give('link', {}, giver);
  const [, code] = /^Say ([A-Z2-9]{6}) in the chat of a game server within ten minutes/.exec(answer) ?? [];
  expect(code, answer).toBeDefined();
  return code ?? '';
}

/** What the bridge whispers to a player; waits until that holds some words. */
async function whispered(player: Player, words: string): Promise<void> {
  await alpha.packets.waitFor(
    (packet) => packet.includes(`/${player.id} {`) && packet.includes('/pm/') && packet.includes(words),
  );
}

/** Everything that both platforms show; waits until a line that is said now is there. */
async function shown(says: Player = gordon): Promise<string[]> {
  await says.says('the end');
  await Promise.all([town.platform, town.other].map(({ sees }) => sees.waitFor((line) => line.endsWith(': the end'))));
  return [...town.platform.sees.all, ...town.other.sees.all].filter((line) => !line.endsWith(': the end'));
}

const linkedTo = (userId: string) => town.store.accounts.find(town.platform.host.id, userId)?.steamid64;

test('who says the code in a game is linked; both sides are told, and nobody else reads it', async () => {
  const code = await codeFor();
  await gordon.says(code.toLowerCase());
  await whispered(gordon, 'You are linked to Alice on Platform now.');
  await town.platform.sees.waitFor((line) => line.includes('Alice: You are linked to the player Gordon on alpha now.'));
  expect(linkedTo('Alice')).toBe(GORDON);
  expect(town.platform.host.linkedUser(GORDON)).toBe('Alice');
  expect((await shown()).filter((line) => line.toUpperCase().includes(code))).toEqual([]);
  const stored = await town.store.database.all<{ body: string }>('SELECT body FROM event');
  expect(stored.filter(({ body }) => body.toUpperCase().includes(code))).toEqual([]);
  expect(town.lines.all.filter((line) => line.toUpperCase().includes(code))).toEqual([]);
  expect(await town.audit()).toContain(`Gordon (${GORDON}, on alpha): link Alice (Alice, platform): `);
});

test('a linked person carries their SteamID on the network, from when they are linked until they are not', async () => {
  const extra = () => [...(alpha.users.get('bridge')?.values() ?? [])].find(({ name }) => name === 'Alice')?.extra;
  await town.platform.says('one', 'Alice', 'before');
  await alpha.presence.waitFor((change) => change === '+Alice@bridge');
  expect(extra()).not.toHaveProperty('steamid64');
  await gordon.says(await codeFor());
  await alpha.presence.waitFor((change) => change === '~Alice@bridge');
  expect(extra()).toMatchObject({ platform: 'platform', steamid64: GORDON });
  expect(await town.give('whois', { who: 'STEAM_0:0:11101' }, bob)).toContain('Gordon is on alpha');
  expect(await town.give('unlink', {}, alice)).toBe(`You are linked to SteamID ${GORDON} no longer.`);
  await town.until(() => extra()?.['steamid64'] === undefined);
  expect(town.platform.host.linkedUser(GORDON)).toBeUndefined();
  expect(await town.give('unlink', {}, alice)).toBe('You are linked to no player.');
});

test('a linked player without a picture has that of their account, as it is now', async () => {
  await gordon.says(await codeFor());
  await whispered(gordon, 'linked to Alice');
  const pictures = async () => {
    const rows = await town.store.database.all<{ body: string }>("SELECT body FROM event WHERE id LIKE 'server/%' ORDER BY seq");
    return rows.map(({ body }) => (JSON.parse(body) as { author: { avatar?: string } }).author.avatar);
  };
  await gordon.says('without');
  await town.platform.sees.waitFor((line) => line.endsWith('without'));
  town.platform.host.profile({ id: 'Alice', name: 'Alice', avatar: 'https://cdn.example/alice.png' });
  await gordon.says('with');
  await town.platform.sees.waitFor((line) => line.endsWith(': with'));
  await town.store.writer.flushed();
  // Both virtual servers hear them.
  const alices = 'https://cdn.example/alice.png';
  expect(await pictures()).toEqual([undefined, undefined, alices, alices]);
  // Who wants nothing of theirs carried is shown by no picture of theirs either, and not as themselves.
  await town.give('privacy', { set: 'on' }, alice);
  await gordon.says('without it');
  await town.platform.sees.waitFor((line) => line.endsWith('without it'));
  await town.store.writer.flushed();
  expect((await pictures()).at(-1)).toBeUndefined();
  expect(town.platform.host.linkedUser(GORDON)).toBeUndefined();
  await town.give('privacy', { set: 'off' }, alice);
  expect(town.platform.host.linkedUser(GORDON)).toBe('Alice');
});

test('a second account takes over only with a code of its own, and the first one is told', async () => {
  const code = await codeFor();
  await gordon.says(code);
  await whispered(gordon, 'linked to Alice');
  // The same code does nothing for anybody any more.
  await gordon.says(code);
  await whispered(gordon, 'good no more');
  await gordon.says(await codeFor(bob));
  await whispered(gordon, 'linked to Bob');
  await town.platform.sees.waitFor((line) => line.includes('Alice: Your player Gordon is linked to another account now'));
  expect([linkedTo('Alice'), linkedTo('Bob')]).toEqual([undefined, GORDON]);
});

test('a player can have an account on each platform', async () => {
  await gordon.says(await codeFor());
  await whispered(gordon, 'linked to Alice on Platform');
  const answer = await town.giveOn(town.other, 'link', {}, { ...bob, room: 'three' });
  await gordon.says(/[A-Z2-9]{6}/.exec(answer)?.[0] ?? '');
  await whispered(gordon, 'linked to Bob');
  expect(town.store.accounts.of(GORDON).map(({ userId }) => userId)).toEqual(['Alice', 'Bob']);
});

describe('a code', () => {
  test('that is too old is swallowed, and whoever says it is told; so is one after another was asked for', async () => {
    const [code, other] = [await codeFor(), await codeFor(bob)];
    await clock.leap(10 * 60_000);
    await gordon.says(code);
    await whispered(gordon, 'good no more');
    const fresh = await codeFor(bob);
    expect(fresh).not.toBe(other);
    await gordon.says(other);
    expect((await shown()).filter((line) => line.includes(code) || line.includes(other))).toEqual([]);
    expect([linkedTo('Alice'), linkedTo('Bob')]).toEqual([undefined, undefined]);
    await gordon.says(fresh);
    await whispered(gordon, 'linked to Bob');
  });

  test('that is given before a restart can be said after it', async () => {
    const code = await codeFor();
    await town.restart();
    await town.until(() => town.chat.state.servers.get('alpha')?.users.has(gordon.id));
    await gordon.says(code);
    await whispered(gordon, 'linked to Alice');
    expect(linkedTo('Alice')).toBe(GORDON);
    await town.restart();
    expect(town.platform.host.linkedUser(GORDON)).toBe('Alice');
  });

  test('from a player whose server tells no SteamID links nobody, and stays good', async () => {
    const nobody = await town.player(alpha, 'Nobody');
    const code = await codeFor();
    await nobody.says(code);
    await whispered(nobody, 'does not tell your SteamID');
    expect(linkedTo('Alice')).toBeUndefined();
    await gordon.says(code);
    await whispered(gordon, 'linked to Alice');
    expect((await shown()).filter((line) => line.includes(code))).toEqual([]);
  });

  test('that another bridge carries from a platform links nobody', async () => {
    const code = await codeFor();
    const origin = { platform: 'elsewhere', room: '1' };
    await alpha.publish(`m/alpha/bridge/say/${gordon.id}`, JSON.stringify({ say: code, origin }));
    await whispered(gordon, 'does not tell your SteamID');
    expect(linkedTo('Alice')).toBeUndefined();
  });

  test('within a sentence, or six letters that are a word, are chat', async () => {
    const code = await codeFor();
    await gordon.says(`is it ${code}?`);
    await gordon.says('thanks');
    await gordon.says('gr8 m8');
    const lines = await shown();
    for (const text of [`is it ${code}?`, 'thanks', 'gr8 m8'])
      expect(lines.filter((line) => line.endsWith(`Gordon: ${text}`))).toHaveLength(2);
    expect(linkedTo('Alice')).toBeUndefined();
  });
});

describe('guessing', () => {
  test('is chat at first, and nothing at all from the sixth in a minute on: not even the right one helps', async () => {
    const code = await codeFor();
    clock.stop();
    const guesses = ['AA22AA', 'BB22BB', 'CC22CC', 'DD22DD', 'EE22EE'];
    for (const guess of guesses) await gordon.says(guess);
    await gordon.says('FF22FF');
    await whispered(gordon, 'Those were too many codes. Wait a minute');
    await gordon.says(code);
    const lines = (await shown()).filter((line) => line.startsWith('one'));
    expect(lines).toEqual(guesses.map((guess) => `one Gordon: ${guess}`));
    expect(linkedTo('Alice')).toBeUndefined();
    await clock.leap(60_000);
    await gordon.says(code);
    await whispered(gordon, 'linked to Alice');
  });

  test('by a whole server is stopped as well', async () => {
    const players = await Promise.all(
      Array.from({ length: 8 }, (_, index) => town.player(alpha, `P${index}`, { steamid64: `7656119796028800${index}` })),
    );
    const code = await codeFor();
    clock.stop();
    for (const player of players) for (const guess of ['AA22AA', 'BB22BB', 'CC22CC', 'DD22DD']) await player.says(guess);
    await gordon.says(code);
    expect((await shown()).filter((line) => line.startsWith('one P'))).toHaveLength(30);
    expect(linkedTo('Alice')).toBeUndefined();
  });
});

test('a banned player stays tied to the account that they are tied to', async () => {
  await gordon.says(await codeFor());
  await whispered(gordon, 'linked to Alice');
  town.platform.standings?.set('2', 1);
  const done = town.give('ban', { player: GORDON, reason: 'aim bot' }, moderator);
  await gordon.leaves();
  expect(await done).toContain('sent to alpha');
  expect(await town.give('unlink', {}, alice)).toContain('is banned here');
  const again = await town.player(alpha, 'Gordon', { steamid64: GORDON });
  await again.says(await codeFor(bob));
  await whispered(again, 'is banned here');
  const alyx = await town.player(alpha, 'Alyx', { steamid64: ALYX });
  await alyx.says(await codeFor());
  await whispered(alyx, 'is banned here');
  expect([linkedTo('Alice'), linkedTo('Bob')]).toEqual([GORDON, undefined]);
});
