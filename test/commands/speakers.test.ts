/** Moderating those who speak from platforms: the bridge itself does it, and nobody hits those above them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { GameServer } from '../support/game-server.ts';
import { type Giver, moderator, operator, Town, twoPlatforms } from './town.ts';

const GORDON = '76561197960287930';
const elsewhere: Giver = { ...moderator, room: 'three' };
let town: Town;
let alpha: GameServer;

async function open(clock = systemClock): Promise<void> {
  town = await Town.open({ settings: twoPlatforms, clock });
  alpha = await town.game('alpha');
  town.platform.standings?.set('2', 1);
  await town.platform.says('one', 'Eve', 'hello');
  await alpha.chat.waitFor((line) => line === 'Eve@bridge: hello');
}

beforeEach(() => open());

/** Eve shows that she is a player. */
async function link(): Promise<void> {
  const gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
  const answer = await town.give('link', {}, { name: 'Eve', id: 'Eve' });
  await gordon.says(/[A-Z2-9]{6}/.exec(answer)?.[0] ?? '');
  await town.until(() => town.store.accounts.of(GORDON).length > 0);
}

describe('who speaks from a platform', () => {
  test('is suggested, and is kicked off the network by the bridge itself: game servers are told nothing', async () => {
    expect(await town.suggests('kick', 'player', 'eve', moderator)).toEqual(['Eve (bridge) = bridge/1']);
    expect(await town.give('kick', { player: 'bridge/1', reason: 'spam' }, moderator)).toBe(
      'Kick Eve: Eve on Platform: not carried for 1 min.',
    );
    await alpha.presence.waitFor((change) => change === '-Eve@bridge');
    await town.platform.says('one', 'Eve', 'still here?');
    await town.platform.says('one', 'Bob', 'she is gone');
    await alpha.chat.waitFor((line) => line === 'Bob@bridge: she is gone');
    expect(alpha.chat.all).toEqual(['Eve@bridge: hello', 'Bob@bridge: she is gone']);
    expect(town.orders(alpha)).toEqual([]);
    expect(await town.audit()).toEqual([
      'Mona (2, platform one): kick result Eve (Eve, platform): Eve on Platform: not carried for 1 min.',
      'Mona (2, platform one): kick Eve (Eve, platform): spam',
    ]);
  });

  test('is banned until the ban is lifted', async () => {
    expect(await town.give('ban', { player: 'Eve', reason: 'spam' }, moderator)).toContain('Eve on Platform: not carried until');
    expect(await town.give('bans', {}, moderator)).toContain('Eve (Eve), for ever: spam. By Mona');
    await town.give('unban', { who: 'Eve' }, moderator);
    await town.platform.says('one', 'Eve', 'back again');
    await alpha.chat.waitFor((line) => line === 'Eve@bridge: back again');
  });

  test('says ow when slapped', async () => {
    expect(await town.give('slap', { player: 'Eve' }, moderator)).toBe('Slap Eve: Eve on Platform: they said ow.');
    await alpha.chat.waitFor((line) => line === 'Eve@bridge: ow');
  });

  test('and is linked to a player is banned as both, by either name, and unbanned as both', async () => {
    await link();
    expect(await town.give('ban', { player: 'Eve', reason: 'aim bot' }, moderator)).toContain(
      'sent to alpha; nothing confirms it.',
    );
    expect((await town.order(alpha)).payload).toMatchObject({ steamid64: GORDON });
    await alpha.presence.waitFor((change) => change === '-Eve@bridge');
    expect(await town.give('unban', { who: GORDON }, moderator)).toContain('Lifted the ban');
    expect(await town.give('bans', {}, moderator)).toBe('This bridge holds no bans.');
    await town.platform.says('one', 'Eve', 'back');
    await alpha.chat.waitFor((line) => line === 'Eve@bridge: back');
  });

  test('and whose player is kicked is kicked as well', async () => {
    await link();
    const answer = town.give('kick', { player: GORDON }, moderator);
    await alpha.presence.waitFor((change) => change === '-Eve@bridge');
    expect(await answer).toContain('Eve on Platform: not carried for 1 min; sent to alpha;');
  });

  test('somewhere that a moderator does not hear is none of their business', async () => {
    const nowhere = { ...moderator, room: 'one', rooms: [] };
    expect(await town.give('kick', { player: 'Eve' }, nowhere)).toContain('No room here is joined');
  });

  test('and has not spoken since a restart is still where they were, for moderators there and for nobody else', async () => {
    town = await Town.open();
    town.platform.standings?.set('2', 1);
    alpha = await town.game('alpha');
    await town.platform.says('one', 'Eve', 'hello');
    await town.platform.says('two', 'Bob', 'hello there');
    await alpha.chat.waitFor((line) => line === 'Eve@bridge: hello');
    await town.until(() => town.chat.state.me().users.size === 2);
    await town.restart();
    expect(await town.suggests('kick', 'player', '', { ...moderator, room: 'two' })).toEqual(['Bob (bridge) = bridge/2']);
    expect(await town.give('kick', { player: 'Eve' }, { ...moderator, room: 'two' })).toContain('There is nobody called Eve');
    expect(await town.give('kick', { player: 'Eve', reason: 'spam' }, moderator)).toContain('not carried for 1 min');
    await town.platform.sees.waitFor((line) => line.startsWith('one ') && line.includes('Mona kicked you (spam)'));
  });
});

