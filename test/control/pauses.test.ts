/** Channels and rooms that are paused, and go on. */
import { beforeEach, expect, test } from 'vitest';
import type { Control } from '../../src/control.ts';
import type { GameServer, Player } from '../support/game-server.ts';
import type { Platform } from '../support/platform.ts';
import { by, refusal, Scene } from './setup.ts';

let scene: Scene;
let platform: Platform;
let game: GameServer;
let alice: Player;
let control: Control;
const two = { adapter: 'platform', room: 'two' };

beforeEach(async () => {
  scene = await Scene.open();
  ({ platform, game } = scene);
  alice = await game.join('Alice');
  ({ control } = await scene.start());
});

async function restart(): Promise<void> {
  ({ control } = await scene.start());
}

/** Somebody says something in each place, and it is awaited where it must come: in room one, and in the game. */
async function everybodySays(text: string): Promise<void> {
  await platform.says('two', 'Dave', text);
  await platform.says('one', 'Bob', text);
  await alice.says(text);
  await game.chat.waitFor((line) => line === `Bob@bridge: ${text}`);
  await platform.sees.waitFor((line) => line === `one Alice: ${text}`);
  await scene.other.sees.waitFor((line) => line === `else Alice: ${text}`);
}

test('a room that is paused neither hears nor is heard, also after a restart; all others are as before', async () => {
  await everybodySays('before');
  await platform.sees.waitFor((line) => line === 'two Alice: before');
  expect(await control.pause(two, by)).toBe(
    'Platform room two is paused: what is said from now on is not carried to or from it. What waits for it already goes on waiting.',
  );
  await everybodySays('meanwhile');
  await restart();
  expect(control.channels()[0]).toMatchObject({ paused: false, rooms: [{ paused: false }, { room: 'two', paused: true }, {}] });
  await everybodySays('still');
  expect(await control.resume(two, by)).toBe('Platform room two is no longer paused: what is said from now on is carried again.');
  await everybodySays('after');
  await platform.sees.waitFor((line) => line === 'two Alice: after');
  expect(platform.in('two')).toEqual(['Bob: before', 'Alice: before', 'Bob: after', 'Alice: after']);
  const said = ['Dave: before', 'Alice: before', 'Alice: meanwhile', 'Alice: still', 'Dave: after', 'Alice: after'];
  expect(platform.in('one')).toEqual(said);
  expect(game.chat.all.filter((line) => line.startsWith('Dave'))).toEqual(['Dave@bridge: before', 'Dave@bridge: after']);
  await restart();
  expect(control.channels()[0]?.rooms.map(({ paused }) => paused)).toEqual([false, false, false]);
});

test('a channel that is paused carries nothing between its members; the other channels are as before', async () => {
  await control.add('late', { adapter: 'platform', room: 'four' }, by);
  await everybodySays('before');
  expect(await control.pause({ channel: 'main' }, by)).toMatch(/^The channel "main" is paused: /);
  await platform.says('one', 'Bob', 'meanwhile');
  await alice.says('meanwhile');
  await platform.sees.waitFor((line) => line === 'four Alice: meanwhile');
  await restart();
  expect(control.channels().map(({ name, paused }) => `${name} ${paused}`)).toEqual(['main true', 'side false', 'late false']);
  await platform.says('four', 'Nell', 'meanwhile');
  await game.chat.waitFor((line) => line === 'Nell@bridge: meanwhile');
  await control.resume({ channel: 'main' }, by);
  await everybodySays('after');
  for (const room of ['one', 'two']) expect(platform.in(room).join()).not.toContain('meanwhile');
  expect(scene.other.in('else').join()).not.toContain('meanwhile');
  expect(game.chat.all.filter((line) => line.startsWith('Bob'))).toEqual(['Bob@bridge: before', 'Bob@bridge: after']);
});

test('what waits for a room when it is paused goes on waiting, over a restart too, and comes in order and once', async () => {
  platform.isDown = true;
  for (const n of [1, 2, 3]) await platform.says('one', 'Bob', `line ${n}`);
  await expect.poll(() => control.channels()[0]?.rooms[1]?.queue.state).toBe('down');
  await control.pause(two, by);
  platform.isDown = false;
  await alice.says('platform is back');
  await platform.sees.waitFor((line) => line === 'one Alice: platform is back');
  expect(platform.in('two')).toEqual([]);
  await restart();
  expect(control.channels()[0]?.rooms[1]).toMatchObject({ paused: true, queue: { waiting: 3, oldest: expect.any(Number) } });
  await alice.says('it runs again');
  await platform.sees.waitFor((line) => line === 'one Alice: it runs again');
  expect(platform.in('two')).toEqual([]);
  await control.resume(two, by);
  await alice.says('all of it');
  await platform.sees.waitFor((line) => line === 'two Alice: all of it');
  expect(platform.in('two')).toEqual(['Bob: line 1', 'Bob: line 2', 'Bob: line 3', 'Alice: all of it']);
});

