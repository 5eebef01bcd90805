/** A bridge between a game server and two platforms, whose configuration file is written anew while it runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { webchat } from '../../bridges/webchat/index.ts';
import { Bridge } from '../../src/bridge.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { Actor, Control } from '../../src/control.ts';
import { Reloader } from '../../src/reload/reloader.ts';
import { readSettings } from '../../src/settings.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { newFolder } from '../store/open.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { Platform } from '../support/platform.ts';

/** Who reloads. */
export const olga: Actor = { name: 'Olga', id: '7', via: 'platform' };

/** What it starts with, besides the address of the broker and its folder. */
export const first = {
  adapters: { platform: {}, other: {} },
  channels: [
    { name: 'main', rooms: { platform: ['one', 'two'], other: 'else' } },
    { name: 'side', servers: [], rooms: { platform: 'three' } },
  ],
};

export interface Stage {
  readonly bridge: Bridge;
  readonly control: Control;
  readonly reloader: Reloader;
  readonly broker: TestBroker;
  readonly game: GameServer;
  readonly platform: Platform;
  readonly other: Platform;
  /** The configuration. */
  readonly file: string;
  /** The lines of the log. */
  readonly lines: Recorder<string>;
  /** How often the bridge came to the broker anew. */
  readonly connects: () => number;
  /** Writes another configuration, and lets it be read. Resolves with the answer, or rejects. */
  reload(settings?: Record<string, unknown>): Promise<string>;
  /** Writes this file, and lets it be read: resolves with why nothing changed. */
  refused(file: string): Promise<string>;
  /** The audit log, the newest first. */
  audit(): ReturnType<Store['audit']['list']>;
}

/** Starts it. @param settings over those of {@link first} @param during called while it starts */
export async function openStage(
  settings: Record<string, unknown> = {},
  during: (early: Pick<Stage, 'reload'>) => void = () => {},
): Promise<Stage> {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  let connects = 0;
  broker.aedes.on('client', ({ id }) => {
    if (id === 'bridge') connects++;
  });
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => game.stop());
  const [platform, other] = [new Platform(), new Platform('other')];
  const entries = {
    platform: { load: async () => platform.module },
    other: { load: async () => other.module },
    webchat: { load: async () => webchat },
  };
  const folder = newFolder();
  const file = join(folder, 'config.yaml');
  const fixed = { mqtt: { url: broker.url, allow_anonymous: true }, data_dir: folder };
  const write = (next: Record<string, unknown>) => writeFileSync(file, JSON.stringify({ ...fixed, ...first, ...next }));
  const read = async () => parseConfig(readSettings(entries, folder, {}), entries);
  write(settings);
  const lines = new Recorder<string>();
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => lines.add(line) });
  const reloader = new Reloader({ read, accepted: () => {}, log });
  const bridge = new Bridge({
    config: await read(),
    log,
    clock: systemClock,
    random: Math.random,
    shutdown: () => {},
    reload: (by) => reloader.reload(by),
  });
  onTestFinished(() => bridge.stop());
  reloader.followedBy((next, by) => bridge.reconfigure(next, by));
  const reload: Stage['reload'] = (next = settings) => {
    write(next);
    return reloader.reload(olga);
  };
  const started = bridge.start();
  during({ reload });
  await started;
  await bridge.ready(AbortSignal.timeout(20_000));
  if (!game.isOnline('bridge')) await game.presence.waitFor((change) => change === 'online bridge');
  const atFirst = connects;
  const { control } = bridge;
  if (!control) throw new Error('the bridge has no control');
  return {
    bridge,
    control,
    reloader,
    broker,
    game,
    platform,
    other,
    file,
    lines,
    connects: () => connects - atFirst,
    reload,
    refused(text) {
      writeFileSync(file, text);
      return reloader.reload(olga).then(
        (answer) => `it worked: ${answer}`,
        (error: Error) => `${error.name}: ${error.message}`,
      );
    },
    async audit() {
      const options = { dataDir: folder, clock: systemClock, random: Math.random, log, beside: true };
      const store = await openStore(options);
      const deeds = await store.audit.list(100);
      await store.close();
      return deeds;
    },
  };
}
