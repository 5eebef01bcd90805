import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { type CrossChat, CrossChatState, NotConnectedError, RefusedError } from '../src/crosschat/index.ts';
import type { AdapterId, EventId, Message, RoomRef } from '../src/event.ts';
import { networkDestination, networkId } from '../src/network-destination.ts';
import { Outbox } from '../src/outbox/outbox.ts';
import { openStore } from '../src/store/store.ts';
import { VirtualServer } from '../src/virtual-server.ts';
import { TestClock } from './support/clock.ts';

const adapter = 'discord' as AdapterId;
const room = '1' as RoomRef;
const origin = { platform: 'discord', room };

let clock: TestClock;
let state: CrossChatState;
let server: VirtualServer;
let outbox: Outbox;
/** What the game servers got: `alpha: say/1 hello`. */
let heard: string[];
let log: string[];
/** What the broker throws for a packet. */
let fault: (topic: string) => Error | undefined;

let chat: EventEmitter;

beforeEach(async () => {
  chat = new EventEmitter();
  clock = new TestClock();
  heard = [];
  log = [];
  fault = () => undefined;
  state = new CrossChatState({
    ownId: 'bridge',
    clock,
    emit: (name, event) => chat.emit(name, event),
    publish: async (topic, payload) => {
      const error = fault(topic);
      if (error) throw error;
      const [, , , to, ...rest] = topic.split('/');
      if (topic.includes('/m/')) heard.push(`${to}: ${rest.join('/')} ${JSON.parse(payload).say ?? JSON.parse(payload).name}`);
    },
  });
  // The connection is up all the time: what is tried here is what goes over it.
  Object.assign(chat, { state, status: 'ready', whenReady: async () => {}, stop: async () => {} });
  const lines = pino({ level: 'trace' }, { write: (line: string) => log.push(line) });
  server = new VirtualServer({ chat: chat as unknown as CrossChat, idle: 1_800_000, clock });
  const options = { clock, random: () => 1, log: lines };
  const store = await openStore({ ...options, dataDir: undefined });
  const notice = () => {
    throw new Error('nothing is too late here');
  };
  outbox = new Outbox({ ...store, ...options, maxAge: 86_400_000, notice });
  await outbox.open();
  outbox.add(networkDestination(server, () => ({ platform: 'discord', servers: () => true, origin })));
  outbox.release(networkId(server));
  chat.on('ready', () => outbox.retry(networkId(server)));
  for (const id of ['alpha', 'beta']) state.receive(`crosschat/state/${id}/status`, '{"started":5}');
  await state.announce(1);
  state.settled();
});

/** The broker restarts, having forgotten everything; we are the first to be back. */
async function brokerRestarts(): Promise<void> {
  state.disconnected();
  await state.announce(2);
  state.settled();
  chat.emit('ready');
}

function say(text: string, id = 'u1'): void {
  const message: Message = {
    kind: 'message',
    id: text as EventId,
    at: 0,
    place: { kind: 'room', adapter, room },
    tag: 'Discord',
    author: { id, name: `Name ${id}` },
    body: [{ type: 'text', text }],
    attachments: [],
  };
  void outbox.takeNew(() => message, [networkId(server)]);
}

test('a server that the broker refuses is said, holds up no other, and makes no second user of anybody', async () => {
  fault = (topic) => (topic.includes('/m/bridge/beta/') ? new RefusedError('no', 0x87) : undefined);
  say(`${'a'.repeat(500)} b`);
  say('c');
  await clock.advance(0);
  expect(heard.map((line) => line.slice(-1))).toEqual(['1', 'a', 'b', 'c']);
  expect(heard.filter((line) => line.startsWith('beta'))).toEqual([]);
  expect(state.me().users.size).toBe(1);
  expect(log.filter((line) => line.includes('not delivered'))).toHaveLength(2);
  expect(log.join()).toContain('Name u1 (Discord): c');
});

test('what broke off half-way goes on where it broke off, to those who lack it', async () => {
  let broken = true;
  fault = (topic) => (broken && topic.includes('/beta/say') ? new NotConnectedError() : undefined);
  say(`${'a'.repeat(500)} b`);
  await clock.advance(0);
  broken = false;
  await clock.advance(1_000);
  const said = heard.filter((line) => line.includes('say')).map((line) => `${line.slice(0, 6)}${line.slice(-1)}`);
  expect(said).toEqual(['alpha:a', 'beta: a', 'alpha:b', 'beta: b']);
});

test('after an outage, servers that are slower to come back than we are lack nothing', async () => {
  await brokerRestarts();
  state.receive('crosschat/state/beta/status', '{"started":6}');
  say('meanwhile');
  await clock.advance(5_000);
  expect(heard).toEqual([]);
  state.receive('crosschat/state/alpha/status', '{"started":6}');
  await clock.advance(0);
  expect(heard.filter((line) => line.includes('say')).sort()).toEqual(['alpha: say/1 meanwhile', 'beta: say/1 meanwhile']);
  expect(chat.listenerCount('server')).toBe(0);
});

test('after an outage, who stays away is waited for a while, and once', async () => {
  await brokerRestarts();
  state.receive('crosschat/state/beta/status', '{"started":6}');
  say('meanwhile');
  await clock.advance(9_000);
  expect(heard).toEqual([]);
  await clock.advance(1_000);
  say('later');
  await clock.advance(0);
  expect(heard.filter((line) => line.includes('say'))).toEqual(['beta: say/1 meanwhile', 'beta: say/1 later']);
});

test('after a long outage, what waits is said as soon as the connection is back, not when its own pause is over', async () => {
  let up = false;
  const whenReady = (signal: AbortSignal) =>
    up ? Promise.resolve() : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  Object.assign(chat, { whenReady });
  state.disconnected();
  say('meanwhile');
  // An attempt takes 30 s at most, so with more than that ahead it is the pause after one.
  do await clock.advance(1_000);
  while ((clock.next ?? 0) < 50_000);
  up = true;
  await brokerRestarts();
  for (const id of ['alpha', 'beta']) state.receive(`crosschat/state/${id}/status`, '{"started":6}');
  await clock.advance(0);
  expect(heard.filter((line) => line.endsWith('meanwhile'))).toHaveLength(2);
});
