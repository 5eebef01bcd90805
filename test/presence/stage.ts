/** A bridge whose connection to the broker can be cut, and game servers of all kinds that watch who is there. */
import { pino } from 'pino';
import { expect } from 'vitest';
import { Bridge } from '../../src/bridge.ts';
import { parseConfig } from '../../src/config.ts';
import { GameServer } from '../support/game-server.ts';
import { LeapClock } from '../support/leap-clock.ts';
import { Platform } from '../support/platform.ts';
import { TcpProxy } from '../support/proxy.ts';
import { Model, type Step } from './model.ts';

/** How the observers differ: by the words they speak, and by what they do with the users of a server that is away. */
const kinds = {
  alpha: {},
  beta: { dialect: 'join' },
  gamma: { keepsUsers: true },
} as const;
export const observers = Object.keys(kinds);
/** Longer than a speaker may be silent, and than a kick mutes: milliseconds. */
const LONG = 31 * 60_000;

/** Everything that takes part in one run. */
export class Stage {
  readonly model = new Model();
  readonly #platform = new Platform();
  readonly #clock = new LeapClock();
  readonly #games = new Map<string, GameServer>();
  /** The ids under which users were seen: for ever the same. */
  readonly #ids = new Map<number, string>();
  readonly #brokerUrl: string;
  readonly #dataDir: string;
  readonly #proxy: TcpProxy;
  readonly #isPatient: boolean;
  #bridge: Bridge | undefined;
  #said = 0;

  private constructor(brokerUrl: string, dataDir: string, proxy: TcpProxy, isPatient: boolean) {
    this.#isPatient = isPatient;
    this.#brokerUrl = brokerUrl;
    this.#dataDir = dataDir;
    this.#proxy = proxy;
  }

  /** @param isPatient whether nothing is done before the bridge is back */
  static async open(brokerUrl: string, dataDir: string, isPatient = false): Promise<Stage> {
    const { hostname, port } = new URL(brokerUrl);
    const stage = new Stage(brokerUrl, dataDir, await TcpProxy.start({ host: hostname, port: Number(port) }), isPatient);
    await Promise.all(observers.map((id) => stage.#startServer(id)));
    await stage.#startBridge();
    return stage;
  }

  /** Does a step, in the world and in the model. */
  async take(step: Step): Promise<void> {
    if (step.kind === 'kick' || step.kind === 'idle' || step.kind === 'cut') await this.quiet();
    // Who isn't seen can't be kicked, and what is cut can't be cut again.
    if (step.kind === 'kick' && !(this.model.isConnected && this.model.isSeen(step.user))) return;
    if (step.kind === 'cut' && !this.model.isConnected) return;
    if (step.kind === 'mend' && this.model.isConnected) return;
    this.model.take(step);
    await this.#do(step);
  }

  async #do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'speak':
        await this.#platform.says(this.#said % 2 === 0 ? 'one' : 'two', step.user, `line ${++this.#said}`);
        break;
      case 'rename':
        this.#platform.renames(step.user, step.name);
        break;
      case 'leave':
        this.#platform.leaves(step.user);
        break;
      case 'kick':
        await this.#kick(step.user);
        break;
      case 'idle':
        await this.#clock.leap(LONG);
        break;
      case 'cut':
        await this.#proxy.cut();
        await expect.poll(() => this.#bridge?.health().join(), { interval: 5 }).toContain('not on the network');
        break;
      case 'mend':
        await this.#proxy.open();
        if (this.#isPatient) await this.#bridge?.ready(AbortSignal.timeout(20_000));
        break;
      case 'restart':
      case 'crash':
        await (step.kind === 'restart' ? this.#bridge?.stop() : this.#bridge?.leave());
        await this.#startBridge();
        break;
      case 'server restart':
        await this.#games.get(step.server)?.stop();
        await this.#startServer(step.server);
        break;
    }
  }

  /** Waits until everybody sees what they are to see; fails when they don't. Where there is no connection, there is nothing to see. */
  async quiet(): Promise<void> {
    if (!this.model.isConnected) return;
    const seen = () => Object.fromEntries([...this.#games].map(([id, game]) => [id, game.namesOn('bridge')]));
    const wanted = Object.fromEntries(observers.map((id) => [id, this.model.seen()]));
    await expect.poll(seen, { interval: 5 }).toEqual(wanted);
    for (const game of this.#games.values()) this.#checkIds(game);
  }

  async close(): Promise<void> {
    await this.#bridge?.stop();
    await this.#proxy.cut();
    await Promise.all([...this.#games.values()].map((game) => game.stop()));
  }

  /** Nobody ever has the id of somebody else. */
  #checkIds(game: GameServer): void {
    const users = new Map([...this.model.names].map(([user, name]) => [name, user]));
    for (const { id, name } of game.users.get('bridge')?.values() ?? []) {
      const user = users.get(name) ?? name;
      expect(this.#ids.get(id) ?? user).toBe(user);
      this.#ids.set(id, user);
    }
    expect(new Set(this.#ids.values()).size).toBe(this.#ids.size);
  }

  async #kick(user: string): Promise<void> {
    const alpha = this.#games.get('alpha');
    const [id] = [...this.#ids].find(([, owner]) => owner === user) ?? [];
    await alpha?.publish('m/alpha/bridge/ooc/aowl_kick', JSON.stringify({ server_id: 'bridge', user_id: id, reason: 'test' }));
    await this.quiet();
  }

  async #startServer(id: string): Promise<void> {
    const game = await GameServer.start({ url: this.#brokerUrl, id, ...kinds[id as keyof typeof kinds] });
    this.#games.set(id, game);
    await game.join(`Player of ${id}`);
  }

  async #startBridge(): Promise<void> {
    const raw = {
      mqtt: { url: `mqtt://127.0.0.1:${this.#proxy.port}`, allow_anonymous: true },
      data_dir: this.#dataDir,
      adapters: { platform: {} },
      channels: [{ name: 'main', rooms: { platform: ['one', 'two'] } }],
    };
    const entries = { platform: { load: async () => this.#platform.module } };
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
    const log = pino({ level: 'silent' });
    const bridge = new Bridge({ config, log, clock: this.#clock, random: () => 0.01, shutdown: () => {} });
    this.#bridge = bridge;
    await bridge.start();
    if (this.model.isConnected) await bridge.ready(AbortSignal.timeout(20_000));
  }
}
