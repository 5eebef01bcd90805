/** Rooms that come and go while people talk. */
import { beforeEach, expect, test } from 'vitest';
import type { Control } from '../../src/control.ts';
import { by, refusal, Scene } from './setup.ts';

let scene: Scene;
let control: Control;
const room = (name: string, adapter = 'platform') => ({ adapter, room: name });
const NUMBERS = Array.from({ length: 40 }, (_, n) => n);

beforeEach(async () => {
  scene = await Scene.open();
  ({ control } = await scene.start());
});

async function restart(settings: Record<string, unknown> = {}): Promise<void> {
  ({ control } = await scene.start(settings));
}

/** The rooms of a channel; undefined when there is no such channel. */
function roomsOf(channel: string): string[] | undefined {
  const found = control.channels().find(({ name }) => name === channel);
  return found?.rooms.map((report) => `${report.adapter}/${report.room}`);
}

/** The numbers of the lines that somebody said, as they stand in a room. */
function numbersIn(place: string, name: string): number[] {
  const lines = scene.platform.in(place).filter((line) => line.startsWith(`${name}: line `));
  return lines.map((line) => Number(line.split(' ').at(-1)));
}

/** Everybody talks at once, in the room that comes or goes too. In the middle, `change` begins; it goes on until that is done. */
async function talkWhile(change: () => Promise<string>): Promise<void> {
  const { platform, game } = scene;
  const alice = await game.join('Alice');
  let changed: Promise<void> | undefined;
  let isDone = false;
  for (const n of NUMBERS) {
    await Promise.all([
      platform.says('one', 'Bob', `line ${n}`),
      alice.says(`line ${n}`),
      platform.says('new', 'Nell', `line ${n}`),
    ]);
    if (n === 15) {
      changed = change().then(() => {
        isDone = true;
      });
    }
    if (n === 25) await changed;
  }
  expect(isDone).toBe(true);
  await platform.says('one', 'Bob', 'the end');
  await alice.says('the end');
  await platform.sees.waitFor((line) => line === 'two Bob: the end');
  await platform.sees.waitFor((line) => line === 'two Alice: the end');
  await platform.sees.waitFor((line) => line === 'one Alice: the end');
  await game.chat.waitFor((line) => line === 'Bob@bridge: the end', 10_000);
}

/** Nobody who has nothing to do with the change has missed or doubled anything. */
function expectOthersUntouched(): void {
  expect(numbersIn('two', 'Bob')).toEqual(NUMBERS);
  expect(numbersIn('two', 'Alice')).toEqual(NUMBERS);
  expect(numbersIn('one', 'Alice')).toEqual(NUMBERS);
  expect(scene.game.chat.all.filter((line) => line.startsWith('Bob@bridge: line'))).toEqual(
    NUMBERS.map((n) => `Bob@bridge: line ${n}`),
  );
  expect(scene.platform.in('three')).toEqual([]);
}

test('a room that is added while everybody talks hears and is heard from then on, and nobody else misses or doubles a line', async () => {
  const { platform, game } = scene;
  await talkWhile(() => control.add('main', room('new'), by));
  await platform.sees.waitFor((line) => line === 'new Bob: the end');
  await platform.sees.waitFor((line) => line === 'new Alice: the end');
  expectOthersUntouched();
  const inGame = game.chat.all
    .filter((line) => line.startsWith('Nell@bridge: line'))
    .map((line) => Number(line.split(' ').at(-1)));
  for (const heard of [
    numbersIn('new', 'Bob'),
    numbersIn('new', 'Alice'),
    numbersIn('one', 'Nell'),
    numbersIn('two', 'Nell'),
    inGame,
  ]) {
    expect(heard.length).toBeGreaterThanOrEqual(14);
    // From the first on without a gap, and nothing of what was said before.
    expect(heard).toEqual(NUMBERS.slice(-heard.length));
    expect(heard[0]).toBeGreaterThan(15);
  }
  expect(numbersIn('new', 'Nell')).toEqual([]);
});

test('a room that is removed while everybody talks is heard and hears no more, and nobody else misses or doubles a line', async () => {
  const { platform, game } = scene;
  await control.add('main', room('new'), by);
  await talkWhile(() => control.remove(room('new'), by));
  expectOthersUntouched();
  for (const heard of [numbersIn('new', 'Bob'), numbersIn('new', 'Alice'), numbersIn('one', 'Nell')]) {
    expect(heard.length).toBeGreaterThanOrEqual(14);
    expect(heard).toEqual(NUMBERS.slice(0, heard.length));
    expect(heard.length).toBeLessThan(27);
  }
  // What was said there before is heard in the game, too.
  const said = numbersIn('one', 'Nell').map((n) => `Nell@bridge: line ${n}`);
  expect(game.chat.all.filter((line) => line.startsWith('Nell@bridge'))).toEqual(said);
  expect(platform.in('new').join()).not.toContain('the end');
  expect(platform.opened).toEqual(new Set());
  expect((await control.deadLetters(10)).total).toBe(0);
});

