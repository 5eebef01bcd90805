/** Brokers that go away, refuse, lie or are slow. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { AuthenticateError } from 'aedes';
import { afterEach, describe, expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import {
  type Clock,
  CrossChat,
  type CrossChatEvents,
  type CrossChatOptions,
  NotConnectedError,
  probe,
  systemClock,
} from '../../src/crosschat/index.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { next } from './events.ts';
import { RawPeer } from './raw-peer.ts';

/** Where a test waits for something not to come, ten times as fast. */
const hurried: Clock = { now: systemClock.now, after: (ms, action) => systemClock.after(ms / 10, action) };

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});

async function broker(options?: Parameters<typeof startBroker>[0]): Promise<TestBroker> {
  const started = await startBroker(options);
  undo.push(() => started.close());
  return started;
}

function bridge(options: Partial<CrossChatOptions> & { urls: readonly string[] }): CrossChat {
  const chat = new CrossChat({ serverId: 'bridge', allowAnonymous: true, random: () => 0, ...options });
  undo.push(() => chat.stop());
  return chat;
}

async function peer(url: string, id: string): Promise<RawPeer> {
  const connected = await RawPeer.connect({ url, id });
  undo.push(() => connected.close());
  return connected;
}

/** Every event of some names, in order, as one list. */
function record(chat: CrossChat, ...names: (keyof CrossChatEvents)[]): string[] {
  const seen: string[] = [];
  for (const name of names) chat.on(name, () => seen.push(name));
  return seen;
}

/** A TCP server on 127.0.0.1 that handles each connection like this. */
async function tcp(handle: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    handle(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  undo.push(() => server.close());
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the broker goes away and comes back', () => {
  test('presence is right on both sides, and what was there before is no news', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    await chat.state.addUser('Ann');
    await chat.state.addUser('Bob');
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const known = next(chat, 'user');
    await alpha.send('m/alpha/bridge/user', { id: 7, cmd: 'add', name: 'Zoe', burst: 'startend' });
    await known;

    const before = chat.state.me().started;
    const down = next(chat, 'down');
    await control.stop();
    expect(await down).toContain('127.0.0.1');
    const server = chat.state.servers.get('alpha');
    expect(server).toMatchObject({ online: false, started: 1000 });
    expect(chat.state.online()).toEqual([]);
    const added = chat.state.addUser('Cid');
    await chat.state.delUser(1);
    expect(await added).toMatchObject({ id: 3, name: 'Cid' });
    await expect(chat.state.say(2, 'nobody hears this')).rejects.toThrow(NotConnectedError);

    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    expect(chat.state.me().started).toBeGreaterThan(before);
    const again = await peer(url, 'alpha');
    const online = next(chat, 'server');
    const said = next(chat, 'say');
    await again.send('m/alpha/bridge/say/7', { say: 'still me' });
    await again.online(1000);
    expect(await said).toMatchObject({ text: 'still me', user: { id: 7, name: 'Zoe' } });
    expect(await online).toMatchObject({ server: { id: 'alpha' }, change: 'online' });
    await again.hears('m/bridge/alpha/user', ({ burst }: { burst: unknown }) => burst === 'end');
    expect(again.on('m/bridge/alpha/user')).toMatchObject([
      { id: 2, name: 'Bob', burst: 'start' },
      { id: 3, name: 'Cid', burst: 'end' },
    ]);
  });

  test('who stayed online is quietly back, and hears who left meanwhile', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url], random: () => 0.1 });
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const first = next(chat, 'server');
    chat.start();
    expect(await first).toMatchObject({ change: 'online', quiet: true });
    await chat.whenReady();
    await chat.state.addUser('Ann');
    await chat.state.addUser('Bob');
    const down = next(chat, 'down');
    for (const client of Object.values(
      (control.aedes as unknown as { clients: Record<string, { id: string; conn: { destroy(): void } }> }).clients,
    )) {
      if (client.id === 'bridge') client.conn.destroy();
    }
    await down;
    await chat.state.delUser(1, 'gone');
    const back = next(chat, 'server');
    expect(await back).toMatchObject({ server: { id: 'alpha' }, change: 'online', quiet: true });
    await chat.whenReady();
    await alpha.hears('m/bridge/alpha/user', ({ cmd }: { cmd: string }) => cmd === 'del');
    await alpha.hears('m/bridge/alpha/user', ({ id, burst }: { id: number; burst: unknown }) => id === 2 && burst === 'startend');
  });

  test('a broker that forgot everything gets it all again', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url], meta: { name: 'Bridge' }, clock: hurried });
    await chat.state.setState('map', 'lobby');
    chat.start();
    await chat.whenReady();
    const down = next(chat, 'down');
    await control.stop({ forget: true });
    await down;
    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    const alpha = await peer(url, 'alpha');
    expect(await alpha.hears('state/bridge/status')).toMatchObject({ started: chat.state.me().started });
    expect(await alpha.hears('state/bridge/meta')).toEqual({ name: 'Bridge' });
    expect(await alpha.hears('state/bridge/map')).toBe('lobby');
  }, 15_000);

  test('a say that breaks off names the servers that it did not reach', async () => {
    const { url } = await broker({
      authorizePublish: (client, packet, done) => {
        if (packet.topic.endsWith('/say/1')) client?.conn.destroy();
        else done(null);
      },
    });
    const chat = bridge({ urls: [url], random: () => 0.9 });
    chat.start();
    await chat.whenReady();
    chat.state.receive('crosschat/state/alpha/status', '{"started":1}');
    await chat.state.addUser('Ann');
    await expect(chat.state.say(1, 'hello')).rejects.toMatchObject({ name: 'PublishError', undelivered: ['alpha'] });
  });
});

