/** Kick, slap and ban, and who may. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { admin, moderator, operator, Town } from './town.ts';

const GORDON = '76561197960287930';
let town: Town;
let alpha: GameServer;
let beta: GameServer;

beforeEach(async () => {
  town = await Town.open();
  alpha = await town.game('alpha');
  beta = await town.game('eu-beta');
});

describe('a kick', () => {
  test('goes to every server as one action, and is confirmed by the player who leaves', async () => {
    const gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
    const answer = town.give('kick', { player: 'gordon', reason: 'spam\nand more' }, moderator);
    const order = { type: 'aowl_kick', payload: { steamid64: GORDON, reason: 'spam / and more', extra: {} } };
    expect(await town.order(alpha)).toEqual(order);
    expect(await town.order(beta)).toEqual(order);
    await gordon.leaves();
    expect(await answer).toBe('Kick Gordon: sent to alpha and eu-beta; confirmed: Gordon left alpha.');
    const who = 'Mona (2, platform one)';
    const whom = `Gordon (${GORDON}, on alpha)`;
    expect(await town.audit()).toEqual([
      `${who}: kick result ${whom}: sent to alpha and eu-beta; confirmed: Gordon left alpha.`,
      `${who}: kick ${whom}: spam / and more`,
    ]);
    expect(town.orders(alpha)).toHaveLength(1);
  });

  test('of somebody without a SteamID names server and number, as servers of virtual users want it', async () => {
    const webuser = await town.player(beta, 'Webuser');
    const answer = town.give('kick', { player: 'eu-beta/1' }, moderator);
    const { payload } = await town.order(alpha);
    expect(payload).toEqual({ server_id: 'eu-beta', user_id: webuser.id, reason: '', extra: {} });
    await webuser.leaves();
    expect(await answer).toContain('confirmed: Webuser left eu-beta.');
  });

  test('that nothing follows is said to be without confirmation', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    const other = await town.player(alpha, 'Alyx');
    const answer = town.give('kick', { player: GORDON }, moderator);
    await town.order(alpha);
    // Somebody else's leaving proves nothing.
    await other.leaves();
    expect(await answer).toBe(
      'Kick Gordon: sent to alpha and eu-beta; without confirmation: Gordon did not leave within 5 seconds.',
    );
  });

  test('of a SteamID that nobody there has is sent, and can not be confirmed', async () => {
    const answer = await town.give('kick', { player: 'STEAM_0:0:11101' }, moderator);
    expect(answer).toBe(
      `Kick ${GORDON}: sent to alpha and eu-beta; nobody with this SteamID is there now, so nothing can confirm it.`,
    );
    expect((await town.order(alpha)).payload['steamid64']).toBe(GORDON);
  });

  test('with nobody online is not sent', async () => {
    await Promise.all([alpha.stop(), beta.stop()]);
    await town.until(() => town.chat.state.online().length === 0);
    expect(await town.give('kick', { player: GORDON }, moderator)).toBe(
      'No game server is online, so nobody could act: nothing was sent.',
    );
  });

  test('while the broker is down is refused at once', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    await town.breakNetwork();
    expect(await town.give('kick', { player: 'Gordon' }, moderator)).toContain('no connection to the MQTT broker');
    expect(town.orders(alpha)).toEqual([]);
  });
});

test('what can not be written to the audit log is not done', async () => {
  await town.player(alpha, 'Gordon', { steamid64: GORDON });
  await town.fillDisk();
  for (const command of ['kick', 'slap', 'ban']) {
    const options = { player: 'Gordon', ...(command === 'ban' && { reason: 'x' }) };
    expect(await town.give(command, options, moderator)).toContain('could not be written to the audit log, so nothing was done.');
  }
  expect(await town.give('players')).toContain('Gordon');
  expect(town.orders(alpha)).toEqual([]);
});

test('a slap is sent, and nothing confirms it', async () => {
  await town.player(alpha, 'Gordon', { steamid64: GORDON });
  expect(await town.give('slap', { player: 'Gordon', reason: 'ow' }, moderator)).toBe(
    'Slap Gordon: sent to alpha and eu-beta; servers do not confirm a slap.',
  );
  expect(await town.order(beta)).toEqual({ type: 'aowl_slap', payload: { steamid64: GORDON, reason: 'ow', extra: {} } });
});

describe('a ban', () => {
  test('tells servers for how long, is held here, and can be lifted', async () => {
    const gordon = await town.player(alpha, 'Gordon', { steamid64: GORDON });
    const answer = town.give('ban', { player: 'Gordon', reason: 'aim bot', duration: '2h' }, moderator);
    expect(await town.order(alpha)).toEqual({
      type: 'aowl_ban',
      payload: { steamid64: GORDON, reason: 'aim bot', extra: { duration: 7_200 } },
    });
    await gordon.leaves();
    expect(await answer).toMatch(/^Ban Gordon until .* UTC: sent to alpha and eu-beta; confirmed: Gordon left alpha\.$/);
    expect(await town.give('bans', {}, moderator)).toMatch(
      new RegExp(`^- Gordon \\(${GORDON}\\), until .*: aim bot\\. By Mona, `),
    );
    expect(await town.suggests('unban', 'who', 'gor', moderator)).toEqual([`Gordon (${GORDON}) = ${GORDON}`]);
    expect(await town.give('unban', { who: 'STEAM_0:0:11101' }, moderator)).toContain('Lifted the ban of Gordon here.');
    expect(await town.give('bans', {}, moderator)).toBe('This bridge holds no bans.');
    expect(await town.give('unban', { who: 'Gordon' }, moderator)).toBe('This bridge holds no ban of Gordon.');
    const [refused, last] = await town.audit();
    expect(refused).toBe('Mona (2, platform one): unban refused Gordon: This bridge holds no ban of Gordon.');
    expect(last).toBe(`Mona (2, platform one): unban Gordon (${GORDON}): was banned for: aim bot`);
  });

  test('needs a reason, and a duration that is one', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    expect(await town.give('ban', { player: 'Gordon' }, moderator)).toBe('ban needs reason: <player> <reason> [duration]');
    expect(await town.give('ban', { player: 'Gordon', reason: ' ' }, moderator)).toContain('ban needs reason');
    expect(await town.give('ban', { player: 'Gordon', reason: 'x', duration: 'bot' }, moderator)).toContain(
      'bot is no duration.',
    );
    expect(town.orders(alpha)).toEqual([]);
  });

  test('can be given to a SteamID that is not there', async () => {
    expect(await town.give('ban', { player: '[U:1:22202]', reason: 'known cheater' }, moderator)).toMatch(
      new RegExp(`^Ban ${GORDON} for ever: sent to alpha and eu-beta;`),
    );
    expect((await town.order(beta)).payload).toEqual({ steamid64: GORDON, reason: 'known cheater', extra: {} });
  });
});

describe('a moderator', () => {
  test('of one channel acts on its servers only', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    await town.player(beta, 'Barney', { steamid64: '76561197960287931' });
    const european = { ...moderator, room: 'two' };
    expect(await town.give('kick', { player: 'Gordon' }, european)).toBe('There is nobody called Gordon on the servers.');
    expect(await town.suggests('kick', 'player', '', european)).toEqual(['Barney (eu-beta) = 76561197960287931']);
    expect(await town.give('slap', { player: 'Barney' }, european)).toContain('sent to eu-beta;');
    await town.order(beta);
    expect(town.orders(alpha)).toEqual([]);
  });

  test('can not act from a place that no channel reaches, not even who runs the bridge', async () => {
    const nowhere = { room: 'elsewhere', rooms: [] };
    expect(await town.give('kick', { player: GORDON }, { ...moderator, ...nowhere })).toContain('No room here is joined');
    expect(await town.give('kick', { player: GORDON }, { ...operator, ...nowhere })).toContain('would act on strangers');
    expect(town.orders(alpha)).toEqual([]);
  });

  test('who is none is refused, whatever the command; that is noted, and nothing is suggested to them', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    const refusals = {
      kick: { player: 'Gordon' },
      slap: { player: 'Gordon' },
      ban: { player: 'Gordon', reason: 'x' },
      unban: { who: GORDON },
      bans: {},
    };
    for (const [command, options] of Object.entries(refusals)) {
      expect(await town.give(command, options)).toBe(`Only moderators may use ${command}.`);
    }
    expect(await town.suggests('kick', 'player', 'Gordon')).toEqual([]);
    for (const command of ['list', 'add', 'remove', 'pause', 'resume', 'dead-letters']) {
      expect(await town.give(`bridge ${command}`, { channel: 'main' }, moderator)).toBe(`Only admins may use bridge ${command}.`);
    }
    expect(town.orders(alpha)).toEqual([]);
    await expect.poll(() => town.audit()).toHaveLength(11);
    expect((await town.audit()).at(-1)).toBe('Alice (1, platform one): kick refused Gordon: Only moderators may use kick.');
  });

  test('is not fooled by a name that is another one’s SteamID or number', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    await town.player(alpha, GORDON);
    await town.player(beta, 'alpha/1');
    await town.give('slap', { player: GORDON }, moderator);
    expect((await town.order(alpha)).payload['steamid64']).toBe(GORDON);
    expect(await town.give('whois', { who: 'alpha/1' })).toContain('Gordon is on alpha');
  });

  test('may be an admin', async () => {
    await town.player(alpha, 'Gordon', { steamid64: GORDON });
    expect(await town.give('slap', { player: 'Gordon' }, admin)).toContain('sent to');
  });
});
