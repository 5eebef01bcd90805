/** A bridge with a platform of which people give commands, and game servers with players. */
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Invocation, Rank } from '../../src/command.ts';
import { parseConfig } from '../../src/config.ts';
import type { RoomRef } from '../../src/event.ts';
import { standbyTimes } from '../../src/lease.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { toPlain } from '../../src/text/plain.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { Platform } from '../support/platform.ts';

/** Who gives a command, and where, other than Alice in the room `one`. */
export interface Giver {
  readonly name?: string;
  readonly id?: string;
  readonly rank?: Rank;
  readonly isOperator?: boolean;
  /** Whether the configuration names them for the command that they give. */
  readonly isListed?: boolean;
  /** Whether others read the answer. */
  readonly isPublic?: boolean;
  readonly room?: string;
  /** The mapped rooms of their community; the room itself by default. */
  readonly rooms?: readonly string[];
}

export const moderator: Giver = { name: 'Mona', id: '2', rank: 'moderator' };
export const admin: Giver = { name: 'Ada', id: '3', rank: 'admin' };
export const operator: Giver = { name: 'Olga', id: '4', rank: 'admin', isOperator: true };

/** An aowl message, as a game server got it. */
export interface Order {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

/** What a town is opened with. */
interface TownOptions {
  readonly clock?: Clock;
  /** Keys of the configuration over the usual ones. */
  readonly settings?: Record<string, unknown>;
  /** Whether the platform takes whispers. */
  readonly takesWhispers?: boolean;
  /** Rooms of the second platform that can't be opened, and why. */
  readonly refusals?: Readonly<Record<string, string>>;
}

/** Settings with a second platform that has a virtual server of its own. */
export const twoPlatforms = {
  adapters: { platform: {}, other: { server_id: 'second' } },
  channels: [{ name: 'main', rooms: { platform: 'one', other: 'three' } }],
};

/** The channel `main` has all servers and the room `one`; `europe` has those whose id begins with `eu` and the room `two`. */
export class Town {
  readonly platform = new Platform();
  /** There only if the settings say so: the adapter `other`. */
  readonly other = new Platform();
  readonly lines = new Recorder<string>();
  readonly #url: string;
  readonly #settings: Record<string, unknown>;
  readonly #clock: Clock;
  readonly #dataDir = newFolder();
  #store: Store | undefined;
  #bridge: Bridge | undefined;
  readonly #stopBroker: () => Promise<void>;

  private constructor(url: string, { clock, settings }: TownOptions, stopBroker: () => Promise<void>) {
    this.#url = url;
    this.#clock = clock ?? systemClock;
    this.#settings = settings ?? {};
    this.#stopBroker = stopBroker;
  }

