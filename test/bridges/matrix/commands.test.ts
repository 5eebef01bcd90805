/** Commands on Matrix: who has which rank, and what of them is carried out. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandInfo, Commands, Invocation } from '../../../src/adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import { literal } from '../../../src/text/tree.ts';
import type { MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { Recorder, testMemory } from '../../support/host.ts';
import { openDouble } from './double.ts';
import { Stage } from './stage.ts';

const info = (name: string, rank: CommandInfo['rank']): CommandInfo => ({ name, description: name, rank, options: [] });

let matrix: MatrixDouble;
let stage: Stage;
let carol: TestUser;
let dave: TestUser;
let room: TestRoom;
let given: Recorder<Invocation>;
let commands: Commands;

beforeEach(async () => {
  const opened = await openDouble();
  matrix = opened.matrix;
  stage = await Stage.open(opened.site);
  carol = matrix.addUser('carol');
  dave = matrix.addUser('dave', { displayName: 'Dave' });
  room = matrix.addRoom({ creator: carol, members: [dave] });
  given = new Recorder();
  commands = {
    all: [info('players', 'everybody'), info('kick', 'moderator'), info('bridge list', 'admin')],
    async run(invocation) {
      given.add(invocation);
      return literal(`done ${given.all.length}`);
    },
    complete: async () => [],
  };
});

afterEach(async () => {
  await stage.close();
  expect(matrix.violations).toEqual([]);
});

/** The first message that holds these words and is not what a person said. */
const answer = (words: string) => room.waitFor(({ body, msgtype }) => msgtype === 'm.notice' && body.includes(words));

/** Gives a command, and tells what rank it came with. */
async function rankOf(user: TestUser): Promise<string> {
  const before = given.all.length;
  room.says(user, '!players');
  await room.waitFor(`done ${before + 1}`);
  const { rank, isOperator } = given.all[before]?.caller ?? {};
  return `${rank}${isOperator ? ', operator' : ''}`;
}

function setPower(level: number): void {
  room.sets(carol, 'm.room.power_levels', { ...room.state('m.room.power_levels'), users: { [dave.id]: level } });
}

describe('a rank', () => {
  test('follows from the power level; who made the room stands above all', async () => {
    await stage.started([room.id], { commands });
    expect(await rankOf(carol)).toBe('admin');
    expect(await rankOf(dave)).toBe('everybody');
    for (const [level, rank] of [
      [49, 'everybody'],
      [50, 'moderator'],
      [99, 'moderator'],
      [100, 'admin'],
    ] as const) {
      setPower(level);
      expect(await rankOf(dave)).toBe(rank);
    }
  });

  test('takes the levels that are configured', async () => {
    await stage.started([room.id], { commands, config: { moderator_level: 10, admin_level: 20 } });
    setPower(10);
    expect(await rankOf(dave)).toBe('moderator');
    setPower(20);
    expect(await rankOf(dave)).toBe('admin');
  });

  test('is given to those whom the operator lists, whatever their power', async () => {
    await stage.started([room.id], { commands, config: { admins: [dave.id] } });
    expect(await rankOf(dave)).toBe('admin, operator');
    expect(await rankOf(carol)).toBe('admin');
  });

  test('of a moderator is given likewise', async () => {
    await stage.started([room.id], { commands, config: { moderators: dave.id } });
    expect(await rankOf(dave)).toBe('moderator');
  });

  test('that can not be found out is none: nothing is done', async () => {
    const { host } = await stage.started([room.id], { commands });
    matrix.fail({ how: 'answer', status: 500, errcode: 'M_UNKNOWN', path: /m\.room\.power_levels/ });
    room.says(dave, '!kick');
    await host.lines.waitFor((line) => line.includes('a command could not be answered'));
    expect(given.all).toEqual([]);
    expect(await rankOf(dave)).toBe('everybody');
  });
});

test('a command comes with who gave it and where, and is no chat', async () => {
  const { host } = await stage.started([room.id], { commands });
  room.says(dave, '!players');
  expect(await room.waitFor('done 1')).toMatchObject({ msgtype: 'm.notice', mentions: {} });
  expect(given.all[0]).toMatchObject({
    command: 'players',
    caller: { author: { id: dave.id, name: 'Dave' } },
    room: room.id,
    rooms: [room.id],
  });
  room.says(dave, { msgtype: 'm.notice', body: '!players' });
  room.says(dave, { msgtype: 'm.emote', body: '!players' });
  room.says(dave, 'the end');
  await host.waitForMessage('the end');
  expect(host.messages.all).toHaveLength(2);
  expect(given.all).toHaveLength(1);
});

test('a message that is edited into a command is not one', async () => {
  const { host } = await stage.started([room.id], { commands });
  const id = room.says(dave, 'hello');
  await host.waitForMessage('hello');
  room.edits(dave, id, '!kick');
  await host.edits.waitFor(() => true);
  expect(given.all).toEqual([]);
});

test('what another prefix stands before is chat', async () => {
  const { host } = await stage.started([room.id], { commands, config: { command_prefix: '%' } });
  room.says(dave, '!players');
  await host.waitForMessage('!players');
  room.says(dave, '%players');
  await room.waitFor('done 1');
});

test('what was typed while the bridge was away for long is not carried out, and said so', async () => {
  const memory = testMemory();
  const { adapter, host } = await stage.started([room.id], { commands, memory });
  room.says(dave, 'before');
  await host.waitForMessage('before');
  await adapter.stop();
  room.says(dave, '!kick');
  const clock = { now: () => systemClock.now() + 301_000, after: systemClock.after };
  await stage.started([room.id], { commands, memory, clock });
  await answer('This was typed while the bridge was away');
  expect(given.all).toEqual([]);
});

test('a command that the homeserver tells twice is carried out once', async () => {
  const memory = testMemory();
  const before = await stage.started([room.id], { commands, memory });
  room.says(dave, 'before');
  await before.host.waitForMessage('before');
  await before.adapter.stop();
  room.says(dave, '!players');
  room.says(dave, 'boom');
  let tries = 0;
  const onMessage = () => {
    tries += 1;
    if (tries === 1) throw new Error('the core could not take it');
  };
  const { host } = await stage.started([room.id], { commands, memory, onMessage });
  await host.waitForMessage('boom');
  await room.waitFor('done 1');
  expect(given.all).toHaveLength(1);
});

test('help shows what somebody may do, and how', async () => {
  await stage.started([room.id], { commands });
  room.says(dave, '!help');
  const help = await answer('!players');
  expect(help.body).not.toContain('!kick');
  room.says(carol, '!help kick');
  expect((await answer('!kick kick')).body).toBe('!kick kick');
  room.says(dave, '!bridge burn');
  await answer('After !bridge comes one of list.');
});

test.each([
  ['command_prefix', 'abc', 'must be one or a few signs'],
  ['command_prefix', '', 'must be one or a few signs'],
  ['admins', ['carol'], 'must be a list of Matrix user ids'],
  ['moderator_level', 1.5, 'must be a whole number'],
])('%s can not be %j', (key, value, why) => {
  expect(() => stage.bridge([room.id], { config: { [key]: value } })).toThrow(why);
});
