/** Several bridges between one Discord channel and one Matrix room: what is said is brought over, and never comes back. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discord } from '../../bridges/discord/index.ts';
import { matrix } from '../../bridges/matrix/index.ts';
import type { Adapter } from '../../src/adapter.ts';
import type { Message, RoomRef } from '../../src/event.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember } from '../doubles/discord/index.ts';
import { MatrixDouble, type TestRoom, type TestUser } from '../doubles/matrix/index.ts';
import { TestAttempt } from '../support/attempt.ts';
import { testHost } from '../support/host.ts';

let guilds: DiscordDouble;
let homeserver: MatrixDouble;
let guild: DiscordGuild;
let channel: DiscordChannel;
let room: TestRoom;
let bob: DiscordMember;
let carol: TestUser;
const adapters: Adapter[] = [];

beforeEach(async () => {
  [guilds, homeserver] = await Promise.all([DiscordDouble.start(), MatrixDouble.start()]);
  guild = guilds.addGuild('Community');
  channel = guild.addTextChannel('games');
  bob = guild.addMember('bob', { displayName: 'Bob' });
  carol = homeserver.addUser('carol', { displayName: 'Carol' });
  room = homeserver.addRoom({ creator: carol });
});
afterEach(async () => {
  await Promise.all(adapters.splice(0).map((adapter) => adapter.stop()));
  await Promise.all([guilds.stop(), homeserver.stop()]);
});

/** A bridge of ours with accounts of its own: what is heard in one place is said in the other, as the hub does. */
async function bridge(name: string): Promise<void> {
  const bot = guilds.addBot({ name, privileged: ['MessageContent', 'GuildMembers'] });
  guild.addBot(bot, ['ManageWebhooks']);
  const account = homeserver.addUser(name);
  const bring = (to: () => Adapter, where: string) => (message: Message) =>
    to().send(where as RoomRef, message, new TestAttempt());
  const inDiscord: Adapter = discord.create(
    discord.schema.parse({ token: bot.token, api_url: guilds.url }),
    testHost({ id: 'discord', rooms: [channel.id], onMessage: bring(() => inMatrix, room.id) }),
  );
  const inMatrix: Adapter = matrix.create(
    matrix.schema.parse({ homeserver_url: homeserver.url, access_token: account.token }),
    testHost({ id: 'matrix', rooms: [room.id], onMessage: bring(() => inDiscord, channel.id) }),
  );
  adapters.push(inDiscord, inMatrix);
  await Promise.all([inDiscord.start(), inMatrix.start()]);
}

/** Texts that no person said: by bots and webhooks in Discord, by the bridges' accounts in Matrix. */
const seenInDiscord = () => channel.messages.filter(({ isApp }) => isApp).map(({ author, content }) => `${author}: ${content}`);
const seenInMatrix = () => room.messages.filter(({ sender }) => sender !== carol.id).map(({ body }) => body);

/** Whatever loops comes before this, which is brought over last. */
async function theEnd(bridges: number): Promise<void> {
  bob.says(channel, 'the end');
  room.says(carol, 'the end');
  await room.waitUntil(() => seenInMatrix().filter((text) => text === 'Bob (Discord): the end').length === bridges);
  await channel.waitUntil(() => seenInDiscord().filter((text) => text === 'Carol [Matrix]: the end').length === bridges);
}

test('two of ours: each brings everything over once', async () => {
  await bridge('one');
  await bridge('two');
  bob.says(channel, 'from Discord');
  room.says(carol, 'from Matrix');
  await theEnd(2);
  const twice = (text: string) => [text, text];
  expect(seenInMatrix().sort()).toEqual([...twice('Bob (Discord): from Discord'), ...twice('Bob (Discord): the end')]);
  expect(seenInDiscord().sort()).toEqual([...twice('Carol [Matrix]: from Matrix'), ...twice('Carol [Matrix]: the end')]);
  expect([guilds.violations, homeserver.violations]).toEqual([[], []]);
});

test('ours and a foreign one, by webhook, by bot and by notices: ours brings over what people say only', async () => {
  await bridge('one');
  const foreign = guild.addBot(guilds.addBot({ name: 'foreign' }));
  const webhook = channel.addWebhook('foreign', foreign);
  const puppet = homeserver.addUser('foreign');
  puppet.joins(room);
  bob.says(channel, 'from Discord');
  room.sends(puppet, 'm.room.message', { msgtype: 'm.notice', body: '<Bob> from Discord' });
  room.says(carol, 'from Matrix');
  webhook.says('from Matrix', { name: 'Carol' });
  foreign.says(channel, '<Carol> from Matrix');
  await theEnd(1);
  const [own, others] = [seenInMatrix().filter((text) => !text.startsWith('<')), seenInDiscord()];
  expect(own).toEqual(['Bob (Discord): from Discord', 'Bob (Discord): the end']);
  expect(others.filter((text) => text.includes('[Matrix]'))).toEqual(['Carol [Matrix]: from Matrix', 'Carol [Matrix]: the end']);
  expect(others).toHaveLength(4);
});
