/** A bridge whose channels are changed while it runs, between rooms of a platform and a game server. */
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { findings } from '../../src/check.ts';
import { printFindings } from '../../src/cli/check.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import type { Actor, Control } from '../../src/control.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { Platform } from '../support/platform.ts';

export const by: Actor = { name: 'Olga', id: '7', via: 'platform' };

/** Everything that outlives a bridge. */
export class Scene {
  readonly platform = new Platform();
  /** A second platform, with the adapter id `other`. */
  readonly other = new Platform();
  readonly lines = new Recorder<string>();
  readonly game: GameServer;
  readonly dataDir = newFolder();
  readonly #url: string;
  #bridge: Bridge | undefined;

  private constructor(url: string, game: GameServer) {
    this.#url = url;
    this.game = game;
  }

  static async open(): Promise<Scene> {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    onTestFinished(() => broker.stop());
    const game = await GameServer.start({ url: broker.url, id: 'alpha' });
    onTestFinished(() => game.stop());
    return new Scene(broker.url, game);
  }

  /** Starts a bridge, after the one before has stopped: the channel `main` with the rooms `one` and `two`, and the channel `side` with `three`. */
  async start(settings: Record<string, unknown> = {}): Promise<{ bridge: Bridge; control: Control }> {
    const config = await this.#config(settings);
    const log = pino({ level: 'debug', base: null }, { write: (line: string) => this.lines.add(line) });
    await this.stop();
    const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
    this.#bridge = bridge;
    onTestFinished(() => bridge.stop());
    await bridge.start();
    await bridge.ready(AbortSignal.timeout(20_000));
    if (!this.game.isOnline('bridge')) await this.game.presence.waitFor((change) => change === 'online bridge');
    const { control } = bridge;
    if (!control) throw new Error('the bridge has no control');
    return { bridge, control };
  }

  /** What the command `check` says of a configuration. */
  async check(settings: Record<string, unknown> = {}): Promise<string[]> {
    const lines: string[] = [];
    const config = await this.#config(settings);
    await printFindings(findings(config, pino({ level: 'silent' })), config, (line) => void lines.push(line));
    return lines;
  }

  #config(settings: Record<string, unknown>): Promise<Config> {
    const raw = {
      mqtt: { url: this.#url, allow_anonymous: true },
      data_dir: this.dataDir,
      adapters: { platform: {}, other: {} },
      channels: [
        { name: 'main', rooms: { platform: ['one', 'two'], other: 'else' } },
        { name: 'side', servers: [], rooms: { platform: 'three' } },
      ],
      ...settings,
    };
    const entries = {
      platform: { load: async () => this.platform.module },
      other: { load: async () => this.other.module },
    };
    return parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  }

  /** What the audit log holds, the newest first, as a command sees it beside the bridge. */
  async audit(): ReturnType<Store['audit']['list']> {
    const { dataDir } = this;
    const log = pino({ level: 'silent' });
    const store = await openStore({ dataDir, clock: systemClock, random: Math.random, log, beside: true });
    const deeds = await store.audit.list(100);
    await store.close();
    return deeds;
  }

  /** Stops the bridge that runs. */
  async stop(): Promise<void> {
    await this.#bridge?.stop();
    this.#bridge = undefined;
  }
}

/** What somebody is told whose wish can't be fulfilled. */
export function refusal(wish: Promise<string>): Promise<string> {
  return wish.then(
    (answer) => `it worked: ${answer}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
