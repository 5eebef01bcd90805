/** TLS and WebSocket. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { next } from './events.ts';
import { bridge, broker } from './setup.ts';

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
    onTestFinished(() => {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
    });
    const chat = bridge({ urls: [`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`] });
    chat.start();
    await chat.whenReady();
  });
});