test('over a restart a room stays, with what waited for it, and who wanted it, when, and from where', async () => {
  const { platform } = scene;
  const before = Date.now();
  await control.add('main', room('new'), by);
  platform.isDown = true;
  await platform.says('one', 'Bob', 'while you were down');
  await expect.poll(() => scene.lines.all.join()).toContain('the platform is down');
  await scene.stop();
  platform.isDown = false;
  await restart();
  await platform.says('one', 'Bob', 'hello again');
  await platform.sees.waitFor((line) => line === 'new Bob: hello again');
  expect(platform.in('new')).toEqual(['Bob: while you were down', 'Bob: hello again']);
  await platform.says('new', 'Nell', 'hello');
  await platform.sees.waitFor((line) => line === 'one Nell: hello');
  const { added } = control.channels()[0]?.rooms.find((report) => report.room === 'new') ?? {};
  expect(added).toEqual({ ...by, at: expect.any(Number) });
  expect(added?.at).toBeGreaterThanOrEqual(before);
  await control.remove(room('new'), by);
  await restart();
  expect(roomsOf('main')).not.toContain('platform/new');
});

test('what waits for a room that is removed becomes dead letters; added again, it can have them', async () => {
  const { platform } = scene;
  await control.add('main', room('new'), by);
  platform.isDown = true;
  for (const text of ['one', 'two']) await platform.says('one', 'Bob', text);
  await expect.poll(() => control.channels()[0]?.rooms.find((report) => report.room === 'new')?.queue.waiting).toBe(2);
  await control.remove(room('new'), by);
  platform.isDown = false;
  const { total, letters } = await control.deadLetters(10);
  expect([total, ...letters.map(({ destination, text, reason }) => `${destination}: ${text} (${reason})`)]).toEqual([
    2,
    'room/platform/new: Bob (Platform): two (it is no longer configured)',
    'room/platform/new: Bob (Platform): one (it is no longer configured)',
  ]);
  await platform.sees.waitFor((line) => line === 'two Bob: two');
  await control.add('main', room('new'), by);
  expect(
    await control.retry(
      letters.map(({ id }) => id),
      by,
    ),
  ).toBe('2 dead letters will be tried again, after all that waits now.');
  await platform.sees.waitFor((line) => line === 'new Bob: two');
  expect(platform.in('new')).toEqual(['Bob: one', 'Bob: two']);
  expect(platform.in('two')).toEqual(['Bob: one', 'Bob: two']);
});

test('a channel of a new name is made with all game servers, stays over a restart, and goes with its last room', async () => {
  const { platform, game } = scene;
  expect(await control.add('late night', room('a'), by)).toBe(
    'Platform room a is in the channel "late night" now, which is new and hears all game servers. What is said from now on is carried both ways.',
  );
  expect(await control.add('late night', room('b', 'other'), by)).toBe(
    'Platform room b is in the channel "late night" now. What is said from now on is carried both ways.',
  );
  await restart();
  expect(control.channels().at(-1)).toMatchObject({ name: 'late night', servers: ['*'], configured: false, paused: false });
  expect(roomsOf('late night')).toEqual(['platform/a', 'other/b']);
  await platform.says('a', 'Nell', 'anybody up?');
  await scene.other.sees.waitFor((line) => line === 'b Nell: anybody up?');
  await game.chat.waitFor((line) => line === 'Nell@bridge: anybody up?');
  await (await game.join('Alice')).says('I am');
  for (const place of ['a', 'one']) await platform.sees.waitFor((line) => line === `${place} Alice: I am`);
  expect(platform.in('one')).toEqual(['Alice: I am']);
  await control.remove(room('a'), by);
  expect(await control.remove(room('b', 'other'), by)).toBe(
    'Platform room b is no longer in the channel "late night", which is gone with it: nothing is carried to or from it.',
  );
  expect(roomsOf('late night')).toBeUndefined();
  await restart();
  expect(control.channels().map(({ name }) => name)).toEqual(['main', 'side']);
});

