/** An instance that stands by takes a new configuration as well, all of it. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { StandbyTimes } from '../../src/lease.ts';
import { Reloader } from '../../src/reload/reloader.ts';
import { runInTurns } from '../../src/run.ts';
import { newFolder } from '../store/open.ts';
import { startBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { Platform } from '../support/platform.ts';
import { olga } from './stage.ts';

const times: StandbyTimes = { silence: 10_000, longSilence: 10_000, stop: 2_000, settle: 500, scatter: 200 };

/** Starts an instance with a platform and a folder of its own. */
async function instance(url: string) {
  const platform = new Platform();
  const raw = {
    mqtt: { url, allow_anonymous: true, keepalive: 4 },
    standby: true,
    data_dir: newFolder(),
    idle_minutes: 30,
    adapters: { platform: {} as Record<string, unknown> },
    channels: [{ name: 'main', rooms: { platform: ['one'] } }],
  };
  const entries = { platform: { load: async () => platform.module } };
  const read = () => parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  const lines = new Recorder<string>();
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => lines.add(line) });
  const reloader = new Reloader({ read, accepted: () => {}, log });
  const end = new AbortController();
  const options = { config: await read(), reloader, log, clock: systemClock, random: Math.random, shutdown: () => {} };
  const running = runInTurns(options, end.signal, times);
  const stop = async () => {
    end.abort();
    await running;
  };
  onTestFinished(stop);
  return { platform, raw, lines, reloader, stop };
}

test('it stands by with the new one, and takes over with it; a bad one changes nothing', async () => {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => game.stop());
  await game.publish('state/bridge/status', '{"started":0}', { retain: true });
  const gordon = await game.join('Gordon');
  const first = await instance(broker.url);
  await first.platform.comesAndGoes.waitFor((line) => line === 'start good', 14_000);
  const second = await instance(broker.url);
  await second.lines.waitFor((line) => line.includes('Another instance is active'), 12_000);

  second.raw.adapters.platform = { wrong: 1 };
  await expect(second.reloader.reload(olga)).rejects.toThrow('nothing has changed. adapters.platform');
  second.raw.adapters.platform = { token: 'better' };
  second.raw.channels = [{ name: 'main', rooms: { platform: ['new'] } }];
  second.raw.idle_minutes = 5;
  expect(await second.reloader.reload(olga)).toBe('This instance stands by, and takes over with the new configuration.');
  await second.lines.waitFor(
    () => second.lines.all.filter((line) => line.includes('Another instance is active')).length === 2,
    12_000,
  );
  expect(second.platform.comesAndGoes.all).toEqual([]);

  await first.stop();
  await second.platform.comesAndGoes.waitFor((line) => line === 'start better', 14_000);
  await second.lines.waitFor((line) => line.includes('Connected to the MQTT broker'), 14_000);
  await game.presence.waitFor(() => game.isOnline('bridge'), 14_000);
  await gordon.says('hello');
  await second.platform.sees.waitFor((line) => line === 'new Gordon: hello', 14_000);
  second.raw.idle_minutes = 7;
  expect(await second.reloader.reload(olga)).toBe('idle_minutes holds from the next start of the bridge.');
});
