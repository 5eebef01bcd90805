/** What people are told who ask for what can't be done. */
import { beforeEach, expect, test } from 'vitest';
import type { Control } from '../../src/control.ts';
import { by, refusal, Scene } from './setup.ts';

let scene: Scene;
let control: Control;
beforeEach(async () => {
  scene = await Scene.open();
  ({ control } = await scene.start());
});

const room = (name: string, adapter = 'platform') => ({ adapter, room: name });

test('each of them is one sentence that says what there is', async () => {
  scene.platform.nativeIds.set('one', '!1');
  await control.pause({ channel: 'side' }, by);
  await control.add('side', room('added'), by);
  const wishes: readonly (readonly [Promise<string>, string | RegExp])[] = [
    [control.pause({ channel: 'mian' }, by), 'There is no channel "mian" (did you mean "main"?); there are main and side.'],
    [control.resume({ channel: 'elsewhere' }, by), 'There is no channel "elsewhere"; there are main and side.'],
    [control.resume({ channel: 'main' }, by), 'The channel "main" is not paused.'],
    [control.pause({ channel: 'side' }, by), /^The channel "side" is paused already \(by Olga, 20.* UTC\)\.$/],
    [control.pause(room('nowhere'), by), 'Platform room nowhere is in no channel.'],
    [control.pause(room('one', 'discord'), by), 'There is no adapter "discord"; there are platform and other.'],
    [control.pause(room('main', 'console'), by), 'There is no adapter "console"; there are platform and other.'],
    [
      control.add('main', room('x', 'othr'), by),
      'There is no adapter "othr" (did you mean "other"?); there are platform and other.',
    ],
    [control.add('main', room('three'), by), 'Platform room three is in the channel "side" already.'],
    [control.add('main', room('added'), by), 'Platform room added is in the channel "side" already.'],
    [control.add('main', room('!1'), by), 'Platform room !1 is in the channel "main" already.'],
    [control.add('Main', room('x'), by), /^There is a channel "main" already, which looks much the same\. /],
    [control.add('main', room('a b'), by), '"a b" is no Platform room: give its id or alias.'],
    [control.add('main', room(''), by), '"?" is no Platform room: give its id or alias.'],
    [control.remove(room('nowhere'), by), 'Platform room nowhere is in no channel.'],
    [control.remove(room('!1'), by), /^Platform room one is in the configuration: take it out there/],
    [control.retry([1, 2], by), 'There is no such dead letter.'],
    [control.drop(undefined, by), 'There are no dead letters.'],
  ];
  for (const [wish, sentence] of wishes) {
    const answer = await refusal(wish);
    expect(answer).toMatch(/^ControlError: /);
    if (typeof sentence === 'string') expect(answer).toBe(`ControlError: ${sentence}`);
    else expect(answer.slice('ControlError: '.length)).toMatch(sentence);
  }
});

