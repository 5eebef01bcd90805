/** The world that stories happen in: a broker, a Discord guild, a Matrix room, game servers, and bridges between them. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import { Bridge } from '../../src/bridge.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { DiscordDouble } from '../doubles/discord/index.ts';
import { type AppserviceKeys, isGhost } from '../support/appservice-keys.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';
import { MatrixPerson } from '../support/matrix-person.ts';
import { patience } from '../support/patience.ts';
import { DiscordPlace } from './discord-place.ts';
import { MatrixPlace } from './matrix-place.ts';

/** What a site lends to the stories: stand-ins, or real servers. */
export interface Site {
  readonly broker: {
    readonly url: string;
    /** What a server has to log in with, where the broker wants that. */
    credentials(serverId: string): { readonly username: string; readonly password: string } | undefined;
    stop?(): Promise<void>;
    /** Starts it again on the same address, having forgotten everything. */
    start?(): Promise<void>;
  };
  readonly matrix: {
    readonly url: string;
    /** Makes a user with a name of its own. */
    account(localpart: string): Promise<{ readonly id: string; readonly token: string }>;
    /**
     * What the homeserver has been told of the bridge: one that no story has used yet. Where there is this, bridges are appservices, and
     * everybody is shown as a user of their own.
     */
    appservice?(): Promise<AppserviceKeys>;
    /** What clients did that the specification forbids, where the homeserver tells. */
    violations(): readonly unknown[];
  };
  close(): Promise<void>;
}

export type OpenSite = () => Promise<Site>;

const DISCORD_TOKEN = 'discord-bot-token-for-stories';

/** One world, made anew for each story. */
export class World {
  readonly site: Site;
  readonly discord: DiscordPlace;
  readonly matrix: MatrixPlace;
  /** What the bridges logged, as JSON. */
  readonly lines: string[] = [];
  readonly #double: DiscordDouble;
  readonly #folder = mkdtempSync(join(tmpdir(), 'crosschat-story-'));
  readonly #games: GameServer[] = [];
  readonly #bridges = new Map<Bridge, string>();
  readonly #botToken: string;
  /** By the id of the virtual server. */
  readonly #appservices = new Map<string, { readonly appservice: AppserviceKeys }>();
  readonly #problems = new Recorder<string>();

  readonly #clock: Clock;

  private constructor(
    site: Site,
    double: DiscordDouble,
    discord: DiscordPlace,
    matrix: MatrixPlace,
    botToken: string,
    clock: Clock,
  ) {
    this.site = site;
    this.#double = double;
    this.discord = discord;
    this.matrix = matrix;
    this.#botToken = botToken;
    this.#clock = clock;
  }

  /** @param clock that of the bridges */
  static async open(openSite: OpenSite, clock: Clock = systemClock): Promise<World> {
    const [site, double] = await Promise.all([openSite(), DiscordDouble.start()]);
    const guild = double.addGuild('Community');
    const bot = double.addBot({ token: DISCORD_TOKEN, privileged: ['MessageContent', 'GuildMembers'] });
    const channel = guild.addTextChannel('games');
    guild.addBot(bot, ['ViewChannel', 'SendMessages', 'ManageWebhooks', 'ReadMessageHistory']);

    const suffix = randomUUID().slice(0, 8);
    const account = await site.matrix.account(`carol_${suffix}`);
    const carol = new MatrixPerson(site.matrix.url, account, isGhost);
    const botAccount = await site.matrix.account(`bridge_${suffix}`);
    const room = await carol.createRoom();
    await carol.rename('Carol');
    await carol.look();
    return new World(
      site,
      double,
      new DiscordPlace(guild, channel, bot.user),
      new MatrixPlace(carol, room),
      botAccount.token,
      clock,
    );
  }

  /** A game server goes online. */
  async game(id: string): Promise<GameServer> {
    const game = await GameServer.start({ url: this.site.broker.url, id, ...this.site.broker.credentials(id) });
    this.#games.push(game);
    return game;
  }

