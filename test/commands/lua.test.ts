/** Running Lua code on game servers: who may, and that it is data. */
import { beforeEach, expect, test } from 'vitest';
import type { GameServer } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';
import { type Giver, moderator, operator, Town } from './town.ts';

const named: Giver = { name: 'Luna', id: '9', isListed: true };
let clock: LeapClock;
let town: Town;
let alpha: GameServer;

beforeEach(async () => {
  clock = new LeapClock();
  town = await Town.open({ clock });
  alpha = await town.game('alpha');
});

/** The code that a server got. */
async function codeAt(game: GameServer): Promise<Record<string, unknown>> {
  const packet = await game.packets.waitFor((one) => one.includes('/ooc/lua '));
  return JSON.parse(packet.slice(packet.indexOf('{')));
}

const answers = (id: unknown, result: unknown) => alpha.publish('m/alpha/bridge/ooc/lua_reply', JSON.stringify({ id, result }));

test('code goes as it is, byte for byte, and the answer comes back; both are noted', async () => {
  const code = `  print("$(rm -rf /)" .. '\\0' .. [[]]) -- \`code\` \u202e "quoted" {{}} é 🎮 \n`;
  const answer = town.give('lua', { server: 'alpha', code }, named);
  const sent = await codeAt(alpha);
  expect(sent).toMatchObject({ code, steamid: 'platform/9' });
  await answers(99, 'never asked');
  await answers(sent['id'], 'hi\n@everyone');
  expect(await answer).toBe('alpha answers: hi / @everyone');
  expect((await town.audit())[1]).toBe(`Luna (9, platform one): lua alpha: ${code}`);
});

test('the answer of another server, or none, is none', async () => {
  const beta = await town.game('beta');
  const answer = town.give('lua', { server: 'alpha', code: 'x' }, named);
  const { id } = await codeAt(alpha);
  await beta.publish('m/beta/bridge/ooc/lua_reply', JSON.stringify({ id, result: 'mine' }));
  await clock.leap(30_000);
  expect(await answer).toBe('alpha did not answer within 30 seconds. It may not allow remote Lua.');
});

test('whoever is not named for it runs nothing, whatever their rank; that is noted', async () => {
  for (const giver of [{}, moderator, operator]) {
    expect(await town.give('lua', { server: 'alpha', code: 'x' }, giver)).toBe(
      'Only those whom the configuration names for it may use lua.',
    );
    expect(await town.suggests('lua', 'server', '', giver)).toEqual([]);
  }
  expect((await town.audit())[0]).toContain('lua refused alpha x');
  expect(await town.suggests('lua', 'server', '', named)).toEqual(['alpha = alpha']);
  expect(alpha.packets.all.filter((packet) => packet.includes('/ooc/lua'))).toEqual([]);
});

test('code that can not be written to the audit log is not sent', async () => {
  await town.fillDisk();
  expect(await town.give('lua', { server: 'alpha', code: 'x' }, named)).toContain('could not be written to the audit log');
  expect(alpha.packets.all.filter((packet) => packet.includes('/ooc/lua'))).toEqual([]);
});

test('a server that asks the bridge to run something is answered nothing', async () => {
  await alpha.publish('m/alpha/bridge/ooc/lua', JSON.stringify({ id: 1, code: 'print(1)' }));
  const answer = town.give('lua', { server: 'alpha', code: 'x' }, named);
  await answers((await codeAt(alpha))['id'], { deep: [1, 2] });
  expect(await answer).toBe('alpha answers: {"deep":[1,2]}');
  expect(alpha.packets.all.filter((packet) => packet.includes('lua_reply'))).toEqual([]);
});
