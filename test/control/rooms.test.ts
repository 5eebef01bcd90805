/** Rooms that come and go while people talk. */
import { beforeEach, expect, test } from 'vitest';
import type { Control } from '../../src/control.ts';
import { by, refusal, Scene } from './setup.ts';

let scene: Scene;
let control: Control;
const room = (name: string) => ({ adapter: 'platform', room: name });

beforeEach(async () => {
  scene = await Scene.open();
  ({ control } = await scene.start());
});

const rooms = (channel: string) =>
  control
    .channels()
    .find(({ name }) => name === channel)
    ?.rooms.map((report) => report.room);

test('a room that is added while everybody talks hears and is heard from then on; nobody else misses or doubles a line', async () => {
  const { platform, game } = scene;
  const alice = await game.join('Alice');
  let isAdded = false;
  const talk = async () => {
    for (let n = 0; n < 60; n++) {
      await Promise.all([platform.says('one', 'Bob', `from one ${n}`), alice.says(`from alpha ${n}`), platform.says('new', 'Nell', `from new ${n}`)]);
      if (n === 20) void control.add('main', room('new'), by).then(() => (isAdded = true));
      if (n > 20 && !isAdded) await new Promise(setImmediate);
    }
  };
  await talk();
  expect(isAdded).toBe(true);
  await platform.says('one', 'Bob', 'the end');
  await alice.says('the end');
  for (const place of ['two', 'new']) {
    await platform.sees.waitFor((change) => change === `${place} Bob: the end`);
    await platform.sees.waitFor((change) => change === `${place} Alice: the end`);
  }
  const from = (place: string, name: string) =>
    platform
      .in(place)
      .filter((line) => line.startsWith(`${name}: from`))
      .map((line) => Number(line.split(' ').at(-1)));
  const all = Array.from({ length: 60 }, (_, n) => n);
  expect(from('two', 'Bob')).toEqual(all);
  expect(from('two', 'Alice')).toEqual(all);
  expect(from('one', 'Alice')).toEqual(all);
  for (const heard of [from('new', 'Bob'), from('new', 'Alice'), from('one', 'Nell'), from('two', 'Nell')]) {
    expect(heard.length).toBeGreaterThan(10);
    // Without a gap from the first on, and never what was said before.
    expect(heard).toEqual(all.slice(-heard.length));
    expect(heard[0]).toBeGreaterThan(20);
  }
  expect(platform.in('new').filter((line) => line.includes('from new'))).toEqual([]);
  expect(game.chat.all.filter((line) => line.includes('from new')).length).toBeGreaterThan(10);
});

test('who wanted it, when and from where is known, also after a restart, and is in the audit log', async () => {
  const before = Date.now();
  expect(await control.add('main', room('new'), by)).toBe(
    'Platform room new is in the channel "main" now. What is said from now on is carried both ways.',
  );
  const report = () => control.channels()[0]?.rooms.find((found) => found.room === 'new');
  expect(report()?.added).toMatchObject(by);
  expect(report()?.added?.at).toBeGreaterThanOrEqual(before);
  await scene.lines.waitFor((line) => line.includes('Olga (platform 7): add Platform room new to the channel'));
});

test('over a restart the room stays, with what waited for it and what was said meanwhile', async () => {
  const { platform } = scene;
  await control.add('main', room('new'), by);
  platform.isDown = true;
  await platform.says('one', 'Bob', 'while you were down');
  await expect.poll(() => scene.lines.all.join()).toContain('the platform is down');
  platform.isDown = false;
  const { bridge } = await restart();
  await platform.says('one', 'Bob', 'hello again');
  await platform.sees.waitFor((change) => change === 'new Bob: hello again');
  expect(platform.in('new')).toEqual(['Bob: while you were down', 'Bob: hello again']);
  await platform.says('new', 'Nell', 'hello');
  await platform.sees.waitFor((change) => change === 'one Nell: hello');
  expect(control.channels()[0]?.rooms.find((found) => found.room === 'new')?.added).toMatchObject(by);
  expect(bridge.health()).toEqual([]);
});

async function restart(settings: Record<string, unknown> = {}) {
  const started = await scene.start(settings);
  ({ control } = started);
  return started;
}
