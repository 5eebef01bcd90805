/** The world of a torture: a broker, a Discord and a homeserver, each behind a proxy, the bridge between them, and people everywhere. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { type DiscordChannel, DiscordDouble } from '../doubles/discord/index.ts';
import { MatrixDouble, type TestRoom } from '../doubles/matrix/index.ts';
import { GameServer } from '../support/game-server.ts';
import { TcpProxy } from '../support/proxy.ts';
import { BridgeProcess } from './bridge-process.ts';
import type { TortureBroker } from './broker.ts';
import type { Journal } from './journal.ts';
import type { Line } from './lines.ts';
import { PacketReader } from './packets.ts';
import type { Sighting } from './tally.ts';

/** Somebody who talks. */
export interface Talker {
  readonly name: string;
  /** Where they are: a key of {@link TortureWorld.places}. */
  readonly home: string;
  /** How many marks a line of theirs can hold. */
  readonly longest: number;
  /** Whether what they say now would be sent to the bridge. */
  canTalk(): boolean;
  /** Resolves when their platform has answered: whether it has certainly taken it. */
  says(line: Line): Promise<boolean>;
}

/** Somewhere where lines arrive. */
interface Destination {
  readonly kind: 'game' | 'room';
  seen(): Sighting[];
}

export interface TortureWorld {
  readonly bridge: BridgeProcess;
  readonly broker: TortureBroker;
  readonly mqtt: TcpProxy;
  readonly discord: { readonly double: DiscordDouble; readonly proxy: TcpProxy; readonly channel: DiscordChannel };
  readonly matrix: { readonly double: MatrixDouble; readonly proxy: TcpProxy; readonly room: TestRoom };
  readonly places: ReadonlyMap<string, Destination>;
  readonly talkers: readonly Talker[];
  /** The folder that the bridge runs in, with its `data`. */
  readonly folder: string;
  /** Waits until the bridge is everywhere for the first time: what is said before that, it rightly takes for history. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const PLAYERS = { alpha: ['Gordon', 'Alyx', 'Barney'], beta: ['Eli', 'Kleiner'] };
const MEMBERS = ['Alice', 'Bob', 'Mallory'];
const USERS = ['Carol', 'Dave', 'Trent'];
const START_TIME = 30_000;

export interface WorldOptions {
  readonly broker: TortureBroker;
  readonly journal: Journal;
  /** The built `main.js`. */
  readonly program: string;
  /** Where the bridge keeps what it must remember; in the folder that it runs in by default. */
  readonly dataDir?: string;
}