describe('a moderator', () => {
  test('does nothing to those who stand as high, or higher; that is noted', async () => {
    for (const standing of [1, 2]) {
      town.platform.standings?.set('Eve', standing);
      for (const command of ['kick', 'slap', 'ban'])
        expect(await town.give(command, { player: 'Eve', reason: 'x' }, moderator)).toBe(
          'You do not stand above Eve on Platform.',
        );
    }
    expect((await town.audit())[0]).toBe('Mona (2, platform one): ban refused Eve x: You do not stand above Eve on Platform.');
    expect(alpha.users.get('bridge')?.size).toBe(1);
    expect(await town.give('kick', { player: 'Eve' }, operator)).toContain('not carried');
  });

  test('does nothing to a player who is somebody above them', async () => {
    await link();
    town.platform.standings?.set('Eve', 2);
    expect(await town.give('ban', { player: GORDON, reason: 'x' }, moderator)).toBe('You do not stand above Eve on Platform.');
    expect(town.orders(alpha)).toEqual([]);
  });

  test('from another platform moderates those who moderate nobody, unless they are known there', async () => {
    const kick = () => town.giveOn(town.other, 'slap', { player: 'Eve' }, elsewhere);
    expect(await kick()).toContain('they said ow');
    town.platform.standings?.set('Eve', 1);
    expect(await kick()).toBe('You do not stand above Eve on Platform.');
  });

  test('does nothing while it is not known who stands above whom', async () => {
    town.platform.standings = undefined;
    expect(await town.give('kick', { player: 'Eve' }, moderator)).toContain('does not tell now whether you stand above Eve');
    expect(alpha.users.get('bridge')?.size).toBe(1);
  });

  test('does only so much at once, and the others are not held up', async () => {
    // However long it takes to give the commands, they come at once.
    const now = Date.now();
    await open({ ...systemClock, now: () => now });
    const answers: string[] = [];
    for (let count = 0; count < 12; count++) answers.push(await town.give('slap', { player: GORDON }, moderator));
    expect(answers.filter((answer) => answer.includes('sent to alpha'))).toHaveLength(10);
    expect(answers.slice(10)).toEqual(Array(2).fill('That was too much at once. Nothing was done; wait a minute.'));
    expect(await town.give('slap', { player: GORDON }, operator)).toContain('sent to alpha');
    expect(await town.give('bans', {}, moderator)).toBe('This bridge holds no bans.');
  });
});

test('an unban can lift nothing that can not be written to the audit log', async () => {
  await town.give('ban', { player: 'Eve', reason: 'spam' }, moderator);
  await town.fillDisk();
  expect(await town.give('unban', { who: 'Eve' }, moderator)).toContain('could not be written to the audit log');
  expect(await town.give('kick', { player: 'Eve' }, moderator)).not.toContain('not carried');
  expect(await town.give('bans', {}, moderator)).toContain('Eve');
});
