/** Brokers of a test, and those who connect to them: all of it ends with the test. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Clock, CrossChat, type CrossChatOptions, systemClock } from '../../src/crosschat/index.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { RawPeer } from './raw-peer.ts';

/** Where a test waits for something not to come, ten times as fast. */
export const hurried: Clock = { now: systemClock.now, after: (ms, action) => systemClock.after(ms / 10, action) };

/** A broker. */
export async function broker(options?: Parameters<typeof startBroker>[0]): Promise<TestBroker> {
  const started = await startBroker(options);
  onTestFinished(() => started.close());
  return started;
}

/** Our side, which is not started yet. */
export function bridge(options: Partial<CrossChatOptions> & { urls: readonly string[] }): CrossChat {
  const chat = new CrossChat({ serverId: 'bridge', allowAnonymous: true, random: () => 0, ...options });
  onTestFinished(() => chat.stop());
  return chat;
}

/** Another server. */
export async function peer(url: string, id: string): Promise<RawPeer> {
  const connected = await RawPeer.connect({ url, id });
  onTestFinished(() => connected.close());
  return connected;
}

/** The address of a TCP server on 127.0.0.1 that handles each connection like this. */
export async function tcp(handle: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    handle(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
