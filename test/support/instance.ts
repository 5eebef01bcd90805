/** Instances of one bridge, of which one is active and the others stand by, each behind a network of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import type { StandbyTimes } from '../../src/lease.ts';
import { runInTurns } from '../../src/run.ts';
import { type DiscordChannel, DiscordDouble, type DiscordMember } from '../doubles/discord/index.ts';
import { GameServer, type Player } from './game-server.ts';
import { Recorder } from './host.ts';
import { TcpProxy } from './proxy.ts';

const TOKEN = 'discord-bot-token-of-instances';

/** A broker, a Discord channel and a game server, and any number of instances between them. */
export class StandbyPlace {
  readonly discord: DiscordDouble;
  readonly channel: DiscordChannel;
  readonly alice: DiscordMember;
  readonly game: GameServer;
  readonly gordon: Player;
  readonly #broker: URL;

  private constructor(
    broker: URL,
    discord: DiscordDouble,
    channel: DiscordChannel,
    alice: DiscordMember,
    game: GameServer,
    gordon: Player,
  ) {
    this.#broker = broker;
    this.discord = discord;
    this.channel = channel;
    this.alice = alice;
    this.game = game;
    this.gordon = gordon;
  }

  static async open(brokerUrl: string): Promise<StandbyPlace> {
    const discord = await DiscordDouble.start();
    onTestFinished(() => discord.stop());
    const guild = discord.addGuild('Community');
    const bot = discord.addBot({ token: TOKEN, privileged: ['MessageContent', 'GuildMembers'] });
    const channel = guild.addTextChannel('games');
    guild.addBot(bot, ['ViewChannel', 'SendMessages', 'ManageWebhooks', 'ReadMessageHistory']);
    const game = await GameServer.start({ url: brokerUrl, id: 'alpha' });
    onTestFinished(() => game.stop());
    const gordon = await game.join('Gordon');
    // A bridge was here before, and said goodbye.
    await game.publish('state/bridge/status', '{"started":0}', { retain: true });
    return new StandbyPlace(
      new URL(brokerUrl),
      discord,
      channel,
      guild.addMember('alice', { displayName: 'Alice' }),
      game,
      gordon,
    );
  }

  /** The settings of an instance. */
  settings(url: string, dataDir: string): Record<string, unknown> {
    return {
      mqtt: { url, allow_anonymous: true },
      standby: true,
      data_dir: dataDir,
      adapters: { discord: { token: TOKEN, api_url: this.discord.url } },
      channels: [{ name: 'main', rooms: { discord: this.channel.id } }],
    };
  }

  /** Starts an instance in this process. @param dataDir a folder of its own by default */
  async start(times: StandbyTimes, dataDir = newDataDir()): Promise<Instance> {
    const proxy = await TcpProxy.start({ host: this.#broker.hostname, port: Number(this.#broker.port) });
    const raw = this.settings(`mqtt://127.0.0.1:${proxy.port}`, dataDir);
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
    const lines = new Recorder<string>();
    const log = pino({ level: 'debug', base: null }, { write: (line: string) => lines.add(line) });
    const end = new AbortController();
    const running = runInTurns({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} }, end.signal, times);
    const stop = async () => {
      end.abort();
      await running;
    };
    onTestFinished(async () => {
      await stop();
      await proxy.cut();
    });
    return { proxy, lines, dataDir, stop };
  }

  /** The texts that a bridge said on Discord so far. */
  heardOnDiscord(): string[] {
    return this.channel.messages.filter(({ isApp }) => isApp).map(({ content }) => content);
  }

  /** How often a bridge connected to Discord so far. */
  get begun(): number {
    return this.discord.gateway.steps.filter(({ step }) => step === 'connected').length;
  }

  /** Expects that there were never two bridges on Discord at once. */
  expectNeverTwo(): void {
    let active = 0;
    for (const { step } of this.discord.gateway.steps) {
      if (step === 'connected') active++;
      if (step === 'closed') active--;
      expect(active).toBeLessThanOrEqual(1);
    }
  }
}

/** One instance. */
export interface Instance {
  /** Its way to the broker. */
  readonly proxy: TcpProxy;
  /** Its log. */
  readonly lines: Recorder<string>;
  readonly dataDir: string;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** An empty folder, which is gone after the test. */
export function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-standby-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