export async function makeWorld({ broker, journal, program, dataDir = 'data' }: WorldOptions): Promise<TortureWorld> {
  const readers = new Map<string, PacketReader>();
  const wire = await TcpProxy.start({ host: '127.0.0.1', port: broker.port }, (direction, data, connection) => {
    const key = `#${connection} ${direction}`;
    const reader = readers.get(key) ?? new PacketReader();
    readers.set(key, reader);
    for (const line of reader.read(data)) journal.packet(`${key} ${line}`);
  });
  const witness = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'witness', reconnectPeriod: 100 });
  witness.on('error', () => {});
  witness.on('packetreceive', (packet) => {
    if (packet.cmd === 'publish') journal.packet(`broker: ${packet.topic} ${String(packet.payload).slice(0, 300)}`);
  });
  await witness.subscribeAsync('crosschat/#', { qos: 2 });

  const places = new Map<string, Destination>();
  const talkers: Talker[] = [];

  const discord = await DiscordDouble.start({ heartbeatInterval: 5_000 });
  const discordProxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(discord.url).port) });
  const bot = discord.addBot({ name: 'bridge', privileged: ['MessageContent', 'GuildMembers'] });
  const guild = discord.addGuild('Community');
  guild.addBot(bot, ['ManageWebhooks']);
  const channel = guild.addTextChannel('games');
  places.set('discord', {
    kind: 'room',
    seen: () => channel.messages.filter(({ isApp }) => isApp).map(({ author, content }) => ({ author, text: content })),
  });
  for (const name of MEMBERS) {
    const member = guild.addMember(name.toLowerCase(), { displayName: name });
    const says = async ({ text }: Line) => {
      member.says(channel, text);
      return true;
    };
    talkers.push({ name, home: 'discord', longest: 80, canTalk: () => true, says });
  }

  const matrix = await MatrixDouble.start();
  const matrixProxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(matrix.url).port) });
  const account = matrix.addUser('bridge');
  const users = USERS.map((name) => ({ name, user: matrix.addUser(name.toLowerCase(), { displayName: name }) }));
  const [first] = users;
  if (!first) throw new Error('nobody is on Matrix');
  const room = matrix.addRoom({ creator: first.user, alias: 'games', members: users.slice(1).map(({ user }) => user) });
  places.set('matrix', {
    kind: 'room',
    seen: () => room.messages.filter(({ sender }) => sender === account.id).map(({ body }) => ({ author: '', text: body })),
  });
  for (const { name, user } of users) {
    const says = async ({ text, html }: Line) => {
      room.says(user, html === undefined ? text : { body: text, format: 'org.matrix.custom.html', formatted_body: html });
      return true;
    };
    talkers.push({ name, home: 'matrix', longest: 250, canTalk: () => true, says });
  }

  const games: GameServer[] = [];
  for (const [id, players] of Object.entries(PLAYERS)) {
    // What reached a broker that is restarted is theirs when they are back: only then can the bridge answer for all that is missing.
    const game = await GameServer.start({ url: `mqtt://127.0.0.1:${broker.port}`, id, persistent: broker.restart !== undefined });
    games.push(game);
    places.set(id, {
      kind: 'game',
      seen: () => game.chat.all.filter((line) => /^[^@]*@bridge: /.test(line)).map((text) => ({ author: '', text })),
    });
    for (const name of players) {
      const player = await game.join(name);
      // Mosquitto 2.0 can forget at a restart what it was about to take, and says afterwards that it took it.
      const says = async ({ text }: Line) => {
        const { restarts } = broker;
        await player.says(text);
        return broker.restarts === restarts;
      };
      talkers.push({ name, home: id, longest: 150, canTalk: () => game.isOnline('bridge'), says });
    }
  }

  const folder = join(journal.folder, 'bridge');
  mkdirSync(folder, { recursive: true });
  const config = {
    mqtt: { url: `mqtt://127.0.0.1:${wire.port}`, allow_anonymous: true },
    log_level: 'debug',
    data_dir: dataDir,
    flood: { user_per_minute: 0, server_per_minute: 0 },
    adapters: {
      discord: { token: bot.token, api_url: `http://127.0.0.1:${discordProxy.port}/api` },
      matrix: { homeserver_url: `http://127.0.0.1:${matrixProxy.port}`, access_token: account.token },
    },
    channels: [{ name: 'games', rooms: { discord: channel.id, matrix: '#games:hs.test' } }],
  };
  // YAML reads JSON.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config, null, 2));

  const bridge = new BridgeProcess(program, folder, journal);
  return {
    bridge,
    broker,
    mqtt: wire,
    discord: { double: discord, proxy: discordProxy, channel },
    matrix: { double: matrix, proxy: matrixProxy, room },
    places,
    talkers,
    folder,
    async settled() {
      await Promise.all([
        ...games.map((game) => game.presence.waitFor((change) => change === 'online bridge', START_TIME)),
        discord.waitForGateway('identified', 1, START_TIME),
        matrix.waitForRequest(
          ({ path, query, status }) => path.endsWith('/sync') && 'since' in query && status === undefined,
          START_TIME,
        ),
      ]);
    },
    async close() {
      await bridge.kill();
      await Promise.all(games.map((game) => game.stop()));
      await Promise.all([wire, discordProxy, matrixProxy].map((proxy) => proxy.cut()));
      await Promise.all([discord.stop(), matrix.stop(), witness.endAsync(true)]);
      await broker.close();
    },
  };
}
