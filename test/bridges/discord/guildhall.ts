/** A whole bridge between a Discord guild and game servers, for commands: with another guild in which no channel is mapped. */
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { builtIns } from '../../../bridges/index.ts';
import { Bridge } from '../../../src/bridge.ts';
import { startBroker } from '../../../src/broker.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, DiscordMember } from '../../doubles/discord/index.ts';
import type { Bot } from '../../doubles/discord/state.ts';
import { newFolder } from '../../store/open.ts';
import { GameServer } from '../../support/game-server.ts';
import { Recorder } from '../../support/host.ts';

const token = 'MTAx.secret.of.the.guildhall';
const lists = 'GET /applications/:application/guilds/:guild/commands';
const writes = 'PUT /applications/:application/guilds/:guild/commands';

export class Guildhall {
  readonly discord: DiscordDouble;
  readonly bot: Bot;
  readonly guild: DiscordGuild;
  /** The channel that is mapped, to all servers. */
  readonly general: DiscordChannel;
  /** Another guild that the bot is in. */
  readonly other: DiscordGuild;
  readonly lobby: DiscordChannel;
  readonly alice: DiscordMember;
  /** May kick, and no more. */
  readonly kicker: DiscordMember;
  /** May ban, and no more. */
  readonly banner: DiscordMember;
  /** May manage the guild, and no more. */
  readonly manager: DiscordMember;
  /** Whose application the bot is. */
  readonly owner: DiscordMember;
  readonly lines = new Recorder<string>();
  readonly url: string;
  readonly #dataDir = newFolder();
  readonly #stopBroker: () => Promise<void>;
  #bridge: Bridge | undefined;

  private constructor(discord: DiscordDouble, url: string, stopBroker: () => Promise<void>) {
    this.discord = discord;
    this.url = url;
    this.#stopBroker = stopBroker;
    this.guild = discord.addGuild('Guild');
    this.other = discord.addGuild('Other');
    this.bot = discord.addBot({ token, name: 'bridge', privileged: ['MessageContent', 'GuildMembers'] });
    this.guild.addBot(this.bot, ['ManageWebhooks']);
    this.other.addBot(this.bot, ['ManageWebhooks']);
    this.general = this.guild.addTextChannel('general');
    this.lobby = this.other.addTextChannel('lobby');
    const may = (name: string, permission: 'KickMembers' | 'BanMembers' | 'ManageGuild') =>
      this.guild.addMember(name, { roles: [this.guild.addRole(name, { permissions: [permission] })] });
    this.alice = this.guild.addMember('alice', { displayName: 'Alice' });
    this.kicker = may('kicker', 'KickMembers');
    this.banner = may('banner', 'BanMembers');
    this.manager = may('manager', 'ManageGuild');
    const owner = this.guild.state.members.get(this.guild.state.ownerId);
    if (!owner) throw new Error('a guild without its owner');
    this.owner = new DiscordMember(discord.world, owner);
  }

  static async open(): Promise<Guildhall> {
    const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
    onTestFinished(() => broker.stop());
    const discord = await DiscordDouble.start();
    onTestFinished(async () => {
      await discord.stop();
      expect(discord.violations).toEqual([]);
    });
    return new Guildhall(discord, broker.url, () => broker.stop());
  }

  /** Starts the bridge, after the one before has stopped. Resolves when its commands are looked after in both guilds. */
  async start(settings: Record<string, unknown> = {}): Promise<Bridge> {
    const raw = {
      mqtt: { url: this.url, allow_anonymous: true },
      data_dir: this.#dataDir,
      adapters: { discord: { token, api_url: this.discord.url, ...settings } },
      channels: [{ name: 'main', rooms: { discord: this.general.id } }],
    };
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
    const log = pino({ level: 'trace', base: null }, { write: (line: string) => this.lines.add(line) });
    await this.#bridge?.stop();
    const looks = this.looks;
    const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
    this.#bridge = bridge;
    onTestFinished(() => bridge.stop());
    await bridge.start();
    await bridge.ready(AbortSignal.timeout(20_000));
    await this.discord.until(() => this.looks === looks + 2 && this.commandsIn(this.other).length > 0, 'commands in both guilds');
    return bridge;
  }

  /** A game server goes online, and the bridge knows of it. */
  async game(id: string): Promise<GameServer> {
    const game = await GameServer.start({ url: this.url, id });
    onTestFinished(() => game.stop());
    await game.presence.waitFor((change) => change === 'online bridge');
    return game;
  }

  /** The names of the commands that the bot has in a guild. */
  commandsIn({ id }: DiscordGuild): string[] {
    return (this.discord.world.commands.get(`${this.bot.applicationId}/${id}`) ?? []).map(({ name }) => name);
  }

  /** How often commands were looked up, and written. */
  get looks(): number {
    return this.discord.requests.filter(({ route }) => route === lists).length;
  }

  get writes(): number {
    return this.discord.requests.filter(({ route }) => route === writes).length;
  }

  /** The broker goes away; resolves when the bridge knows. */
  async breakNetwork(): Promise<void> {
    await this.#stopBroker();
    await expect.poll(() => this.#bridge?.health().length, { interval: 5 }).toBeGreaterThan(0);
  }
}
