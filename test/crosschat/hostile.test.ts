/** What strangers may send, over a real broker: we stay up, answer as before, and neither memory nor log grows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CrossChat, type RejectedEvent } from '../../src/crosschat/index.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { next } from './events.ts';
import { RawPeer } from './raw-peer.ts';

let broker: TestBroker;
let chat: CrossChat;
let mallory: RawPeer;
let rejected: RejectedEvent[] = [];
let warnings: string[] = [];

beforeAll(async () => {
  broker = await startBroker();
  const quiet = (): void => {};
  const log = { debug: quiet, info: quiet, error: quiet, warn: (_fields: object, sentence: string) => warnings.push(sentence) };
  // What is told of here keeps this process, and so the broker, busy for seconds on a slow machine: nobody is to take that for a dead line.
  chat = new CrossChat({ serverId: 'bridge', urls: [broker.url], allowAnonymous: true, keepalive: 60, log });
  chat.on('rejected', (event) => rejected.push(event));
  chat.start();
  await chat.whenReady();
  mallory = await RawPeer.connect({ url: broker.url, id: 'mallory' });
  await mallory.online(1000);
});

afterAll(async () => {
  await chat.stop();
  await mallory.close();
  await broker.close();
});

/** Whether we still hear and answer. */
async function stillThere(): Promise<void> {
  const text = `ping ${Math.random()}`;
  const heard = next(chat, 'say', (event) => event.text === text);
  await mallory.send('m/mallory/bridge/say/1', { say: text });
  await heard;
  await chat.state.sendOoc('mallory', 'pong', text);
  await mallory.hears('m/bridge/mallory/ooc/pong', (payload) => payload === text);
}

async function rejections(action: () => Promise<void>): Promise<RejectedEvent[]> {
  rejected = [];
  await action();
  await stillThere();
  return rejected;
}

const NOT_OBJECTS = [
  '{"a":',
  'null',
  '[]',
  '[[1]]',
  '12',
  '"text"',
  'true',
  '',
  '\u0000',
  '{'.repeat(50_000),
  '['.repeat(100_000),
];

test.each(['user', 'say/1', 'pm/1/2', 'ooc/aowl_kick'])('payloads that are no JSON object, on %s', async (rest) => {
  const seen = await rejections(async () => {
    for (const payload of NOT_OBJECTS) await mallory.send(`m/mallory/bridge/${rest}`, payload);
  });
  expect(seen).toHaveLength(NOT_OBJECTS.length);
  expect(new Set(seen.map(({ peer }) => peer))).toEqual(new Set(['mallory']));
});

test('a status or meta that is none leaves the picture as it was', async () => {
  const seen = await rejections(async () => {
    for (const payload of NOT_OBJECTS) {
      if (payload === '') continue;
      await mallory.send('state/mallory/status', payload);
      await mallory.send('state/mallory/meta', payload);
    }
    for (const started of [-1, 'soon', null, [], {}, true, 1e300]) await mallory.send('state/mallory/status', { started });
  });
  expect(seen.length).toBe(2 * (NOT_OBJECTS.length - 1) + 7);
  expect(chat.state.servers.get('mallory')).toMatchObject({ online: true, started: 1000, meta: {} });
});

test('ids that are no numbers, and commands that nobody knows', async () => {
  const ids = [undefined, null, '', 'one', '1e3', '0x10', -1, 1.5, '-1', [], {}, true, 2 ** 60, '9'.repeat(30), Number.NaN];
  const seen = await rejections(async () => {
    for (const id of ids) await mallory.send('m/mallory/bridge/user', { id, cmd: 'add', name: 'x' });
    for (const cmd of ['explode', '', 1, null, [], '__proto__'])
      await mallory.send('m/mallory/bridge/user', { id: 1, cmd, name: 'x' });
  });
  expect(seen).toHaveLength(ids.length + 6);
  expect(chat.state.servers.get('mallory')?.users.size).toBe(0);
});

