/** A bridge that is ended while it still starts, and what it says of itself. */
import mqtt from 'mqtt';
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { type Adapter, AdapterError, type AdapterModule } from '../src/adapter.ts';
import { Bridge } from '../src/bridge.ts';
import { type Broker, startBroker } from '../src/broker.ts';
import { systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import { openStore } from '../src/store/store.ts';
import { newFolder } from './store/open.ts';
import { settle } from './support/clock.ts';
import { GameServer } from './support/game-server.ts';

const log = pino({ level: 'silent' });
let broker: Broker;

beforeEach(async () => {
  broker = await startBroker({ port: 0, log });
  return () => broker.stop();
});

/** An adapter that tells whether it runs. */
class Probe {
  isRunning = false;
  fault: string | undefined;
  readonly start: () => Promise<void>;

  constructor(start: () => Promise<void> = async () => {}) {
    this.start = start;
  }

  readonly module: AdapterModule = {
    type: 'probe',
    schema: z.object({}),
    create: (): Adapter => {
      const probe = this;
      return {
        platform: 'Probe',
        start: async () => {
          this.isRunning = true;
          await this.start();
        },
        stop: async () => {
          this.isRunning = false;
        },
        send: async (_room, _message, attempt) => attempt.done('1'),
        get fault() {
          return probe.fault;
        },
        async *check() {},
      };
    },
  };
}

async function bridgeOf(probe: Probe, withTenure = false, settings: Record<string, unknown> = {}): Promise<Bridge> {
  const dataDir = newFolder();
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: dataDir,
    adapters: { probe: {} },
    channels: [{ name: 'main', rooms: { probe: 'one' } }],
    ...settings,
  };
  const entries = { probe: { load: async () => probe.module } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  const common = { clock: systemClock, random: Math.random, log };
  const times = { silence: 60_000, longSilence: 60_000, stop: 0, settle: 0, scatter: 0 };
  const tenure = withTenure && {
    store: await openStore({ ...common, dataDir }),
    times,
    contested: false,
    locked: false,
    lost: () => {},
  };
  const bridge = new Bridge({ ...common, config, shutdown: () => {}, ...(tenure && { tenure }) });
  onTestFinished(() => bridge.stop());
  return bridge;
}

test.each([0, 1, 2, 4, 8, 30])('one that leaves %i turns after its start began is nowhere afterwards', async (turns) => {
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => game.stop());
  const probe = new Probe();
  const bridge = await bridgeOf(probe, true);
  const started = bridge.start().catch(() => {});
  for (let turn = 0; turn < turns; turn++) await settle();
  await bridge.leave();
  await started;
  expect(probe.isRunning).toBe(false);
  // Whoever comes now is alone there.
  const other = new Probe();
  const next = await bridgeOf(other);
  await next.start();
  await next.ready(AbortSignal.timeout(20_000));
  expect(other.isRunning).toBe(true);
  expect(next.health()).toEqual([]);
});

test('it says which adapter does not work, and why', async () => {
  const refused = await bridgeOf(
    new Probe(async () => {
      throw new AdapterError('the token is refused');
    }),
  );
  await expect(refused.start()).rejects.toThrow();
  expect(refused.health().join('\n')).toContain('Probe (probe) is not running: the token is refused');

  const probe = new Probe();
  const later = await bridgeOf(probe);
  await later.start();
  await later.ready();
  expect(later.health()).toEqual([]);
  probe.fault = 'The gateway refuses the bot for good.';
  expect(later.health()).toEqual(['Probe (probe) is not running: The gateway refuses the bot for good.']);
});

test.each([true, false])('one that is stopped says goodbye, or is gone without a word, as configured (%s)', async (goodbye) => {
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => game.stop());
  const bridge = await bridgeOf(new Probe(), false, { goodbye });
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(30_000));
  await bridge.stop();
  await game.presence.waitFor((change) => change === 'offline bridge');
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
  onTestFinished(() => client.endAsync(true));
  const seen = new Promise<string>((resolve) => client.on('message', (_topic, payload) => resolve(payload.toString())));
  await client.subscribeAsync('crosschat/state/bridge/status');
  const status = JSON.parse(await seen) as Record<string, unknown>;
  expect(status['started']).toBe(0);
  expect('left' in status).toBe(goodbye);
});