test('what is taken back during a pause is not shown after it, and what was shown before is taken away; edits come as well', async () => {
  const wrong = await platform.says('one', 'Bob', 'wrong');
  const typo = await platform.says('one', 'Bob', 'tpyo');
  await platform.sees.waitFor((line) => line === 'two Bob: tpyo');
  platform.isDown = true;
  const secret = await platform.says('one', 'Bob', 'my password');
  await control.pause(two, by);
  platform.isDown = false;
  const meanwhile = await platform.says('one', 'Bob', 'meanwhile');
  await platform.removes(wrong);
  await platform.removes(secret);
  await platform.edits(typo, 'typo');
  await platform.edits(meanwhile, 'meanwhile!');
  expect(platform.in('two')).toEqual(['Bob: wrong', 'Bob: tpyo']);
  await control.resume(two, by);
  await platform.says('one', 'Bob', 'after');
  await platform.sees.waitFor((line) => line === 'two Bob: after');
  expect(platform.in('two')).toEqual(['Bob: typo', 'Bob: after']);
});

test('who takes back in a paused room what they said before takes it back everywhere; what they say or edit there is not carried', async () => {
  const wrong = await platform.says('two', 'Dave', 'wrong');
  const typo = await platform.says('two', 'Dave', 'tpyo');
  await platform.sees.waitFor((line) => line === 'one Dave: tpyo');
  await control.pause(two, by);
  await platform.removes(wrong);
  await platform.edits(typo, 'typo');
  await platform.says('two', 'Dave', 'meanwhile');
  await platform.sees.waitFor((line) => line === 'one removed: wrong');
  await everybodySays('the end');
  expect(platform.in('one')).toEqual(['Dave: tpyo', 'Alice: the end']);
  expect(game.chat.all.filter((line) => line.startsWith('Dave'))).toEqual(['Dave@bridge: wrong', 'Dave@bridge: tpyo']);
});

test('a pause while everybody talks cuts cleanly: before it nothing is missing, during it nothing comes', async () => {
  const numbers = Array.from({ length: 60 }, (_, n) => n);
  for (const n of numbers) {
    if (n === 20) await control.pause(two, by);
    if (n === 40) await control.resume(two, by);
    await Promise.all([platform.says('one', 'Bob', `line ${n}`), platform.says('two', 'Dave', `line ${n}`)]);
  }
  await platform.sees.waitFor((line) => line === 'two Bob: line 59');
  await platform.sees.waitFor((line) => line === 'one Dave: line 59');
  const carried = numbers.filter((n) => n < 20 || n >= 40);
  expect(platform.in('two')).toEqual(carried.map((n) => `Bob: line ${n}`));
  expect(platform.in('one')).toEqual(carried.map((n) => `Dave: line ${n}`));
  await game.chat.waitFor((line) => line === 'Dave@bridge: line 59');
  expect(game.chat.all.filter((line) => line.startsWith('Dave'))).toEqual(carried.map((n) => `Dave@bridge: line ${n}`));
});

test('a room that is removed is not paused when it comes back, nor is a channel that was made', async () => {
  const four = { adapter: 'platform', room: 'four' };
  await control.add('late', four, by);
  await control.pause(four, by);
  await control.pause({ channel: 'late' }, by);
  await control.remove(four, by);
  expect(await control.add('late', four, by)).toContain('What is said from now on is carried both ways.');
  await restart();
  expect(control.channels().at(-1)).toMatchObject({ name: 'late', paused: false, rooms: [{ paused: false }] });
});

test('a room of a paused channel says why nothing is carried', async () => {
  await control.pause({ channel: 'main' }, by);
  await control.pause(two, by);
  expect(await refusal(control.resume({ adapter: 'platform', room: 'one' }, by))).toBe(
    'ControlError: Platform room one is not paused by itself: the channel "main" is.',
  );
  expect(await control.resume(two, by)).toBe('Platform room two is no longer paused by itself, but the channel "main" is.');
  expect(await control.add('main', { adapter: 'platform', room: 'new' }, by)).toBe(
    'Platform room new is in the channel "main" now. It is paused, so nothing is carried yet.',
  );
  await control.resume({ channel: 'main' }, by);
  await everybodySays('go');
  await platform.sees.waitFor((line) => line === 'new Alice: go');
});
