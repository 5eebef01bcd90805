/** The container does its work: messages go through it, and neither a stop nor a kill loses or doubles one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { project } from '../docs/markdown.ts';
import { type DiscordChannel, DiscordDouble, type DiscordMember } from '../doubles/discord/index.ts';
import { freePort } from '../support/free-port.ts';
import { GameServer, type Player } from '../support/game-server.ts';
import { Container, docker, IMAGE, volume } from './docker.ts';

const hasDocker = inject('hasDocker');
const MOSQUITTO = 'docker.io/library/eclipse-mosquitto:2';

const compose = parseYaml(readFileSync(`${project}compose.yaml`, 'utf8')) as {
  services: { bridge: { environment: { GOODBYE: string } }; mosquitto: { healthcheck: { test: [string, string] } } };
};

/** A bridge in a container between a game server on a Mosquitto in a container, and the stand-in Discord. */
interface Place {
  readonly bridge: Container;
  /** How long it took from `docker run` until it was healthy, in milliseconds. */
  readonly healthyAfter: number;
  readonly game: GameServer;
  readonly gordon: Player;
  readonly discord: DiscordDouble;
  readonly channel: DiscordChannel;
  readonly alice: DiscordMember;
}

async function place(): Promise<Place> {
  const discord = await DiscordDouble.start();
  onTestFinished(() => discord.stop());
  const bot = discord.addBot({
    name: 'bridge',
    token: 'discord-token.of-the.bot',
    privileged: ['MessageContent', 'GuildMembers'],
  });
  const guild = discord.addGuild('Community');
  guild.addBot(bot, ['ManageWebhooks']);
  const channel = guild.addTextChannel('games');
  const alice = guild.addMember('alice', { displayName: 'Alice' });

  // The volumes go after the containers that have them.
  const [secrets, kept, data] = [await volume('secrets'), await volume('broker'), await volume('data')];
  const port = await freePort();
  const broker = await Container.run(
    'mosquitto',
    ...['--network', 'bridge', '--publish', `127.0.0.1:${port}:1883`],
    ...[
      '--volume',
      `${project}deploy/mosquitto:/deploy:ro`,
      '--volume',
      `${kept}:/mosquitto/data`,
      '--volume',
      `${secrets}:/secrets`,
    ],
    ...['--entrypoint', 'sh', MOSQUITTO, '/deploy/start.sh'],
  );
  await broker.succeeds('sh', '-c', compose.services.mosquitto.healthcheck.test[1].replaceAll('$$', '$'));
  const { output: password } = await broker.exec('sh', '/deploy/add-server.sh', 'alpha');
  const url = `mqtt://127.0.0.1:${port}`;
  const game = await GameServer.start({ url, id: 'alpha', username: 'alpha', password: password.trim() });
  onTestFinished(() => game.stop());

  const settings = {
    MQTT_URL: url,
    MQTT_USERNAME: 'bridge',
    MQTT_PASSWORD_FILE: '/secrets/mqtt_password',
    DISCORD_TOKEN: bot.token,
    DISCORD_CHANNEL: channel.id,
    DISCORD_API_URL: discord.url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(await freePort()),
    GOODBYE: compose.services.bridge.environment.GOODBYE,
  };
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-container-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = join(folder, '.env');
  writeFileSync(
    env,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const from = performance.now();
  const bridge = await Container.run(
    'bridge',
    ...['--network', 'host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--env-file', env],
    ...['--volume', `${data}:/data`, '--volume', `${secrets}:/secrets:ro`, IMAGE],
  );
  await bridge.healthy();
  const healthyAfter = performance.now() - from;
  await bridge.logs(/the bot can read and write/);
  await game.presence.waitFor((change) => change === 'online bridge', 30_000);
  return { bridge, healthyAfter, game, gordon: await game.join('Gordon'), discord, channel, alice };
}

/** How often each of some lines stands somewhere. */
const counts = (texts: readonly string[], lines: readonly string[]) =>
  Object.fromEntries(lines.map((line) => [line, texts.join('\n').split(line).length - 1]));
const once = (lines: readonly string[]) => Object.fromEntries(lines.map((line) => [line, 1]));

test.skipIf(!hasDocker)('stopped and started again, it has missed nothing', async () => {
  const { bridge, healthyAfter, game, gordon, channel, alice } = await place();
  expect(healthyAfter).toBeLessThan(30_000);
  await gordon.says('hello Discord');
  await channel.waitFor('hello Discord');
  alice.says(channel, 'hello Gordon');
  await game.chat.waitFor((line) => line === 'Alice@bridge: hello Gordon');

  // What the guides have one type, where nothing but the data can be written to.
  for (const command of ['check', 'status', 'store info']) {
    const { code, output } = await bridge.exec('crosschat-bridge', ...command.split(' '));
    expect([command, code, output]).toEqual([
      command,
      0,
      expect.stringMatching(/All works\.$|^The bridge is ready\.|crosschat\.db: /m),
    ]);
  }
  for (const path of ['/x', '/app/x', '/config/x', '/etc/x', '/home/node/x'])
    expect(await bridge.exec('touch', path)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Read-only file system|Permission/),
    });
  expect(await bridge.exec('touch', '/data/x')).toMatchObject({ code: 0 });

  const { code, after } = await bridge.stop();
  process.stdout.write(`Healthy after ${Math.round(healthyAfter)} ms, ended ${Math.round(after)} ms after docker stop.\n`);
  expect(code, await bridge.log()).toBe(0);
  expect(after).toBeLessThan(5_000);
  await gordon.says('are you there?');
  alice.says(channel, 'said meanwhile');
  await bridge.start();
  await game.chat.waitFor((line) => line === 'Alice@bridge: said meanwhile', 30_000);
  await gordon.says('there you are');
  await channel.waitFor('there you are', 30_000);
  expect(game.presence.all).not.toContain('offline bridge');
  alice.says(channel, 'the end');
  await game.chat.waitFor((line) => line === 'Alice@bridge: the end', 30_000);

  expect(game.chat.all).toEqual(['hello Gordon', 'said meanwhile', 'the end'].map((text) => `Alice@bridge: ${text}`));
  expect(channel.messages.filter(({ author }) => author.startsWith('Gordon')).map(({ content }) => content)).toEqual([
    'hello Discord',
    'are you there?',
    'there you are',
  ]);
});