test('topics of the wrong depth, with empty levels, or with ids that are none', async () => {
  const topics = [
    'm',
    'm/mallory',
    'm/mallory/bridge',
    'm/mallory/bridge/user/extra',
    'm/mallory/bridge/say',
    'm/mallory/bridge/say/',
    'm/mallory/bridge/say/x',
    'm/mallory/bridge/say/1/2',
    'm/mallory/bridge/pm/1',
    'm/mallory/bridge/pm/1/x',
    'm/mallory/bridge/ooc',
    'm/mallory/bridge/ooc/a/b',
    `m/mallory/bridge/ooc/${'x'.repeat(65)}`,
    'm/mallory/bridge/dance',
    'm//bridge/user',
    `m/${'x'.repeat(65)}/bridge/user`,
    'm/mal\u0007lory/bridge/user',
    'm/mal/lory/bridge/user',
    'state',
    'state/mallory',
    'state//status',
    'state/mallory/a/b',
    `state/mallory/${'k'.repeat(65)}`,
    `state/${'x'.repeat(65)}/status`,
  ];
  const servers = chat.state.servers.size;
  await rejections(async () => {
    for (const topic of topics) await mallory.send(topic, {});
  });
  for (const topic of [...topics, 'm/a+b/bridge/user', 'm/a#b/bridge/user', 'state/+/status', 'nowhere']) {
    chat.state.receive(`crosschat/${topic}`, '{}');
  }
  chat.state.receive('elsewhere/state/mallory/status', '{"started":0}');
  await stillThere();
  expect(chat.state.servers.size).toBe(servers);
});

test('huge payloads are not even parsed, long ones are cut', async () => {
  const huge = 'x'.repeat(1024 * 1024);
  const seen = await rejections(async () => {
    await mallory.send('m/mallory/bridge/user', { id: 1, cmd: 'add', name: huge });
    await mallory.send('m/mallory/bridge/say/1', { say: huge });
    await mallory.send('state/mallory/map', huge);
  });
  expect(seen.map(({ kind }) => kind)).toEqual(['size', 'size', 'size']);
  const added = next(chat, 'user');
  await mallory.send('m/mallory/bridge/user', { id: 1, cmd: 'add', name: '😀'.repeat(50_000), reason: huge.slice(0, 50_000) });
  const { user } = await added;
  expect(user.name).toBe('😀'.repeat(128));
  const said = next(chat, 'say');
  await mallory.send('m/mallory/bridge/say/1', { say: 'y'.repeat(200_000) });
  expect((await said).text).toBe('y'.repeat(65_536));
  const state = next(chat, 'state');
  await mallory.send('state/mallory/map', 'z'.repeat(50_000));
  expect((await state).value).toHaveLength(1024);
});

test('names keep what they hold, but the operator sees one tame line', async () => {
  const name = '\u202eevil\u0007\u200b\nname\u001b[31m';
  const added = next(chat, 'user');
  await mallory.send('m/mallory/bridge/user', { id: 2, cmd: 'add', name });
  expect((await added).user.name).toBe(name);
  const line = chat.state
    .formatStatus(true)
    .split('\n')
    .find((text) => text.includes('evil'));
  expect(line).toBe('  #2  evil name [31m');
  await mallory.send('m/mallory/bridge/ooc/warning', name);
  await stillThere();
  expect(warnings.at(-1)).toBe('mallory says:  evil name [31m');
});

test('keys that reach for a prototype find nothing', async () => {
  const evil =
    '{"id":3,"cmd":"add","name":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1},"b":1}}';
  const added = next(chat, 'user');
  await mallory.send('m/mallory/bridge/user', evil);
  const { user } = await added;
  expect(user.extra).toEqual({ a: { b: 1 } });
  expect(Object.getPrototypeOf(user.extra)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  const meta = next(chat, 'meta');
  await mallory.send('state/mallory/meta', '{"__proto__":{"polluted":1},"ok":1}');
  expect((await meta).meta).toEqual({ ok: 1 });
  const said = next(chat, 'say');
  await mallory.send('m/mallory/bridge/say/3', '{"say":"x","__proto__":{"polluted":1}}');
  expect((await said).extra).toEqual({});
  for (const id of ['__proto__', 'constructor', 'hasOwnProperty']) {
    await mallory.send(`state/${id}/status`, { started: 5 });
    await mallory.send(`state/mallory/${id}`, 'x');
  }
  await stillThere();
  expect(chat.state.servers.get('__proto__')).toMatchObject({ online: true });
});

test('JSON nested a hundred thousand deep', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const said = next(chat, 'say');
  await rejections(async () => {
    await mallory.send('m/mallory/bridge/user', `{"id":5,"cmd":"add","name":"x","a":${deep}}`);
    await mallory.send('state/mallory/meta', `{"a":${deep.slice(96_000, 104_000)}}`);
    await mallory.send('m/mallory/bridge/ooc/info', deep);
    await mallory.send('m/mallory/bridge/ooc/aowl_kick', `{"steamid64":"76561197986413226","extra":{"a":${deep}}}`);
    await mallory.send('m/mallory/bridge/say/1', `{"say":"still heard","a":${deep}}`);
  });
  expect(await said).toMatchObject({ text: 'still heard', extra: {} });
  expect(chat.state.formatStatus(true)).toContain('mallory');
});

