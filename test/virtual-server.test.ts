/** What platform users say, as game servers on a real broker hear it. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { CrossChat, type CrossChatOptions } from '../src/crosschat/index.ts';
import type { AdapterId, EventId, Message, RoomRef } from '../src/event.ts';
import { sessionOf } from '../src/store/sessions.ts';
import { speakersOf } from '../src/store/speakers.ts';
import { type NetworkDelivery, VirtualServer } from '../src/virtual-server.ts';
import { RawPeer } from './crosschat/raw-peer.ts';
import { openTestStore } from './store/open.ts';
import { TestAttempt } from './support/attempt.ts';
import { startBroker, type TestBroker } from './support/broker.ts';
import { settle, TestClock } from './support/clock.ts';
import { MqttProxy } from './support/mqtt-proxy.ts';
import { startRefusingBroker } from './support/refusing-broker.ts';

const adapter = 'discord' as AdapterId;
const room = '1' as RoomRef;

let clock: TestClock;
let broker: TestBroker;

beforeEach(async () => {
  clock = new TestClock();
  broker = await startBroker();
  return () => broker.close();
});

/** A virtual server that is on the network. Its own clock stands still, that of its connection does not. */
async function bridge(url: string, options: Partial<CrossChatOptions> = {}): Promise<VirtualServer> {
  const { store } = await openTestStore();
  const { database, writer } = store;
  const persistence = sessionOf({ database, writer, server: 'bridge' });
  const chat = new CrossChat({
    serverId: 'bridge',
    urls: [url],
    allowAnonymous: true,
    random: () => 0.1,
    persistence,
    ...options,
  });
  const server = new VirtualServer({ chat, idle: 1_800_000, clock, speakers: speakersOf('bridge', database, writer) });
  onTestFinished(() => server.close());
  await server.start();
  await chat.whenReady();
  return server;
}

/** A game server that the bridge sees. */
async function game(server: VirtualServer, id: string, started = 1_000): Promise<RawPeer> {
  const peer = await RawPeer.connect({ url: broker.url, id });
  onTestFinished(() => peer.close());
  await peer.online(started);
  await expect.poll(() => server.chat.state.servers.get(id)?.online).toBe(true);
  return peer;
}

function said(text: string, user = 'u1', servers: NetworkDelivery['servers'] = () => true): NetworkDelivery & { event: Message } {
  const event: Message = {
    kind: 'message',
    id: text as EventId,
    at: 0,
    place: { kind: 'room', adapter, room },
    tag: 'Discord',
    author: { id: user, name: `Name ${user}` },
    body: [{ type: 'text', text }],
    attachments: [],
  };
  return { event, adapter, platform: 'discord', servers, origin: { platform: 'discord', room } };
}

/** What a game server was told by the bridge: `+Name u1`, `1: hello`. */
function told(peer: RawPeer): string[] {
  return peer.heard
    .filter(({ topic }) => topic.startsWith('crosschat/m/bridge/'))
    .map(({ topic, text }) => {
      const { say, name, cmd, id } = JSON.parse(text) as Record<string, unknown>;
      return say === undefined ? `${cmd} ${name ?? id}` : `${topic.split('/')[5]}: ${say}`;
    });
}

test('a speaker is there before their words, and each server of the channel hears every line', async () => {
  const server = await bridge(broker.url);
  const [alpha, beta, gamma] = [await game(server, 'alpha'), await game(server, 'beta'), await game(server, 'gamma')];
  const attempt = new TestAttempt();
  const delivery = said(`${'a'.repeat(500)} b`, 'u1', (id) => id !== 'gamma');
  await server.deliver(delivery, attempt);
  expect(attempt.completed).toBe(true);
  await alpha.hears('m/bridge/alpha/say/1', ({ say }: { say: string }) => say === 'b');
  await beta.hears('m/bridge/beta/say/1', ({ say }: { say: string }) => say === 'b');
  expect(told(alpha)).toEqual(['add Name u1', `1: ${'a'.repeat(500)}`, '1: b']);
  expect(told(beta)).toEqual(told(alpha));
  expect(told(gamma)).toEqual(['add Name u1']);
  expect(alpha.on('m/bridge/alpha/say/1')[0]).toMatchObject({ origin: { platform: 'discord', room: '1' } });
});

test('an edit is said again with a mark; news of a speaker is told, news of others is not', async () => {
  const server = await bridge(broker.url);
  const alpha = await game(server, 'alpha');
  await server.deliver(said('helo'), new TestAttempt());
  const { event, ...rest } = said('hello');
  const id = 'x' as EventId;
  await server.deliver({ ...rest, event: { kind: 'edit', id, at: 0, place: event.place, message: event } }, new TestAttempt());
  for (const user of ['u1', 'stranger']) {
    const author = { id: user, name: 'Bobby' };
    await server.deliver({ ...rest, event: { kind: 'profile', id, at: 0, adapter, author } }, new TestAttempt());
    await server.deliver({ ...rest, event: { kind: 'departure', id, at: 0, adapter, userId: user } }, new TestAttempt());
  }
  await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'del');
  expect(told(alpha)).toEqual(['add Name u1', '1: helo', '1: * hello', 'update Bobby', 'del 1']);
});

