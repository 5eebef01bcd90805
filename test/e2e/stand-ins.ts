/** Everything that a bridge is configured for, as stand-ins: a broker, a Discord channel, a Matrix room, and somebody in each. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember } from '../doubles/discord/index.ts';
import type { Bot } from '../doubles/discord/state.ts';
import { MatrixDouble, type TestRoom, type TestUser } from '../doubles/matrix/index.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';

const MQTT_PASSWORD = 'mqtt#password "of" servers';
const DISCORD_TOKEN = 'discord-token.of-the.bot';

/** A place with everything in order; a test then breaks what it wants broken. */
export interface StandIns {
  readonly broker: TestBroker;
  readonly discord: DiscordDouble;
  readonly bot: Bot;
  readonly guild: DiscordGuild;
  readonly channel: DiscordChannel;
  readonly alice: DiscordMember;
  readonly matrix: MatrixDouble;
  readonly room: TestRoom;
  readonly carol: TestUser;
  /** The settings of a bridge that joins it all. */
  readonly settings: Readonly<Record<Variable, string>>;
  /** Waits until a bridge follows what is said on Matrix: what was said before its first look, it takes for history. */
  followed(): Promise<unknown>;
  /** All that must never be seen in an output. */
  secrets(): string[];
  /** A game server goes online. */
  game(id: string): Promise<GameServer>;
}

type Variable =
  | `MQTT_${'URL' | 'USERNAME' | 'PASSWORD'}`
  | `DISCORD_${'TOKEN' | 'CHANNEL' | 'API_URL'}`
  | `MATRIX_${'HOMESERVER_URL' | 'ACCESS_TOKEN' | 'ROOM'}`;

/** Starts it all; it ends with the test. */
export async function standIns(): Promise<StandIns> {
  const broker = await startBroker({
    authenticate: (_client, _username, password, done) => done(null, password?.toString() === MQTT_PASSWORD),
  });
  onTestFinished(() => broker.close());

  const discord = await DiscordDouble.start();
  onTestFinished(() => discord.stop());
  const bot = discord.addBot({ name: 'bridge', token: DISCORD_TOKEN, privileged: ['MessageContent', 'GuildMembers'] });
  const guild = discord.addGuild('Community');
  guild.addBot(bot, ['ManageWebhooks']);
  const channel = guild.addTextChannel('games');
  const alice = guild.addMember('alice', { displayName: 'Alice' });

  const matrix = await MatrixDouble.start();
  onTestFinished(() => matrix.stop());
  const bridge = matrix.addUser('bridge');
  const carol = matrix.addUser('carol', { displayName: 'Carol' });
  const room = matrix.addRoom({ creator: carol, alias: 'games' });

  return {
    broker,
    discord,
    bot,
    guild,
    channel,
    alice,
    matrix,
    room,
    carol,
    settings: {
      MQTT_URL: broker.url,
      MQTT_USERNAME: 'bridge',
      MQTT_PASSWORD,
      DISCORD_TOKEN,
      DISCORD_CHANNEL: channel.id,
      DISCORD_API_URL: discord.url,
      MATRIX_HOMESERVER_URL: matrix.url,
      MATRIX_ACCESS_TOKEN: bridge.token,
      MATRIX_ROOM: '#games:hs.test',
    },
    followed: () =>
      matrix.waitForRequest(({ path, query, status }) => path.endsWith('/sync') && 'since' in query && status === undefined),
    secrets: () => [MQTT_PASSWORD, DISCORD_TOKEN, bridge.token, ...channel.webhooks.map(({ token }) => token)],
    game: (id) => openGame(broker.url, id),
  };
}

async function openGame(url: string, id: string): Promise<GameServer> {
  const game = await GameServer.start({ url, id, username: id, password: MQTT_PASSWORD });
  onTestFinished(() => game.stop());
  return game;
}

/** Writes settings to a folder's `.env`, each value as it would be typed. */
export function writeEnv(folder: string, settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value.includes(' ') ? `'${value}'` : value}`);
  writeFileSync(join(folder, '.env'), `${lines.join('\n')}\n`);
}