describe('the broker refuses', () => {
  test('MQTT 5: 3.1.1 is tried at once, and remembered', async () => {
    const versions: unknown[] = [];
    const { url, ...control } = await broker({
      preConnect: (_client, packet, done) => {
        versions.push(packet.protocolVersion);
        done(null, true);
      },
    });
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    const down = next(chat, 'down');
    await control.stop();
    await down;
    const ready = next(chat, 'ready');
    await control.start();
    await ready;
    expect(versions).toEqual([5, 4, 4]);
  });

  test('MQTT 5 in the words of MQTT 5, too', async () => {
    const versions: unknown[] = [];
    const url = await tcp((socket) => {
      socket.once('data', (connect) => {
        const version = connect[connect.indexOf('MQTT') + 4];
        versions.push(version);
        socket.write(Buffer.from(version === 5 ? [0x20, 3, 0, 0x84, 0] : [0x20, 2, 0, 3]));
      });
    });
    const chat = bridge({ urls: [url], random: () => 0.9 });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('is not available');
    expect(versions).toEqual([5, 4]);
  });

  test('us without a word about MQTT 5: 3.1.1 is not tried, and a probe says the same as the run', async () => {
    const versions: unknown[] = [];
    const url = await tcp((socket) => {
      socket.once('data', (connect) => {
        versions.push(connect[connect.indexOf('MQTT') + 4]);
        socket.destroy();
      });
    });
    for await (const { ok } of probe({ serverId: 'bridge', urls: [url], allowAnonymous: true })) expect(ok).toBe(false);
    const chat = bridge({ urls: [url], random: () => 0.9 });
    const problem = next(chat, 'problem');
    chat.start();
    await problem;
    expect(versions).toEqual([5, 5]);
  });

  test('a pinned version is kept, and the refusal told', async () => {
    const { url } = await broker();
    const chat = bridge({ urls: [url], protocolVersion: 5 });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('does not speak this version of MQTT');
  });

  test('credentials: one sentence that names the settings, however often it is tried', async () => {
    let tries = 0;
    const { url } = await broker({
      authenticate: (_client, _name, _password, done) => {
        tries += 1;
        done(Object.assign(new Error('no'), { returnCode: 4 }) as unknown as AuthenticateError, false);
      },
    });
    const chat = bridge({ urls: [url], username: 'bridge', password: 'hunter2' });
    const problems: string[] = [];
    chat.on('problem', (sentence) => problems.push(sentence));
    chat.start();
    await expect.poll(() => tries).toBeGreaterThan(3);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/mqtt\.username.*mqtt\.password/);
    expect(problems[0]).not.toContain('hunter2');
  });

  test('because it is no MQTT broker at all, but a web server', async () => {
    const url = await tcp((socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const chat = bridge({ urls: [url] });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toMatch(/^What answers at 127\.0\.0\.1:\d+ does not speak MQTT: check host and port/);
  });

  test('to give us our own status back: a sentence, but we go on', async () => {
    const { url } = await broker({ authorizeForward: (_client, packet) => (packet.topic.endsWith('/status') ? null : packet) });
    const chat = bridge({ urls: [url], clock: hurried });
    const problem = next(chat, 'problem');
    chat.start();
    await chat.whenReady();
    expect(await problem).toContain('did not give us our own status back');
  });

  test('a subscription, for a while: it is tried again until granted', async () => {
    let refusals = 3;
    const { url } = await broker({
      authorizeSubscribe: (_client, subscription, done) => {
        if (refusals > 0 && subscription.topic.includes('/m/')) {
          refusals -= 1;
          done(null, null);
        } else done(null, subscription);
      },
    });
    const chat = bridge({ urls: [url] });
    const seen = record(chat, 'problem', 'ready');
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('does not let us read');
    await chat.whenReady();
    expect(refusals).toBe(0);
    expect(seen).toEqual(['problem', 'ready']);
  });

  test('everything, because it is not there: the next address serves', async () => {
    const gone = await broker();
    await gone.stop();
    const { url } = await broker();
    const chat = bridge({ urls: [gone.url, url] });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain('is not listening');
    await chat.whenReady();
    expect(chat.status).toBe('ready');
  });
});

describe('TLS and WebSocket', () => {
  const tls = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));
  const server = { cert: tls('server.pem'), key: tls('server.key'), ca: tls('ca.pem') };
  const login = { username: 'bridge', password: 'secret' };

  test('a broker whose authority we know is trusted', async () => {
    const { url } = await broker({ tls: server });
    const chat = bridge({ urls: [url], ...login, tls: { ca: tls('ca.pem') } });
    chat.start();
    await chat.whenReady();
  });

  test('an unknown authority is a sentence, unless verification is off', async () => {
    const { url } = await broker({ tls: server });
    const wary = bridge({ urls: [url], ...login });
    const problem = next(wary, 'problem');
    wary.start();
    expect(await problem).toContain('mqtt.tls.ca_file');
    await wary.stop();
    const trusting = bridge({ urls: [url], ...login, tls: { verify: false } });
    trusting.start();
    await trusting.whenReady();
  });

  test('a broker that wants a certificate gets ours', async () => {
    const { url } = await broker({ tls: { ...server, requestCert: true, rejectUnauthorized: true } });
    const chat = bridge({ urls: [url], tls: { ca: tls('ca.pem'), cert: tls('client.pem'), key: tls('client.key') } });
    chat.start();
    await chat.whenReady();
  });

  test('a key that is no key is a sentence, not a crash', async () => {
    const { url } = await broker({ tls: server });
    const chat = bridge({ urls: [url], tls: { ca: tls('ca.pem'), cert: 'nonsense', key: 'nonsense' } });
    const problem = next(chat, 'problem');
    chat.start();
    expect(await problem).toContain("can't be used");
  });

  test('ws:// works', async () => {
    const { aedes } = await broker();
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    sockets.on('connection', (socket) => aedes.handle(createWebSocketStream(socket)));
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    undo.push(() => {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
    });
    const chat = bridge({ urls: [`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`] });
    chat.start();
    await chat.whenReady();
  });
});

