/** One Discord bot in several guilds and one Matrix account, with channels across them that change while people talk. */
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import { Bridge } from '../../src/bridge.ts';
import { startBroker } from '../../src/broker.ts';
import { findings } from '../../src/check.ts';
import { printFindings } from '../../src/cli/check.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import type { Control } from '../../src/control.ts';
import { type DiscordChannel, DiscordDouble, type DiscordMember } from '../doubles/discord/index.ts';
import { MatrixDouble, type TestRoom, type TestUser } from '../doubles/matrix/index.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { by, refusal } from './setup.ts';

const TOKEN = 'discord-bot-token-of-guilds';
const silent = pino({ level: 'silent' });

let discord: DiscordDouble;
let matrix: MatrixDouble;
let places: Record<'games' | 'eu' | 'lobby' | 'off' | 'late', DiscordChannel>;
let ann: DiscordMember;
let bob: DiscordMember;
let carol: TestUser;
let room: TestRoom;
let eu: GameServer;
let us: GameServer;
let config: Config;
let bridge: Bridge;
let control: Control;

beforeEach(async () => {
  const broker = await startBroker({ port: 0, log: silent });
  onTestFinished(() => broker.stop());
  discord = await DiscordDouble.start();
  matrix = await MatrixDouble.start();
  onTestFinished(async () => {
    await Promise.all([discord.stop(), matrix.stop()]);
    expect([...discord.violations, ...matrix.violations]).toEqual([]);
  });
  const bot = discord.addBot({ token: TOKEN, privileged: ['MessageContent', 'GuildMembers'] });
  const [first, second] = ['First', 'Second'].map((name) => {
    const guild = discord.addGuild(name);
    guild.addBot(bot, ['ManageWebhooks']);
    return guild;
  });
  if (!first || !second) throw new Error('there are two guilds');
  const channels = { games: first, eu: first, lobby: second, off: second, late: second };
  places = Object.fromEntries(
    Object.entries(channels).map(([name, guild]) => [name, guild.addTextChannel(name)]),
  ) as typeof places;
  ann = first.addMember('ann', { displayName: 'Ann' });
  bob = second.addMember('bob', { displayName: 'Bob' });
  carol = matrix.addUser('carol', { displayName: 'Carol' });
  room = matrix.addRoom({ creator: carol, alias: 'games' });
  eu = await GameServer.start({ url: broker.url, id: 'eu-1' });
  us = await GameServer.start({ url: broker.url, id: 'us-1' });
  onTestFinished(async () => void (await Promise.all([eu.stop(), us.stop()])));
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    adapters: {
      discord: { token: TOKEN, api_url: discord.url },
      matrix: { homeserver_url: matrix.url, access_token: matrix.addUser('bridge').token },
    },
    channels: [
      { name: 'eu', servers: ['eu-*'], rooms: { discord: places.eu.id } },
      { name: 'us', servers: ['us-*'], rooms: { discord: places.lobby.id } },
      { name: 'main', rooms: { discord: [places.games.id, places.off.id] } },
    ],
  };
  config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  await start();
});

