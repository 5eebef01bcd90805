/** A broker that ends in order publishes everybody's Last Will first: the others have then forgotten who speaks, and must be told. */
import { expect, onTestFinished, test } from 'vitest';
import { Life } from '../crosschat/life.ts';
import { RawPeer } from '../crosschat/raw-peer.ts';
import { hasMosquitto, startMosquitto } from '../torture/broker.ts';
import { journalFolder, survives } from '../torture/setup.ts';

test.skipIf(!hasMosquitto)(
  'after restarts of the broker in the middle of talk, the game servers still know who speaks',
  async () => {
    const { sent } = await survives({
      seed: 6,
      duration: 12_000,
      kills: 0,
      cuts: 5,
      faults: 0,
      groups: new Set(['broker']),
      named: 'broker restarted',
      broker: 'mosquitto',
    });
    expect(sent).toBeGreaterThan(300);
  },
  90_000,
);

test.skipIf(!hasMosquitto)(
  'what is said to a bridge that came for the first time waits for it, though the broker is restarted',
  async () => {
    const broker = await startMosquitto(journalFolder());
    onTestFinished(() => broker.close());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const life = await Life.begin({ url, chat: { protocolVersion: 5 } });
    await life.ready();
    const remains = life.kill();
    await broker.restart?.(0);
    const alpha = await RawPeer.connect({ url, id: 'alpha' });
    onTestFinished(() => alpha.close());
    await alpha.online(1000);
    await alpha.send('m/alpha/bridge/say/7', { say: 'anybody there?' });
    const again = await Life.begin({ url, chat: { protocolVersion: 5 }, remains });
    await again.ready();
    await expect.poll(() => again.heard()).toEqual(['anybody there?']);
  },
);
