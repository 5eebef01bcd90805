import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../src/broker.ts';
import { packetMeter } from '../src/packet-size.ts';

const log = pino({ level: 'silent' });

let broker: Broker;
const clients: MqttClient[] = [];

beforeEach(async () => {
  broker = await startBroker({ port: 0, log });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await broker.stop();
});

async function join(options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

function raw(): Socket {
  const { hostname, port } = new URL(broker.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  return socket;
}

/** The next message's topic and text. */
function next(client: MqttClient): Promise<string> {
  return new Promise((resolve) => client.once('message', (topic, payload) => resolve(`${topic} ${payload}`)));
}

function hungUp(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', resolve));
}

describe('the embedded broker', () => {
  it('passes messages on exactly once, retained ones later too', async () => {
    const alice = await join();
    const bob = await join();
    await bob.subscribeAsync('m/#', { qos: 2 });
    const heard = next(bob);
    await alice.publishAsync('m/a', 'hello', { qos: 2 });
    expect(await heard).toBe('m/a hello');
    await alice.publishAsync('state/a', 'on', { qos: 2, retain: true });
    const late = next(bob);
    await bob.subscribeAsync('state/#', { qos: 2 });
    expect(await late).toBe('state/a on');
  });

  it('tells the will of who disappears', async () => {
    const bob = await join();
    await bob.subscribeAsync('state/#');
    const alice = await join({ will: { topic: 'state/a', payload: Buffer.from('off'), qos: 1, retain: true } });
    const heard = next(bob);
    alice.stream.destroy();
    expect(await heard).toBe('state/a off');
  });

  it('tells the will of who disappears after all that they said', async () => {
    const bob = await join();
    await bob.subscribeAsync('#', { qos: 2 });
    const heard: string[] = [];
    // As they come: at QoS 2 they are handed over when they are released.
    bob.on('packetreceive', (packet) => packet.cmd === 'publish' && heard.push(packet.topic));
    const alice = await join({ will: { topic: 'will', payload: Buffer.from('off'), qos: 1, retain: false } });
    for (let line = 0; line < 10; line++) alice.publish('say', 'hello', { qos: 2 });
    await new Promise<void>((resolve) => alice.stream.end(resolve));
    await expect.poll(() => heard).toContain('will');
    expect(heard).toEqual([...new Array<string>(10).fill('say'), 'will']);
  });

  it('listens on 127.0.0.1 only', () => {
    expect(broker.url).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
  });

  it('takes another port if the wanted one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const second = await startBroker({ port, log });
    expect(second.url).not.toBe(`mqtt://127.0.0.1:${port}`);
    await second.stop();
    other.close();
  });

  it('stops at once, whoever is connected, and frees its port', async () => {
    await join();
    const silent = raw();
    await once(silent, 'connect');
    // One who subscribes to everything and never reads.
    const slow = await join();
    await slow.subscribeAsync('#', { qos: 1 });
    slow.stream.pause();
    const sender = await join();
    const flood = 'x'.repeat(100_000);
    for (let count = 0; count < 200; count += 1) sender.publish('flood', flood);
    await broker.stop();
    const again = await startBroker({ port: Number(new URL(broker.url).port), log });
    expect(again.url).toBe(broker.url);
    await again.stop();
    silent.destroy();
  });

  it.each<[string, Buffer]>([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', Buffer.alloc(1000)],
    ['a packet before CONNECT', Buffer.from([0xc0, 0x00])],
    ['a length that never ends', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a packet of 256 MB', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x04])],
    ['MQTT of another version', Buffer.from([0x10, 0x0c, 0, 4, 0x4d, 0x51, 0x54, 0x54, 9, 2, 0, 60, 0, 0])],
  ])('hangs up on %s, and serves the others', async (_what, bytes) => {
    const bob = await join();
    await bob.subscribeAsync('m/#');
    const bad = raw();
    bad.write(bytes);
    bad.resume();
    if (bytes[0] !== 0xc0) await once(bad, 'close');
    const heard = next(bob);
    await bob.publishAsync('m/x', 'still here', { qos: 2 });
    expect(await heard).toBe('m/x still here');
    bad.destroy();
  });

  it('hangs up on who sends a packet that is too long', async () => {
    const alice = await join();
    const closed = hungUp(alice);
    alice.publish('m/a', Buffer.alloc(1_000_000), { qos: 0 });
    await closed;
    await join();
  });

  it('keeps no more than it has room for', async () => {
    const alice = await join();
    const closed = hungUp(alice);
    const payload = Buffer.alloc(500_000);
    for (let count = 0; count < 80; count += 1) alice.publish(`state/${count}`, payload, { qos: 0, retain: true });
    await closed;
    const bob = await join();
    const kept = new Set<string>();
    const full = new Promise<void>((resolve) => {
      bob.on('message', (topic) => kept.add(topic).size === Math.floor((32 * 1024 * 1024) / 500_007) && resolve());
    });
    await bob.subscribeAsync('state/#');
    await full;
    await bob.publishAsync('m/flush', '', { qos: 2 });
    expect(kept.size).toBe(67);
    // What is taken back makes room.
    for (const topic of kept) await bob.publishAsync(topic, '', { qos: 1, retain: true });
    await bob.publishAsync('state/new', payload, { qos: 1, retain: true });
  });

  it('loses no retained message to the ones that follow at once, and keeps their order', async () => {
    const alice = await join();
    const bob = await join();
    await bob.subscribeAsync('#', { qos: 2 });
    const heard: string[] = [];
    const all = new Promise<void>((resolve) => {
      bob.on('message', (topic) => heard.push(topic) === 6 && resolve());
    });
    const sent = ['state/a/status', 'm/a/b/user', 'm/a/b/say/1', 'state/a/meta', 'state/a/map', 'm/a/b/say/2'];
    for (const topic of sent) alice.publish(topic, 'x', { qos: 2, retain: topic.startsWith('state') });
    await all;
    expect(heard).toEqual(sent);
  });

  it('keeps nothing for who is away', async () => {
    const away = await join({ clientId: 'away', clean: false });
    await away.subscribeAsync('m/#', { qos: 1 });
    await away.endAsync();
    const alice = await join();
    await alice.publishAsync('m/a', 'missed', { qos: 1 });
    const back = await join({ clientId: 'away', clean: false });
    const heard = next(back);
    await back.subscribeAsync('m/#', { qos: 1 });
    await alice.publishAsync('m/a', 'heard', { qos: 1 });
    expect(await heard).toBe('m/a heard');
  });

  it('refuses too many subscriptions, and reserved topics', async () => {
    const alice = await join();
    const topics = Array.from({ length: 150 }, (_, index) => `t/${index}`);
    const granted = await alice.subscribeAsync(topics).catch((error: Error) => error.message);
    expect(JSON.stringify(granted)).toMatch(/error|128/i);
    const closed = hungUp(alice);
    alice.publish('$SYS/x/heartbeat', 'x');
    await closed;
  });
});

describe('packetMeter', () => {
  it('finds the long packet among short ones, in whatever chunks they come', () => {
    const stream = Buffer.concat([
      Buffer.from([0x30, 0x03, 1, 2, 3, 0xc0, 0x00, 0x30, 0x80, 0x01]),
      Buffer.alloc(128),
      Buffer.from([0x30, 0x81, 0x01]),
    ]);
    for (const size of [1, 2, 3, 7, stream.length]) {
      const tooLong = packetMeter(128);
      const verdicts: boolean[] = [];
      for (let at = 0; at < stream.length; at += size) verdicts.push(tooLong(stream.subarray(at, at + size)));
      expect(verdicts.slice(0, -1)).not.toContain(true);
      expect(verdicts.at(-1)).toBe(true);
    }
  });
});
