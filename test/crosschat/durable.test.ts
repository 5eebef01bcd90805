import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { type Clock, CrossChat, type CrossChatOptions, systemClock } from '../../src/crosschat/index.ts';
import type { Database } from '../../src/store/database.ts';
import { sessionOf } from '../../src/store/sessions.ts';
import { openTestStore } from '../store/open.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import type { Passing } from '../support/mqtt-proxy.ts';
import { durableStories } from './durable-stories.ts';
import { next } from './events.ts';
import { Life } from './life.ts';
import { RawPeer } from './raw-peer.ts';
import { stopsInTime } from './stops.ts';

describe('on an embedded broker (MQTT 3.1.1)', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.close());
  durableStories(() => ({ url: broker.url, version: 4, login: () => undefined }), false);
});

test('a broker that does not go on with the session gets a new one', async () => {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const hurried: Clock = { now: systemClock.now, after: (ms, action) => systemClock.after(ms / 20, action) };
  const life = await Life.begin({ url: broker.url });
  await life.ready();
  const alpha = await RawPeer.connect({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.close());
  const online = next(life.chat, 'server');
  await alpha.online(1000);
  await online;
  const isMap = ({ from, topic }: Passing) => from === 'client' && topic.endsWith('/map');
  const killed = life.killedAt(isMap);
  void life.chat.state.setState('map', 'lobby');
  const again = await Life.begin({ url: broker.url, remains: await killed, chat: { clock: hurried } });
  const problem = next(again.chat, 'problem', (sentence) => sentence.includes('go on'));
  await again.chat.state.setState('map', 'lobby');
  again.proxy.loses = isMap;
  again.chat.start();
  expect(await problem).toContain('does not go on with what was on its way');
  again.proxy.loses = () => false;
  await again.chat.whenReady();
  expect(await alpha.hears('state/bridge/map')).toBe('lobby');
});

describe('what is corked and let go', () => {
  const tls = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));

  /** Says something to a server and is answered, at this address of a broker. */
  async function talk(url: string, broker: TestBroker, options: Partial<CrossChatOptions> = {}): Promise<void> {
    const { store } = await openTestStore();
    const { database, writer } = store;
    const persistence = sessionOf({ database, writer, server: 'bridge' });
    const chat = new CrossChat({ serverId: 'bridge', urls: [url], allowAnonymous: true, persistence, ...options });
    onTestFinished(() => chat.stop());
    chat.start();
    await chat.whenReady();
    const heard: string[] = [];
    chat.on('say', ({ text }) => heard.push(text));
    // The peer needs no TLS: it is brought to the broker from within.
    broker.aedes.publish(
      { cmd: 'publish', qos: 2, dup: false, retain: true, topic: 'crosschat/state/alpha/status', payload: '{"started":1}' },
      () => {},
    );
    await expect.poll(() => chat.state.online()).toHaveLength(1);
    await chat.state.addUser('Ann');
    for (let n = 0; n < 100; n++) {
      const line = { cmd: 'publish', qos: 2, dup: false, retain: false, payload: `{"say":"${n}"}` } as const;
      broker.aedes.publish({ ...line, topic: 'crosschat/m/alpha/bridge/say/1' }, () => {});
    }
    await Promise.all(Array.from({ length: 100 }, (_, n) => chat.state.say(1, `line ${n}`)));
    await expect.poll(() => heard).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
  }

  test('goes over TLS', async () => {
    const broker = await startBroker({ tls: { cert: tls('server.pem'), key: tls('server.key'), ca: tls('ca.pem') } });
    onTestFinished(() => broker.close());
    await talk(broker.url, broker, { tls: { ca: tls('ca.pem') } });
  });

  test('goes over WebSocket', async () => {
    const broker = await startBroker();
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    sockets.on('connection', (socket) => broker.aedes.handle(createWebSocketStream(socket)));
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(async () => {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      await broker.close();
    });
    await talk(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`, broker);
  });
});

describe('a disk that is stuck', () => {
  /** A database that writes only while it is open. */
  function valve(): { through: (database: Database) => Database; close(): void; open(): void } {
    let open = () => {};
    let gate: Promise<void> | undefined;
    return {
      through: (database) => ({
        location: database.location,
        all: (sql, ...values) => database.all(sql, ...values),
        size: () => database.size(),
        shrink: () => database.shrink(),
        close: () => database.close(),
        async write(statements) {
          await gate;
          await database.write(statements);
        },
      }),
      close() {
        gate = new Promise((resolve) => {
          open = resolve;
        });
      },
      open: () => open(),
    };
  }

  async function begin(): Promise<{ life: Life; alpha: RawPeer; disk: ReturnType<typeof valve> }> {
    const broker = await startBroker();
    onTestFinished(() => broker.close());
    const disk = valve();
    const life = await Life.begin({ url: broker.url, through: disk.through, chat: { keepalive: 60 } });
    onTestFinished(() => disk.open());
    await life.ready();
    const alpha = await RawPeer.connect({ url: broker.url, id: 'alpha' });
    onTestFinished(() => alpha.close());
    const online = next(life.chat, 'server');
    await alpha.online(1000);
    await online;
    await alpha.hears('m/bridge/alpha/user');
    return { life, alpha, disk };
  }

  test('nothing is acknowledged before it is kept, and all of it afterwards', async () => {
    const { life, alpha, disk } = await begin();
    const sent = new Set<number>();
    let acknowledged = 0;
    life.proxy.lets = ({ from, type, topic, id }) => {
      if (topic.includes('/say/')) sent.add(id);
      if (from === 'client' && type === 'pubrec' && sent.has(id)) acknowledged += 1;
      return true;
    };
    disk.close();
    for (let n = 0; n < 50; n++) await alpha.send('m/alpha/bridge/say/7', { say: `line ${n}` });
    await expect.poll(() => sent.size).toBe(50);
    expect(acknowledged).toBe(0);
    disk.open();
    await expect.poll(() => life.heard()).toHaveLength(50);
    await expect.poll(() => acknowledged).toBe(50);
  });

  test('nothing leaves that would not be known after a crash', async () => {
    const { life, alpha, disk } = await begin();
    disk.close();
    const said = life.chat.state.say(1, 'hello');
    await alpha.caughtUp();
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([]);
    disk.open();
    await said;
    await alpha.hears('m/bridge/alpha/say/1');
  });

  test('a stop does not wait for it, and lets nothing out either', async () => {
    const { life, alpha, disk } = await begin();
    disk.close();
    life.chat.state.say(1, 'hello').catch(() => {});
    await stopsInTime(life.chat);
    await alpha.hears('state/bridge/status', ({ started }: { started: number }) => started === 0);
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([]);
  });
});