  /**
   * Starts a bridge between the room, the channel and all game servers, and waits until it is on the network.
   * @param settings over the usual ones
   * @param each over the usual ones of each adapter
   * @param only the one adapter that it has; both by default
   * @param servers from an adapter to the virtual server of its own
   */
  async bridge(
    settings: Record<string, unknown> = {},
    servers: Record<string, string> = {},
    each: Record<string, unknown> = {},
    only?: 'discord' | 'matrix',
  ): Promise<Bridge> {
    const id = String(settings['server_id'] ?? 'bridge');
    const own = (adapter: string) => {
      const serverId = servers[adapter];
      if (serverId === undefined) return {};
      const credentials = this.site.broker.credentials(serverId);
      return { server_id: serverId, ...(credentials && { mqtt: credentials }) };
    };
    const appservice = await this.#appservice(id);
    const adapters = {
      discord: { token: DISCORD_TOKEN, api_url: this.#double.url, cdn_url: this.#double.cdnUrl, ...own('discord'), ...each },
      matrix: {
        homeserver_url: this.site.matrix.url,
        ...(appservice ?? { access_token: this.#botToken }),
        ...own('matrix'),
        ...each,
      },
    };
    const raw = {
      mqtt: { url: this.site.broker.url, ...(this.site.broker.credentials(id) ?? { allow_anonymous: true }) },
      data_dir: join(this.#folder, id),
      adapters: only === undefined ? adapters : { [only]: adapters[only] },
      channels: [{ name: 'main', rooms: { discord: this.discord.channelId, matrix: this.matrix.roomId } }],
      ...settings,
      ...(appservice && { http: { ...(settings['http'] ?? {}), port: Number(new URL(appservice.appservice.url).port) } }),
    };
    const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
    const log = pino(
      { level: 'debug', base: null },
      {
        write: (line: string) => {
          this.lines.push(line);
          this.#problems.add(line);
        },
      },
    );
    const bridge = new Bridge({ config, log, clock: this.#clock, random: Math.random, shutdown: () => {} });
    this.#bridges.set(bridge, id);
    await bridge.start();
    await bridge.ready(AbortSignal.timeout(10_000 * patience));
    const ids = new Set(config.adapters.map(({ serverId }) => serverId));
    for (const game of this.#games) {
      for (const serverId of ids)
        if (!game.isOnline(serverId)) await game.presence.waitFor((change) => change === `online ${serverId}`);
    }
    return bridge;
  }

  /** The alias under which a game server has a room, where the bridge is an appservice. */
  aliasOf(server: string): string {
    const { appservice } = this.#appservices.get('bridge') ?? {};
    return `#${String(appservice?.['aliases']).replace('{server}', server)}:${appservice?.server_name}`;
  }

  /** The keys of a bridge that is an appservice: after a restart the same. */
  async #appservice(serverId: string): Promise<{ readonly appservice: AppserviceKeys } | undefined> {
    const known = this.#appservices.get(serverId);
    if (known) return known;
    const appservice = await this.site.matrix.appservice?.();
    if (appservice) this.#appservices.set(serverId, { appservice });
    return appservice && { appservice };
  }

  /** What goes wrong at Discord. */
  get discordFaults(): DiscordDouble['faults'] {
    return this.#double.faults;
  }

  /** How often a bridge has asked Discord to let the bot type. */
  typingRequests(): number {
    return this.#double.requests.filter(({ route }) => route === 'POST /channels/:channel/typing').length;
  }

  /** Discord has a picture of its own, an emoji or a sticker: `/emojis/1.png`. */
  addPicture(path: string, content: string): void {
    this.#double.world.attachments.addPicture(path, { contentType: 'image/png', content: new TextEncoder().encode(content) });
  }

  /** Discord takes nothing that is to be shown, until it {@link discordRecovers}. */
  discordFails(): void {
    this.#double.faults.next(1_000_000, { stored: false, answer: { status: 503 } }, 'POST /webhooks/:webhook/:token');
  }

  /** All is well with Discord again. */
  discordRecovers(): void {
    this.#double.faults.clear();
  }

  /** Waits until a bridge knows that it has no connection to the broker. */
  async bridgeIsDown(bridge: Bridge): Promise<void> {
    const id = this.#bridges.get(bridge);
    await this.#problems.waitFor((line) => line.includes(`"server":"${id}"`) && line.includes('"level":40'));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#bridges.keys()].map((bridge) => bridge.stop()));
    await Promise.all(this.#games.map((game) => game.stop()));
    await this.matrix.close();
    await this.#double.stop();
    // No story may end with anything that Discord or the homeserver would have refused.
    expect([...this.#double.violations, ...this.site.matrix.violations()]).toEqual([]);
    await this.site.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
