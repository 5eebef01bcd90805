import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { durableStories } from './durable-stories.ts';
import { next } from './events.ts';
import { Life } from './life.ts';
import { RawPeer } from './raw-peer.ts';

describe('on an embedded broker (MQTT 3.1.1)', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.close());
  durableStories(() => ({ url: broker.url, version: 4, login: () => undefined }), false);
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
    await expect.poll(() => life.heard(), { timeout: 5_000 }).toHaveLength(50);
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
    const began = Date.now();
    await life.chat.stop();
    expect(Date.now() - began).toBeLessThan(5_000);
    await alpha.hears('state/bridge/status', ({ started }: { started: number }) => started === 0);
    expect(alpha.on('m/bridge/alpha/say/1')).toEqual([]);
  });
});