test('a room that may not be entered is not added, and nothing is left of it', async () => {
  scene.platform.refusals.set('secret', 'The bot lacks Send Messages in secret.');
  expect(await refusal(control.add('nightly', room('secret'), by))).toBe('ControlError: The bot lacks Send Messages in secret.');
  expect(roomsOf('nightly')).toBeUndefined();
  await restart();
  expect(control.channels().map(({ name }) => name)).toEqual(['main', 'side']);
  scene.platform.refusals.clear();
  await control.add('nightly', room('secret'), by);
  expect(roomsOf('nightly')).toEqual(['platform/secret']);
});

test('two who add the same room at once: one of them is told that it is there', async () => {
  let open = () => {};
  scene.platform.opening = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wishes = ['main', 'side', 'main'].map((channel) => refusal(control.add(channel, room('new'), by)));
  const others = ['x', 'y'].map((name) => refusal(control.add('fresh', room(name), by)));
  open();
  const [first, second, third] = await Promise.all(wishes);
  expect(first).toContain('Platform room new is in the channel "main" now.');
  expect([second, third]).toEqual(
    ['main', 'main'].map((name) => `ControlError: Platform room new is in the channel "${name}" already.`),
  );
  expect((await Promise.all(others)).filter((answer) => answer.includes('which is new'))).toHaveLength(1);
  expect(roomsOf('fresh')).toEqual(['platform/x', 'platform/y']);
  expect(roomsOf('side')).toEqual(['platform/three']);
});

test('a bridge that ends while somebody waits for a room says so, and does not know the room at its next start', async () => {
  scene.platform.opening = new Promise(() => {});
  const wish = refusal(control.add('main', room('new'), by));
  await scene.stop();
  expect(await wish).toBe('ControlError: The bridge is ending.');
  await restart();
  expect(roomsOf('main')).toEqual(['platform/one', 'platform/two', 'other/else']);
});

test('a room whose channel or adapter is no longer configured is told of once and ignored, until it is there again', async () => {
  await control.add('side', room('new'), by);
  await control.add('main', room('far', 'other'), by);
  await scene.stop();
  const before = scene.lines.all.length;
  const less = { adapters: { platform: {} }, channels: [{ name: 'main', rooms: { platform: ['one', 'two'] } }] };
  expect((await scene.check(less)).filter((line) => line.includes('is not bridged'))).toHaveLength(2);
  await restart(less);
  const told = scene.lines.all.slice(before).map((line) => (JSON.parse(line) as { msg: string }).msg);
  // Both may have been added in one millisecond.
  expect(told.filter((line) => line.includes('is not bridged')).sort()).toEqual([
    expect.stringMatching(
      /^Room far of other, .* the adapter other is no longer in the configuration\. The command bridge remove forgets it\.$/,
    ),
    expect.stringMatching(
      /^Room new of platform, which Olga added to the channel "side" on .* UTC, is not bridged: the channel "side" is no longer in/,
    ),
  ]);
  expect(control.channels().map(({ name }) => name)).toEqual(['main']);
  await restart();
  expect(roomsOf('side')).toEqual(['platform/three', 'platform/new']);
  expect(roomsOf('main')).toContain('other/far');
  await restart(less);
  expect(await control.remove(room('far', 'other'), by)).toBe(
    'Room far of other, which did not fit the configuration any more, is forgotten.',
  );
  expect(await refusal(control.remove(room('far', 'other'), by))).toMatch(/^ControlError: There is no adapter "other"/);
  await restart();
  expect(roomsOf('main')).not.toContain('other/far');
});

test('a room that is put into the configuration later is there once, and as one of the configuration', async () => {
  await control.add('main', room('new'), by);
  await restart({
    adapters: { platform: {} },
    channels: [{ name: 'main', rooms: { platform: ['one', 'two', 'new'] } }],
  });
  expect(roomsOf('main')).toEqual(['platform/one', 'platform/two', 'platform/new']);
  expect(await refusal(control.remove(room('new'), by))).toBe(
    'ControlError: Platform room new is in the configuration: take it out there, and let the bridge read it anew (bridge reload).',
  );
  await scene.platform.says('one', 'Bob', 'hi');
  await scene.platform.sees.waitFor((line) => line === 'new Bob: hi');
  expect(scene.platform.in('new')).toEqual(['Bob: hi']);
});

test('an adapter can begin without a room', async () => {
  expect(await scene.check({ channels: [] })).toContain(
    '✗ adapters.other: no channel has a room of it; set channels.0.rooms.other, or add one with the command bridge add.',
  );
  await restart({ channels: [] });
  expect(scene.lines.all.join()).toContain(
    'adapters.platform: no channel has a room of it; set channels.0.rooms.platform, or add one with',
  );
  await control.add('main', room('first'), by);
  await (await scene.game.join('Alice')).says('hello');
  await scene.platform.sees.waitFor((line) => line === 'first Alice: hello');
});