test('a whisper is from the bridge itself', async () => {
  const server = await bridge(broker.url);
  const alpha = await game(server, 'alpha');
  await server.whisper('alpha', 7, 'slower, please');
  expect(await alpha.hears('m/bridge/alpha/pm/1/7')).toEqual({ say: 'slower, please' });
  expect(told(alpha)[0]).toBe('add Bridge');
  await expect(server.whisper('nowhere', 7, 'x')).rejects.toMatchObject({ name: 'DeliveryError', passing: false });
});

test('without a connection nothing is handed over, and the time for it is over some day', async () => {
  const server = await bridge(broker.url);
  const down = new Promise((resolve) => server.chat.once('down', resolve));
  await broker.stop();
  await down;
  const patience = new AbortController();
  const attempt = new TestAttempt(patience.signal);
  const delivery = expect(server.deliver(said('hello'), attempt)).rejects.toMatchObject({ passing: true });
  patience.abort(new Error('time is over'));
  await delivery;
  expect(attempt.completed).toBe(false);
});

test('what was handed over when the connection broke is said by the next one, once', async () => {
  const proxy = await MqttProxy.start(broker.url);
  onTestFinished(() => proxy.close());
  const server = await bridge(proxy.url);
  const alpha = await game(server, 'alpha');
  let cut = false;
  proxy.lets = ({ from, type }) => {
    if (from === 'broker' && type === 'pubrec' && !cut) {
      cut = true;
      proxy.cut();
    }
    return true;
  };
  const attempt = new TestAttempt();
  await server.deliver(said('hello'), attempt);
  expect(attempt.completed).toBe(true);
  await server.chat.whenReady();
  await server.deliver(said('again'), new TestAttempt());
  await alpha.hears('m/bridge/alpha/say/1', ({ say }: { say: string }) => say === 'again');
  expect(told(alpha).filter((line) => line.startsWith('1:'))).toEqual(['1: hello', '1: again']);
});

test('a server that the broker refuses is told to the operator, and holds up no other', async () => {
  const refusing = await startRefusingBroker((topic) => topic.startsWith('crosschat/m/bridge/beta/'));
  const server = await bridge(refusing.url, { protocolVersion: 5 });
  for (const id of ['alpha', 'beta']) refusing.send(`crosschat/state/${id}/status`, '{"started":5}');
  await expect.poll(() => server.chat.state.online()).toHaveLength(2);
  const attempt = new TestAttempt();
  await expect(server.deliver(said('hello'), attempt)).rejects.toMatchObject({ name: 'DeliveryError', passing: false });
  expect(attempt.completed).toBe(true);
  await expect(server.deliver(said('again'), attempt)).rejects.toMatchObject({ passing: false });
  const lines = refusing.taken.filter(({ topic }) => topic.includes('/say/'));
  expect(lines.map(({ payload }) => (JSON.parse(payload) as { say: string }).say)).toEqual(['hello', 'again']);
  expect(server.chat.state.me().users.size).toBe(1);
});

/** The broker restarts, having forgotten everything; the bridge is the first to be back. */
async function brokerRestarts({ chat }: VirtualServer): Promise<void> {
  const down = new Promise((resolve) => chat.once('down', resolve));
  await broker.stop({ forget: true });
  await down;
  await broker.start();
  await chat.whenReady();
}

test('after an outage, servers that are slower to come back than we are lack nothing, and hold up no other', async () => {
  const server = await bridge(broker.url);
  for (const id of ['alpha', 'beta']) await game(server, id);
  await brokerRestarts(server);
  const beta = await game(server, 'beta', 2_000);
  await server.deliver(said('meanwhile'), new TestAttempt());
  await beta.hears('m/bridge/beta/say/1', ({ say }: { say: string }) => say === 'meanwhile');
  const alpha = await game(server, 'alpha', 2_000);
  await server.deliver(said('later'), new TestAttempt());
  for (const peer of [alpha, beta]) {
    await peer.hears(`m/bridge/${peer.id}/say/1`, ({ say }: { say: string }) => say === 'later');
    expect(told(peer)).toEqual(['add Name u1', '1: meanwhile', '1: later']);
  }
});

test('a server that is gone for a moment, as for another map, hears what was said meanwhile', async () => {
  const server = await bridge(broker.url);
  const before = await game(server, 'alpha');
  before.cut();
  await expect.poll(() => server.chat.state.online()).toEqual([]);
  await server.deliver(said('meanwhile'), new TestAttempt());
  const alpha = await game(server, 'alpha', 2_000);
  await alpha.hears('m/bridge/alpha/say/1');
  expect(told(alpha)).toEqual(['add Name u1', '1: meanwhile']);
});

test('what a broker had not taken when it forgot everything is said to those who come back, before what is said later', async () => {
  const server = await bridge(broker.url);
  await game(server, 'alpha');
  await server.deliver(said('before'), new TestAttempt());
  for (const client of Object.values((broker.aedes as unknown as { clients: Record<string, { pause(): void }> }).clients))
    client.pause();
  const delivered = server.deliver(said('unheard'), new TestAttempt());
  await settle();
  await brokerRestarts(server);
  await delivered;
  await server.deliver(said('later'), new TestAttempt());
  const alpha = await game(server, 'alpha', 2_000);
  await alpha.hears('m/bridge/alpha/say/1', ({ say }: { say: string }) => say === 'later');
  expect(told(alpha)).toEqual(['add Name u1', '1: unheard', '1: later']);
});