test('extras are bounded, key by key', async () => {
  const extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, 'x'.repeat(20)]));
  const added = next(chat, 'user');
  await mallory.send('m/mallory/bridge/user', { big: 'x'.repeat(10_000), ...extra, id: 4, cmd: 'add', name: 'x' });
  const { user } = await added;
  expect(JSON.stringify(user.extra).length).toBeLessThanOrEqual(2048);
  expect(Object.keys(user.extra).length).toBeGreaterThan(10);
});

test('ten thousand servers, users and complaints leave the picture bounded and the log readable', async () => {
  warnings = [];
  const friend = await RawPeer.connect({ url: broker.url, id: 'friend' });
  const seen = next(chat, 'server', ({ server }) => server.id === 'friend');
  await friend.online(1);
  await seen;
  for (let index = 0; index < 10_000; index += 1) {
    chat.state.receive(`crosschat/m/ghost${index}/bridge/user`, '{"id":1,"cmd":"add","name":"Boo"}');
    chat.state.receive(`crosschat/m/ghost${index}/bridge/say/1`, 'nonsense');
  }
  expect(chat.state.servers.size).toBeLessThanOrEqual(1_001);
  expect(chat.state.servers.get('friend')?.online).toBe(true);
  expect(warnings.length).toBeLessThanOrEqual(100);
  chat.state.summariseComplaints();
  expect(warnings.at(-1)).toMatch(/^Threw away \d+ bad packets/);
  for (let index = 0; index < 2_000; index += 1) chat.state.receive(`crosschat/state/ghost${index}/status`, '{"started":1}');
  expect(chat.state.servers.size).toBeLessThanOrEqual(1_001);
  const said = next(chat, 'say');
  chat.state.receive('crosschat/m/latecomer/bridge/say/1', '{"say":"I am heard all the same"}');
  expect(await said).toMatchObject({ server: { id: 'latecomer' }, text: 'I am heard all the same' });
  chat.state.summariseComplaints();
  for (let id = 0; id < 12_000; id += 1)
    chat.state.receive('crosschat/m/friend/bridge/user', `{"id":${id},"cmd":"add","name":"F"}`);
  expect(chat.state.servers.get('friend')?.users.size).toBe(10_000);
  for (let key = 0; key < 200; key += 1) chat.state.receive(`crosschat/state/friend/key${key}`, 'x');
  expect(chat.state.servers.get('friend')?.states.size).toBe(64);
  for (let line = 0; line < 100; line += 1) chat.state.receive('crosschat/m/friend/bridge/ooc/warning', `line ${line}`);
  expect(warnings.filter((sentence) => sentence.startsWith('friend says')).length).toBeLessThanOrEqual(20);
  await stillThere();
  expect(chat.state.complaints().find(({ peer, kind }) => peer === 'friend' && kind === 'crowd')?.count).toBe(2_000);
  await friend.close();
});

test('a stranger who announces a server of our name is reported, and can not make us leave', async () => {
  const problem = next(chat, 'problem');
  await mallory.send('state/bridge/status', { started: 4_000_000_000 }, true);
  expect(await problem).toContain('Somebody else announces a server bridge');
  await stillThere();
  expect(chat.status).toBe('ready');
});