async function start(): Promise<void> {
  bridge = new Bridge({ config, log: silent, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  for (const game of [eu, us]) if (!game.isOnline('bridge')) await game.presence.waitFor((change) => change === 'online bridge');
  if (!bridge.control) throw new Error('the bridge has no control');
  control = bridge.control;
}

const shownIn = (channel: DiscordChannel) => channel.messages.filter(({ isApp }) => isApp).map(({ content }) => content);
/** What a game server heard from the bridge: the others it hears by itself. */
const heardIn = (game: GameServer) =>
  game.chat.all.filter((line) => line.includes('@bridge: ')).map((line) => line.split(': ')[1]);
const linesOf = (game: GameServer, text: string) => game.chat.waitFor((line) => line.endsWith(`@bridge: ${text}`));

test('what is said in one room comes to its channel in every guild, and nowhere else', async () => {
  const { games, eu: europe, lobby, off } = places;
  ann.says(games, 'to main');
  await off.waitFor('to main');
  await Promise.all([linesOf(eu, 'to main'), linesOf(us, 'to main')]);
  bob.says(lobby, 'to us');
  await linesOf(us, 'to us');
  ann.says(europe, 'to eu');
  await linesOf(eu, 'to eu');
  await (await eu.join('Eve')).says('from eu');
  for (const place of [europe, games, off]) await place.waitFor('from eu');
  await (await us.join('Uma')).says('from us');
  for (const place of [lobby, games, off]) await place.waitFor('from us');
  expect(shownIn(europe)).toEqual(['from eu']);
  expect(shownIn(lobby)).toEqual(['from us']);
  expect(shownIn(games)).toEqual(['from eu', 'from us']);
  expect(shownIn(off)).toEqual(['to main', 'from eu', 'from us']);
  expect(heardIn(eu)).toEqual(['to main', 'to eu']);
  expect(heardIn(us)).toEqual(['to main', 'to us']);
});

test('rooms of both platforms are added while people talk, both ways at once, and stay over a restart', async () => {
  const { games, late } = places;
  const alias = `#games:${matrix.serverName}`;
  const eve = await eu.join('Eve');
  const [inMain, inLate] = await Promise.all([
    control.add('main', { adapter: 'matrix', room: alias }, by),
    control.add('late', { adapter: 'discord', room: late.id }, by),
    ...Array.from({ length: 10 }, async (_, n) => void (await eve.says(`early ${n}`))),
  ]);
  expect(inMain).toMatch(/^Matrix room #games:.* is in the channel "main" now\. What is said/);
  expect(inLate).toMatch(/^Discord room \d+ is in the channel "late" now, which is new and hears all game servers\./);
  room.says(carol, 'hello from Matrix');
  ann.says(games, 'hello from Discord');
  bob.says(late, 'hello from late');
  await games.waitFor('hello from Matrix');
  await room.waitFor((event) => String(event.content['body']).includes('hello from Discord'));
  for (const text of ['hello from Matrix', 'hello from Discord', 'hello from late']) {
    await Promise.all([linesOf(eu, text), linesOf(us, text)]);
  }
  await eve.says('all of you');
  for (const place of [late, games]) await place.waitFor('all of you');
  expect(shownIn(late).filter((text) => text.includes('hello'))).toEqual([]);
  expect(
    control.channels().map(({ name, rooms }) => [name, rooms.map(({ adapter, nativeId }) => `${adapter}/${nativeId}`)]),
  ).toEqual([
    ['eu', [`discord/${places.eu.id}`]],
    ['us', [`discord/${places.lobby.id}`]],
    ['main', [`discord/${games.id}`, `discord/${places.off.id}`, `matrix/${room.id}`]],
    ['late', [`discord/${late.id}`]],
  ]);

  await bridge.stop();
  room.says(carol, 'while it was away');
  bob.says(late, 'while it was away, too');
  const lines: string[] = [];
  expect(await printFindings(findings(config, silent), config, (line) => void lines.push(line))).toBe(0);
  expect(lines).toContain('✓ Discord channel #late in Second: the bot can read and write');
  expect(lines.some((line) => line.includes(alias) && line.includes('is in it and may speak'))).toBe(true);
  await start();
  await games.waitFor('while it was away');
  await linesOf(eu, 'while it was away, too');
  expect(shownIn(games).filter((text) => text === 'while it was away')).toHaveLength(1);
});

test('a room is added as soon as Discord takes it, where that is soon', async () => {
  const { late } = places;
  for (const route of ['GET /channels/:channel/webhooks', 'POST /channels/:channel/webhooks'])
    discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 0.3 } }, route);
  expect(await control.add('late', { adapter: 'discord', room: late.id }, by)).toMatch(
    /^Discord room \d+ is in the channel "late"/,
  );
  await (await eu.join('Eve')).says('to late');
  await late.waitFor('to late');
});

test('one bot that lacks something in one guild says what; nothing else is touched', async () => {
  const mute = discord.addGuild('Third').addTextChannel('unseen');
  expect(await refusal(control.add('main', { adapter: 'discord', room: mute.id }, by))).toMatch(
    /^ControlError: .*can't see it.*invite it/,
  );
  const secret = matrix.addRoom({ creator: carol, preset: 'private_chat' });
  expect(await refusal(control.add('main', { adapter: 'matrix', room: secret.id }, by))).toMatch(
    /^ControlError: Matrix room !.* could not join .*\/invite @bridge/,
  );
  ann.says(places.games, 'still here');
  await places.off.waitFor('still here');
  expect(control.channels()).toHaveLength(3);
  expect(bridge.health()).toEqual([]);
});