test.skipIf(!hasDocker)('killed while people talk, it loses and doubles nothing', async () => {
  const { bridge, game, gordon, discord, channel, alice } = await place();
  const fromGame: string[] = [];
  const fromDiscord: string[] = [];
  /** Both say some things, one after the other, and do not wait until they arrive. */
  const talk = async (lines: number) => {
    for (let line = 0; line < lines; line++) {
      fromGame.push(`game-${fromGame.length}.`);
      await gordon.says(`game-${fromGame.length - 1}.`);
      fromDiscord.push(`discord-${fromDiscord.length}.`);
      alice.says(channel, `discord-${fromDiscord.length - 1}.`);
    }
  };
  for (let kill = 0; kill < 3; kill++) {
    await talk(5);
    // Some of them are on their way now, and some are not.
    await game.chat.waitFor((line) => line.includes(fromDiscord.at(-3) ?? ''), 30_000);
    const talking = talk(10);
    await bridge.kill();
    await talking;
    await talk(5);
    await bridge.start();
  }
  alice.says(channel, 'the end');
  await gordon.says('the end of the game');
  await game.chat.waitFor((line) => line === 'Alice@bridge: the end', 60_000);
  await channel.waitFor('the end of the game', 60_000);
  // No player has seen that it was away.
  expect(game.presence.all.filter((change) => change.endsWith('line bridge'))).toEqual(['online bridge']);
  const shown = channel.messages.filter(({ author }) => author.startsWith('Gordon')).map(({ content }) => content);
  expect(counts(shown, fromGame)).toEqual(once(fromGame));
  expect(counts(game.chat.all, fromDiscord)).toEqual(once(fromDiscord));
  expect(discord.violations).toEqual([]);
  expect(await docker('inspect', '--format', '{{.State.Status}}', bridge.name)).toBe('running');
});