describe('starting and stopping', () => {
  test('ready means that the picture is whole, also where the broker sends what it retained after what is new', async () => {
    const { url } = await broker();
    const others = await peer(url, 'others');
    for (let n = 0; n < 150; n++) await others.send(`state/s${n}/status`, { started: 1 }, true);
    const chat = bridge({ urls: [url] });
    chat.start();
    await chat.whenReady();
    expect(chat.state.online()).toHaveLength(150);
  });

  test('stop is quick, whatever is going on, and start works again', async () => {
    const { url, ...control } = await broker();
    const chat = bridge({ urls: [url] });
    await chat.stop();
    chat.start();
    const waiting = expect(chat.whenReady()).rejects.toThrow('stopped');
    await chat.stop();
    await waiting;
    chat.start();
    await chat.whenReady();
    expect(chat.status).toBe('ready');
    await control.stop();
    const began = Date.now();
    await chat.stop();
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(chat.status).toBe('stopped');
  });

  test('stop ends within 5 s on a broker that says nothing any more', async () => {
    const { port } = await broker();
    const onward: Socket[] = [];
    const url = await tcp((socket) => {
      const further = connect(port, '127.0.0.1');
      socket.pipe(further).pipe(socket);
      onward.push(further);
      undo.push(() => further.destroy());
    });
    const chat = bridge({ urls: [url], clock: hurried });
    chat.start();
    await chat.whenReady();
    for (const further of onward) further.pause();
    const began = Date.now();
    await chat.stop();
    expect(Date.now() - began).toBeLessThan(500);
  });

  test('whenReady can be given up, and leaves no listener behind', async () => {
    const chat = bridge({ urls: ['mqtt://127.0.0.1:1'] });
    chat.start();
    await expect(chat.whenReady(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    const giveUp = new AbortController();
    const waiting = chat.whenReady(giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(chat.listenerCount('ready')).toBe(0);
    await chat.stop();
    await expect(chat.whenReady()).rejects.toThrow('It was stopped.');
  });

  test('a listener that throws is logged and disturbs nobody', async () => {
    const { url } = await broker();
    const errors: string[] = [];
    const quiet = (): void => {};
    const log = { debug: quiet, info: quiet, warn: quiet, error: (_fields: object, sentence: string) => errors.push(sentence) };
    const chat = bridge({ urls: [url], log });
    chat.on('server', () => {
      throw new Error('a bug of the application');
    });
    chat.start();
    await chat.whenReady();
    const alpha = await peer(url, 'alpha');
    await alpha.online(1000);
    const said = next(chat, 'say');
    await alpha.send('m/alpha/bridge/say/1', { say: 'hi' });
    expect(await said).toMatchObject({ text: 'hi' });
    expect(errors).toEqual(['A listener of server failed.']);
  });
});
