/** The state machine alone: packets in, events and packets out. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CrossChatState, type CrossChatStateOptions, NotConnectedError, RefusedError } from '../../src/crosschat/index.ts';
import { TestClock } from '../support/clock.ts';

interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

function network(options: Partial<CrossChatStateOptions> = {}) {
  const sent: Sent[] = [];
  const events: [string, Record<string, unknown>][] = [];
  const clock = new TestClock(1_000_000);
  const state = new CrossChatState({
    ownId: 'bridge',
    clock,
    publish: async (topic, payload, retain) => {
      sent.push({ topic, payload, retain });
    },
    emit: (name, event) => events.push([name, event as unknown as Record<string, unknown>]),
    ...options,
  });
  return {
    state,
    sent,
    events,
    clock,
    receive: (topic: string, payload: unknown) =>
      state.receive(`crosschat/${topic}`, typeof payload === 'string' ? payload : JSON.stringify(payload)),
    servers: () =>
      events
        .filter(([name]) => name === 'server')
        .map(([, event]) => [(event['server'] as { id: string }).id, event['change'], event['quiet']]),
  };
}

test('the first picture is no news; what changes afterwards is', async () => {
  const { state, receive, servers } = network();
  receive('state/alpha/status', { started: 5 });
  receive('state/beta/status', { started: 0 });
  await state.announce(1);
  receive('state/gamma/status', { started: 6 });
  state.settled();
  receive('state/beta/status', { started: 7 });
  receive('state/beta/status', { started: 7, version: 1 });
  receive('state/beta/status', { started: 8 });
  receive('state/beta/status', '');
  receive('state/beta/status', { started: 0 });
  expect(servers()).toEqual([
    ['alpha', 'online', true],
    ['gamma', 'online', true],
    ['beta', 'online', false],
    ['beta', 'restart', false],
    ['beta', 'offline', false],
  ]);
});

test('after an outage, only differences are news', async () => {
  const { state, receive, servers, events } = network();
  for (const id of ['same', 'restarted', 'gone', 'lost']) receive(`state/${id}/status`, { started: 5 });
  await state.announce(1);
  state.settled();
  for (const id of ['same', 'restarted', 'gone']) receive(`m/${id}/bridge/user`, { id: 1, cmd: 'add', name: `Ann of ${id}` });
  events.length = 0;
  state.disconnected();
  expect(state.online()).toEqual([]);
  expect(events).toEqual([]);
  receive('state/same/status', { started: 5 });
  receive('state/restarted/status', { started: 6 });
  receive('state/gone/status', { started: 0 });
  receive('state/new/status', { started: 9 });
  await state.announce(2);
  state.settled();
  expect(servers()).toEqual([
    ['same', 'online', true],
    ['restarted', 'restart', false],
    ['gone', 'offline', false],
    ['new', 'online', false],
  ]);
  events.length = 0;
  for (const id of ['same', 'restarted']) receive(`m/${id}/bridge/say/1`, { say: 'hi' });
  expect(events.map(([, { user }]) => (user as { name: string }).name)).toEqual(['Ann of same', 'UnknownUser1']);
  expect(state.servers.get('lost')?.online).toBe(false);
});

test('nothing is sent before the announcement, and everything after it in order', async () => {
  const { state, receive, sent } = network({ meta: { a: 1 } });
  await state.addUser('Ann');
  receive('state/alpha/status', { started: 5 });
  await expect(state.say(1, 'too early')).rejects.toThrow(NotConnectedError);
  expect(sent).toEqual([]);
  const announced = state.announce(7);
  expect(sent.map(({ topic, retain }) => [topic, retain])).toEqual([
    ['crosschat/state/bridge/status', true],
    ['crosschat/state/bridge/meta', true],
    ['crosschat/m/bridge/alpha/user', false],
  ]);
  await announced;
});

test('a half-sent message names those it did not reach, so that a retry can spare the others', async () => {
  const { state, receive } = network({
    publish: async (topic) => {
      if (/\/(beta|delta)\//.test(topic)) throw new RefusedError('no', 0x87);
    },
  });
  for (const id of ['alpha', 'beta', 'gamma', 'delta']) receive(`state/${id}/status`, { started: 5 });
  await state.announce(1);
  expect(await state.addUser('Ann')).toMatchObject({ id: 1 });
  await expect(state.say(1, 'x')).rejects.toMatchObject({ name: 'PublishError', undelivered: ['beta', 'delta'] });
  await state.say(1, 'x', { to: ({ id }) => id === 'alpha' });
});

test('a user change that the outage swallowed is no error: the next burst tells it', async () => {
  const { state, receive } = network({
    publish: async (topic) => {
      if (topic.includes('/m/')) throw new NotConnectedError();
    },
  });
  receive('state/alpha/status', { started: 5 });
  await state.announce(1);
  expect(await state.addUser('Ann')).toMatchObject({ id: 1 });
  expect(await state.delUser(1)).toMatchObject({ name: 'Ann' });
  expect(await state.delUser(1)).toBeUndefined();
  expect(await state.updateUser(1, { name: 'x' })).toBeUndefined();
});

test('a departure that broke off half-way is told again after the next connect', async () => {
  let broken = true;
  const told: string[] = [];
  const { state, receive } = network({
    publish: async (topic, payload) => {
      if (broken && topic.includes('/m/')) throw new NotConnectedError();
      if (topic.endsWith('/user')) told.push(payload);
    },
  });
  receive('state/alpha/status', { started: 5 });
  await state.announce(1);
  await state.addUser('Ann');
  await state.delUser(1);
  state.disconnected();
  broken = false;
  receive('state/alpha/status', { started: 5 });
  await state.announce(2);
  expect(told).toEqual(['{"id":1,"cmd":"del"}']);
});

test('ignored servers are never seen, heard or written to', async () => {
  const { state, receive, sent, events } = network({ ignore: ['matrix'] });
  receive('state/matrix/status', { started: 5 });
  receive('m/matrix/bridge/say/1', { say: 'echo' });
  await state.announce(1);
  await state.addUser('Ann');
  await state.say(1, 'hello');
  expect(state.servers.has('matrix')).toBe(false);
  expect(events).toEqual([]);
  expect(sent.filter(({ topic }) => topic.includes('matrix'))).toEqual([]);
});

test('a pinned dialect is spoken to everybody', async () => {
  const { state, receive, sent } = network({ dialect: 'join' });
  receive('state/alpha/status', { started: 5 });
  await state.announce(1);
  await state.addUser('Ann');
  receive('m/alpha/bridge/user', { id: 1, cmd: 'add', name: 'x' });
  await state.delUser(1, 'bye');
  const users = sent.filter(({ topic }) => topic.endsWith('/user')).map(({ payload }) => JSON.parse(payload));
  expect(users).toMatchObject([
    { cmd: 'join', burst: false },
    { id: 1, cmd: 'leave', reason: 'bye' },
  ]);
});

test('a peer that changes its dialect with every packet does not make us shout', async () => {
  const { state, receive, sent } = network();
  await state.addUser('Ann');
  receive('state/alpha/status', { started: 5 });
  await state.announce(1);
  for (let id = 1; id <= 50; id += 1) receive('m/alpha/bridge/user', { id, cmd: id % 2 === 0 ? 'add' : 'join', name: 'x' });
  expect(sent.filter(({ topic }) => topic.endsWith('/user')).length).toBeLessThanOrEqual(2);
});

test('a list of users that never began or never ends removes nobody', () => {
  const { state, receive, events } = network();
  const user = (id: number, burst: unknown) => receive('m/alpha/bridge/user', { id, cmd: 'add', name: `U${id}`, burst });
  const ids = () => [...(state.servers.get('alpha')?.users.keys() ?? [])];
  user(1, false);
  user(2, 'end');
  expect(ids()).toEqual([1, 2]);
  user(3, 'start');
  user(4, true);
  expect(ids()).toEqual([1, 2, 3, 4]);
  user(5, 'startend');
  expect(ids()).toEqual([5]);
  events.length = 0;
  user(5, 'startend');
  expect(events).toEqual([]);
  receive('m/alpha/bridge/user', { id: 5, cmd: 'update', steamid64: '76561197986413226' });
  expect(events).toMatchObject([['user', { change: 'update', user: { name: 'U5', steamid64: '76561197986413226' } }]]);
});

test('extras of ours can not replace a key of the protocol', async () => {
  const { state, receive, sent } = network();
  receive('state/alpha/status', { started: 5 });
  await state.announce(1);
  await state.addUser('Ann', { id: 99, cmd: 'del', name: 'Mallory', server: 'x', burst: 'end', color: '#ff0000' });
  expect(JSON.parse(sent.at(-1)?.payload ?? '')).toEqual({
    id: 1,
    cmd: 'add',
    name: 'Ann',
    server: 'bridge',
    burst: false,
    color: '#ff0000',
    first_seen: 1_000,
  });
  await state.say(1, 'hi', { extra: { say: 'something else', trace: 't' } });
  expect(JSON.parse(sent.at(-1)?.payload ?? '')).toEqual({ say: 'hi', trace: 't' });
});

test('what can reach nobody is refused before it is sent', async () => {
  const { state, receive, sent } = network();
  await state.announce(1);
  receive('state/alpha/status', { started: 5 });
  receive('state/alpha/status', { started: 0 });
  const before = sent.length;
  await expect(state.say(1, 'x')).rejects.toThrow(RangeError);
  await state.addUser('Ann');
  await expect(state.pm(1, 'alpha', 1, 'x')).rejects.toMatchObject({ undelivered: ['alpha'] });
  await expect(state.pm(1, 'bridge', 1, 'x')).rejects.toMatchObject({ undelivered: ['bridge'] });
  await expect(state.pm(1, 'alpha', -1, 'x')).rejects.toThrow(TypeError);
  await expect(state.sendOoc('a/b', 'x', 1)).rejects.toThrow(TypeError);
  await expect(state.sendOoc('alpha', 'x/y', 1)).rejects.toThrow(TypeError);
  await expect(state.setState('status', 'x')).rejects.toThrow(TypeError);
  await expect(state.setState('a/b', 'x')).rejects.toThrow(TypeError);
  await expect(state.servers.get('alpha')?.addUser('Imposter')).rejects.toThrow(TypeError);
  expect(sent.length).toBe(before);
});

test('the status shows who is here, ours first, without color unless asked', async () => {
  const { state, receive } = network({ meta: { link: 'x' } });
  receive('state/alpha/status', { started: 5 });
  receive('state/alpha/map', 'gm_construct');
  receive('state/beta/status', { started: 5 });
  receive('m/alpha/bridge/user', { id: 2, cmd: 'add', name: 'Bob', team: 1 });
  receive('m/beta/bridge/user', { id: 3, cmd: 'add', name: 'Cid' });
  receive('state/beta/status', { started: 0 });
  await state.announce(1);
  await state.addUser('Ann');
  expect(state.formatStatus()).toBe(
    ['bridge: online, 1 user (this server)', '  #1 Ann', 'alpha: online, 1 user', '  #2 Bob', 'beta: offline'].join('\n'),
  );
  expect(state.formatStatus(true)).toContain('  map = gm_construct\n  #2 Bob\n    team: 1');
  expect(state.formatStatus(false, true)).toContain('\u001b[32monline\u001b[0m');
});

test('complaints are summed up once an hour', async () => {
  const lines: string[] = [];
  const quiet = (): void => {};
  const { receive, clock } = network({
    log: { debug: quiet, info: quiet, error: quiet, warn: (_fields, sentence) => lines.push(sentence) },
  });
  for (let count = 0; count < 5; count += 1) receive('m/alpha/bridge/user', 'nonsense');
  expect(lines).toHaveLength(1);
  await clock.advance(3_600_000);
  receive('m/alpha/bridge/user', 'nonsense');
  expect(lines.slice(1)).toEqual([
    'Threw away 5 bad packets since the last summary.',
    'Threw away a user packet of alpha: it is no JSON. More of this kind are counted only.',
  ]);
});

test('what was cut off is not kept: names, states and texts of 200 kB take the room of short ones', async () => {
  const { state, receive } = network({ emit: () => {} });
  receive('state/alpha/status', { started: 5 });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const long = 'x'.repeat(200_000);
  for (let id = 1; id <= 300; id++) receive('m/alpha/bridge/user', { id, cmd: 'add', name: `${id} ${long}` });
  for (let key = 1; key <= 60; key++) receive(`state/alpha/key${key}`, `${key} ${long}`);
  expect(heap() - before).toBeLessThan(10_000_000);
  expect(state.servers.get('alpha')?.users.size).toBe(300);
});

test('what is said to a server that went waits 10 s for it, which stand still while we are cut off ourselves', async () => {
  const log: string[] = [];
  const { state, receive, clock } = network({
    holding: {
      hold: (server, _topic, payload) => log.push(`${server}: ${JSON.parse(payload).say}`),
      back: (server) => log.push(`${server} is back`),
      gone: (server) => log.push(`${server} is gone`),
      awaited: () => [],
    },
  });
  for (const id of ['alpha', 'beta', 'gamma']) receive(`state/${id}/status`, { started: 5 });
  await state.announce(1);
  state.settled();
  await state.addUser('Ann');
  log.length = 0;
  receive('state/alpha/status', { started: 0 });
  await state.say(1, 'one');
  await clock.advance(9_000);
  state.disconnected();
  await clock.advance(60_000);
  receive('state/beta/status', { started: 6 });
  await state.announce(2);
  state.settled();
  await state.say(1, 'two');
  await clock.advance(9_000);
  receive('state/gamma/status', { started: 6 });
  await clock.advance(1_000);
  await state.say(1, 'three');
  const news = ['alpha: one', 'beta is back', 'alpha: two', 'gamma: two', 'gamma is back', 'alpha is gone'];
  expect(log).toEqual(news);
});
