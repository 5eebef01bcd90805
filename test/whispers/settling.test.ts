/** How long whispers wait for a server to tell who is there, on a real broker. */
import { expect, onTestFinished, test } from 'vitest';
import { CrossChat } from '../../src/crosschat/index.ts';
import type { PlayerParty, ServerId } from '../../src/event.ts';
import { VirtualServer } from '../../src/virtual-server.ts';
import { Settling } from '../../src/whispers/settling.ts';
import { RawPeer } from '../crosschat/raw-peer.ts';
import { startBroker } from '../support/broker.ts';
import { TestClock } from '../support/clock.ts';

const nobody: PlayerParty = { kind: 'player', server: 'alpha' as ServerId, number: 7, author: { id: '7', name: 'Gordon' } };

test('a server that restarts over and over holds up nobody for longer than one that does so once', async () => {
  const clock = new TestClock();
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const chat = new CrossChat({ serverId: 'bridge', urls: [broker.url], allowAnonymous: true });
  const server = new VirtualServer({ chat, idle: 1_800_000, clock });
  onTestFinished(() => server.close());
  const settling = new Settling(clock);
  settling.listen(server);
  await server.start();
  await chat.whenReady();
  const alpha = await RawPeer.connect({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.close());
  let isOver = false;
  let restarts = 0;
  chat.on('server', () => {
    restarts += 1;
  });
  await alpha.online(1_000);
  await expect.poll(() => restarts).toBe(1);
  void settling.wait(nobody, server, new AbortController().signal).then(() => {
    isOver = true;
  });
  for (let count = 1; count <= 4; count++) {
    await clock.advance(3_000);
    await alpha.online(1_000 + count);
    await expect.poll(() => restarts).toBeGreaterThan(count);
  }
  expect(isOver).toBe(true);
});
