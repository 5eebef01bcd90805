/** A bridge with a game server and a platform, as those see it who look after it. */
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Adapter, AdapterModule } from '../../src/adapter.ts';
import { Bridge } from '../../src/bridge.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { makeLog } from '../../src/log.ts';
import { LogLines } from '../../src/operator/log-lines.ts';
import { runInTurns } from '../../src/run.ts';
import { newFolder } from '../store/open.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { Platform } from '../support/platform.ts';

/** What is looked at. */
export interface Watched {
  readonly bridge: Bridge;
  readonly broker: TestBroker;
  readonly platform: Platform;
  readonly game: GameServer;
  /** The JSON lines of the log. */
  readonly lines: string[];
  /** The newest of them, as the operator's page has them. */
  readonly kept: LogLines;
  readonly dataDir: string;
  /** Why the platform can't be reached now. */
  lost: string | undefined;
  /** Asks the bridge something. */
  ask(path: string, headers?: Record<string, string>): Promise<{ status: number; text: string }>;
  /** The value of a series, by its name and labels as they stand in the answer; undefined when there is none. */
  metric(series: string): Promise<number | undefined>;
}

/** Starts a bridge: the channel `main` with the rooms `one` and `two`. */
export async function watched(http: Record<string, unknown> = {}, settings: Record<string, unknown> = {}): Promise<Watched> {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => game.stop());
  const platform = new Platform();
  const dataDir = newFolder();
  const lines: string[] = [];
  const state: { lost: string | undefined } = { lost: undefined };
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: dataDir,
    http: { port: 0, ...http },
    adapters: { platform: {} },
    channels: [{ name: 'main', rooms: { platform: ['one', 'two'] } }],
    ...settings,
  };
  const entries = { platform: { load: async () => withConnection(platform.module, state) } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  const kept = new LogLines();
  const print = (line: string) => void lines.push(line);
  const log = makeLog({ default: 'debug' }, [], { terminal: { print }, format: 'json', keep: (line) => kept.add(line) });
  const bridge = new Bridge({ config, log, lines: kept, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  if (!game.isOnline('bridge')) await game.presence.waitFor((change) => change === 'online bridge');
  const ask: Watched['ask'] = async (path, headers = {}) => {
    const answer = await fetch(`${bridge.httpUrl}${path}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };
  return Object.assign(state, {
    bridge,
    broker,
    platform,
    game,
    lines,
    kept,
    dataDir,
    ask,
    async metric(series: string) {
      const line = (await ask('/metrics')).text.split('\n').find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length));
    },
  });
}

/** Another instance, which stands by while that one is active. It ends with the test. @returns the lines of its log */
export async function standingBy({ broker }: Pick<Watched, 'broker'>): Promise<Recorder<string>> {
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    standby: true,
    http: { port: 0 },
    adapters: { platform: {} },
  };
  const entries = { platform: { load: async () => new Platform().module } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  const lines = new Recorder<string>();
  const log = pino({ base: null }, { write: (line: string) => lines.add(line) });
  const end = new AbortController();
  const running = runInTurns({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} }, end.signal);
  onTestFinished(async () => {
    end.abort();
    await running;
  });
  return lines;
}

/** A platform whose connection can be lost. */
function withConnection(module: AdapterModule, state: { lost: string | undefined }): AdapterModule {
  return {
    ...module,
    create(config, host): Adapter {
      const adapter = module.create(config, host);
      return Object.defineProperty(adapter, 'connection', { get: () => ({ lost: state.lost, made: 3 }) });
    },
  };
}