  static async open(options: TownOptions = {}): Promise<Town> {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    onTestFinished(() => broker.stop());
    const town = new Town(broker.url, options, () => broker.stop());
    town.platform.takesWhispers = options.takesWhispers ?? false;
    for (const [room, why] of Object.entries(options.refusals ?? {})) town.other.refusals.set(room, why);
    onTestFinished(() => town.#bridge?.stop());
    await town.#begin();
    return town;
  }

  /** The bridge ends, and another process takes its place. */
  async restart(): Promise<void> {
    await this.#bridge?.stop();
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const raw = {
      mqtt: { url: this.#url, allow_anonymous: true },
      adapters: { platform: {} },
      channels: [
        { name: 'main', rooms: { platform: 'one' } },
        { name: 'europe', servers: ['eu*'], rooms: { platform: 'two' } },
      ],
      ...this.#settings,
    };
    const entries = {
      platform: { load: async () => this.platform.module },
      other: { load: async () => ({ ...this.other.module, type: 'other' }) },
    };
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
    const log = pino({ level: 'debug', base: null }, { write: (line: string) => this.lines.add(line) });
    const common = { log, clock: this.#clock, random: Math.random };
    const store = await openStore({ ...common, dataDir: this.#dataDir });
    this.#store = store;
    const tenure = { store, times: standbyTimes(), contested: false, locked: true, lost: () => {} };
    this.#bridge = new Bridge({ ...common, config, shutdown: () => {}, tenure });
    await this.#bridge.start();
    await this.#bridge.ready(AbortSignal.timeout(20_000));
  }

  /** A game server goes online, and the bridge knows of it. */
  async game(id: string, states: Record<string, string> = {}): Promise<GameServer> {
    const game = await GameServer.start({ url: this.#url, id });
    onTestFinished(() => game.stop());
    for (const [key, value] of Object.entries(states)) await game.publish(`state/${id}/${key}`, value, { retain: true });
    await this.until(
      () =>
        this.chat.state.servers.get(id)?.online &&
        Object.keys(states).every((key) => this.chat.state.servers.get(id)?.states.has(key)),
    );
    return game;
  }

  /** A player joins, and the bridge knows of them. */
  async player(game: GameServer, name: string, extra: Record<string, unknown> = {}) {
    const player = await game.join(name, extra);
    await this.until(() => this.chat.state.servers.get(game.id)?.users.has(player.id));
    return player;
  }

  get chat() {
    return this.platform.host.chat;
  }

  /** Gives a command; resolves with the answer as plain text. */
  async give(command: string, options: Record<string, string> = {}, giver: Giver = {}): Promise<string> {
    return this.giveOn(this.platform, command, options, giver);
  }

  /** Gives a command on one of the platforms. */
  async giveOn({ host }: Platform, command: string, options: Record<string, string> = {}, giver: Giver = {}): Promise<string> {
    return toPlain(await host.commands.run(invocation(command, options, giver)));
  }

  /** The values that are suggested for an option, as `label = value`. */
  async suggests(command: string, option: string, typed: string, giver: Giver = {}): Promise<string[]> {
    const found = await this.platform.host.commands.complete(invocation(command, { [option]: typed }, giver), option);
    return found.map(({ label, value }) => `${label} = ${value}`);
  }

  /** The next order that a game server gets. */
  async order(game: GameServer): Promise<Order> {
    const packet = await game.packets.waitFor((one) => one.includes('/ooc/aowl_'));
    return orderIn(packet);
  }

  /** All orders that a game server got so far. */
  orders(game: GameServer): Order[] {
    return game.packets.all.filter((one) => one.includes('/ooc/aowl_')).map(orderIn);
  }

  /** The audit log, the newest entry first, as `action target: detail`. */
  async audit(): Promise<string[]> {
    await this.store.writer.flushed();
    const entries = await this.store.audit.list(100);
    return entries.map(({ who, action, target, detail }) => `${who}: ${action} ${target}: ${detail}`);
  }

  get store(): Store {
    if (!this.#store) throw new Error('the town is not open');
    return this.#store;
  }

  /** The disk is full from now on; resolves when the bridge has noticed. */
  async fillDisk(): Promise<void> {
    const { database, audit, writer } = this.store;
    const [row] = await database.all<{ page_count: number }>('PRAGMA page_count');
    await database.all(`PRAGMA max_page_count = ${row?.page_count ?? 1}`);
    audit.note({ who: 'nobody', action: 'fill', target: 'the disk', detail: 'x'.repeat(100_000) }).catch(() => {});
    await this.until(() => writer.fault !== undefined);
    onTestFinished(async () => void (await database.all('PRAGMA max_page_count = 1073741823')));
  }

  /** The broker goes away; resolves when the bridge knows. */
  async breakNetwork(): Promise<void> {
    await this.#stopBroker();
    await this.until(() => this.chat.status !== 'ready');
  }

  async until(test: () => unknown): Promise<void> {
    await expect.poll(() => Boolean(test()), { interval: 5 }).toBe(true);
  }
}

function invocation(command: string, options: Record<string, string>, giver: Giver): Invocation {
  const { name = 'Alice', id = '1', rank = 'everybody', isOperator = false, room = 'one', rooms = [room] } = giver;
  const { isListed = false, isPublic = false } = giver;
  return {
    command,
    options: new Map(Object.entries(options)),
    caller: { author: { id, name }, rank, isOperator, isListed },
    room: room as RoomRef,
    rooms: rooms as readonly RoomRef[],
    isPublic,
  };
}

function orderIn(packet: string): Order {
  const [, type = '', payload = ''] = /\/ooc\/(aowl_\w+) (.*)$/s.exec(packet) ?? [];
  return { type, payload: JSON.parse(payload) };
}
