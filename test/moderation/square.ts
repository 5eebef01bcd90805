/** A bridge between the rooms of two platforms and any number of game servers, whose clock a test can set forward. */
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { parseConfig } from '../../src/config.ts';
import type { RoomRef } from '../../src/event.ts';
import { openStore } from '../../src/store/store.ts';
import { toPlain } from '../../src/text/plain.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { LeapClock } from '../support/leap-clock.ts';
import { Platform } from '../support/platform.ts';
import { TcpProxy } from '../support/proxy.ts';

/** The rooms `one` and `two` of the platform `here`, and the room `far` of the platform `there`, are in one channel with all servers. */
export class Square {
  readonly here = new Platform('here');
  readonly there = new Platform('there');
  readonly clock = new LeapClock();
  readonly lines = new Recorder<string>();
  readonly url: string;
  readonly dataDir = newFolder();
  readonly #games: GameServer[] = [];
  /** The bridge's way to the broker. */
  readonly #proxy: TcpProxy;
  #bridge: Bridge | undefined;

  private constructor(url: string, proxy: TcpProxy) {
    this.url = url;
    this.#proxy = proxy;
  }

  static async open(): Promise<Square> {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    onTestFinished(() => broker.stop());
    const { hostname, port } = new URL(broker.url);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    onTestFinished(() => proxy.cut());
    return new Square(broker.url, proxy);
  }

  /** Starts a bridge, and waits until the game servers see it. @param servers from a platform to the virtual server of its own */
  async bridge(settings: Record<string, unknown> = {}, servers: Record<string, string> = {}): Promise<Bridge> {
    const adapter = (id: string) => ({ ...(servers[id] !== undefined && { server_id: servers[id] }) });
    const raw = {
      mqtt: { url: `mqtt://127.0.0.1:${this.#proxy.port}`, allow_anonymous: true },
      data_dir: this.dataDir,
      adapters: { here: adapter('here'), there: adapter('there') },
      channels: [{ name: 'main', rooms: { here: ['one', 'two'], there: 'far' } }],
      ...settings,
    };
    const entries = { here: { load: async () => this.here.module }, there: { load: async () => this.there.module } };
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
    const log = pino({ level: 'debug', base: null }, { write: (line: string) => this.lines.add(line) });
    const bridge = new Bridge({ config, log, clock: this.clock, random: () => 0.1, shutdown: () => {} });
    this.#bridge = bridge;
    onTestFinished(() => bridge.stop());
    await bridge.start();
    await bridge.ready(AbortSignal.timeout(20_000));
    for (const game of this.#games) for (const { serverId } of config.adapters) await sees(game, serverId);
    return bridge;
  }

  /** The bridge loses its connection to the broker; resolves when it knows. */
  async cut(): Promise<void> {
    await this.#proxy.cut();
    await expect.poll(() => this.#bridge?.health().join(), { interval: 5 }).toContain('not on the network');
  }

  /** It can connect again. */
  mend(): Promise<void> {
    return this.#proxy.open();
  }

  /** A game server goes online. */
  async game(id: string, dialect: 'add' | 'join' = 'add'): Promise<GameServer> {
    const game = await GameServer.start({ url: this.url, id, dialect });
    onTestFinished(() => game.stop());
    this.#games.push(game);
    return game;
  }

  /** Somebody gives a command on the platform `here`. Resolves with the answer. */
  async gives(who: string, command: string, options: Record<string, string> = {}): Promise<string> {
    const { host } = this.here;
    const room = 'one' as RoomRef;
    const caller = { author: { id: who, name: who }, rank: 'moderator', isOperator: false } as const;
    return toPlain(await host.commands.run({ command, options: new Map(Object.entries(options)), caller, room, rooms: [room] }));
  }

  /** The audit log, the oldest first: who did what to whom, and what came of it. */
  async audit(): Promise<string[]> {
    const log = pino({ level: 'silent' });
    const store = await openStore({ dataDir: this.dataDir, beside: true, clock: this.clock, random: Math.random, log });
    const entries = await store.audit.list(100);
    await store.close();
    return entries.reverse().map(({ who, action, target, detail }) => `${who}: ${action} ${target}: ${detail}`);
  }

  /** What the operator was warned of. */
  warnings(): string[] {
    return this.lines.all.map((line) => JSON.parse(line)).flatMap(({ level, msg }) => (level === 40 ? [msg] : []));
  }
}

/** A game server asks another server for something. */
export function order(game: GameServer, action: string, to: string, payload: unknown): Promise<void> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return game.publish(`m/${game.id}/${to}/ooc/aowl_${action}`, text);
}

/** The id that a user of a server has, as a game server sees them. */
export function idOf(game: GameServer, server: string, name: string): number {
  const user = [...(game.users.get(server)?.values() ?? [])].find((one) => one.name === name);
  if (user === undefined) throw new Error(`${game.id} sees no ${name} on ${server}`);
  return user.id;
}

async function sees(game: GameServer, server: string): Promise<void> {
  await expect.poll(() => game.isOnline(server), { interval: 5 }).toBe(true);
}