test('a name that could deceive or break something is no channel, and is not repeated as it is', async () => {
  const names = [
    '',
    ' ',
    ' main',
    'main\n',
    'ma\u200bin',
    '\u202eniam',
    'x'.repeat(65),
    'a\u0000b',
    '\u{E0041}',
    'z'.repeat(100_000),
    '\ud800',
  ];
  for (const name of names) {
    const answer = await refusal(control.add(name, room('new'), by));
    expect(answer).toMatch(/^ControlError: ".*" can't be a channel: its name must be 1 to 64 characters on one line/);
    expect(answer).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(answer.length).toBeLessThan(400);
    expect(await refusal(control.pause({ channel: name }, by))).toMatch(/^ControlError: There is no channel ".*"/);
  }
  for (const name of ['m\u0430in', 'ma1n', 'MAIN', 'main.'])
    expect(await refusal(control.add(name, room('new'), by))).toMatch(/looks much the same/);
  expect(control.channels()).toHaveLength(2);
  for (const name of ['@everyone', '#games', '<b>', '__proto__', 'Café \u{1F468}\u200d\u{1F469}\u200d\u{1F467}', '日本語']) {
    expect(await control.add(name, room(`room-of-${name.length}-${name.codePointAt(0)}`), by)).toContain(
      `the channel "${name}" now, which is new`,
    );
  }
  // What is written in two ways is one name.
  expect(await control.add('Cafe\u0301 \u{1F468}\u200d\u{1F469}\u200d\u{1F467}', room('new'), by)).not.toContain('new and hears');
  ({ control } = await scene.start());
  expect(control.channels()).toHaveLength(2 + 6);
});

test('dead letters are listed, tried again and dropped while the bridge runs, and who did it is known', async () => {
  const { platform } = scene;
  const refused = new Set(['bad 1', 'bad 2', 'bad 3']);
  platform.refuses = (text) => refused.has(text);
  for (const text of [...refused, 'good']) await platform.says('one', 'Bob', text);
  await platform.sees.waitFor((line) => line === 'two Bob: good');
  const { total, letters } = await control.deadLetters(2);
  expect(total).toBe(3);
  expect(letters).toEqual([
    {
      id: expect.any(Number),
      destination: 'Platform room two',
      reason: 'refused',
      failedAt: expect.any(Number),
      text: 'Bob (Platform): bad 3',
    },
    {
      id: expect.any(Number),
      destination: 'Platform room two',
      reason: 'refused',
      failedAt: expect.any(Number),
      text: 'Bob (Platform): bad 2',
    },
  ]);
  platform.refuses = () => false;
  expect(await control.drop([letters[0]?.id ?? 0], by)).toBe('1 dead letter dropped.');
  expect(await control.retry(undefined, by)).toBe('2 dead letters will be tried again, after all that waits now.');
  await platform.sees.waitFor((line) => line === 'two Bob: bad 2');
  expect(await control.deadLetters(2)).toEqual({ total: 0, letters: [] });
  expect(platform.in('two')).toEqual(['Bob: good', 'Bob: bad 1', 'Bob: bad 2']);
  const deeds = (await scene.audit()).map(({ who, action, target }) => `${who}: ${action} ${target}`);
  expect(deeds.sort()).toEqual([
    'Olga (platform 7): dead-letters drop room/platform/two',
    'Olga (platform 7): dead-letters retry room/platform/two',
    'Olga (platform 7): dead-letters retry room/platform/two',
  ]);
  const queue = () => control.channels()[0]?.rooms.find((report) => report.room === 'two')?.queue;
  await expect.poll(() => queue()?.waiting).toBe(0);
  expect(queue()).toMatchObject({ name: 'Platform room two', state: 'up', oldest: undefined, fault: { reason: 'refused' } });
});

test('whatever is changed is in the audit log, with who did it', async () => {
  await control.add('late', room('new'), by);
  await control.pause(room('new'), by);
  await control.resume(room('new'), { name: 'Bob', id: '@bob:example.org', via: 'matrix' });
  await control.remove(room('new'), by);
  const deeds = (await scene.audit()).map(({ who, action, target }) => `${who}: ${action} ${target}`);
  expect(deeds.reverse()).toEqual([
    'Olga (platform 7): add Platform room new to the channel "late"',
    'Olga (platform 7): pause Platform room new',
    'Bob (matrix @bob:example.org): resume Platform room new',
    'Olga (platform 7): remove Platform room new from the channel "late"',
  ]);
});

test('whoever asks has a name that can be shown', async () => {
  const mallory = { name: '\u202eadmin\u0000\n\u200b', id: '8', via: 'platform' };
  await control.add('main', room('new'), mallory);
  await control.pause(room('new'), { ...mallory, name: '\u200b' });
  expect(control.channels()[0]?.rooms.find((report) => report.room === 'new')?.added?.name).toBe('admin');
  expect(await refusal(control.pause(room('new'), by))).toContain('(by Somebody, ');
  expect((await scene.audit()).map(({ who }) => who)).toEqual(['Somebody (platform 8)', 'admin (platform 8)']);
});
