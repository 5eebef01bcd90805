/** Who types on Discord, and that the bot does for others. */
import { GatewayIntentBits } from 'discord.js';
import { expect, test } from 'vitest';
import type { AdapterId, RoomRef } from '../../../src/event.ts';
import { connected } from './setup.ts';

const route = 'POST /channels/:channel/typing';
const sign = (lasting = 10_000) => ({
  place: { kind: 'room', adapter: 'matrix' as AdapterId, room: '!a:hs' as RoomRef } as const,
  author: { id: '@carol:hs', name: 'Carol' },
  until: Date.now() + lasting,
});
const on = {
  privileged: ['MessageContent'],
  permissions: ['ManageWebhooks', 'SendMessages'],
  config: () => ({ typing: true }),
} as const;

test('people who type in the channel are heard, and neither bots nor those who type elsewhere', async () => {
  const { guild, general, alice, host, discord, adapter } = await connected(on);
  const other = discord.addBot({ name: 'other' });
  const room = general.id as RoomRef;
  guild.addBot(other).typesIn(general);
  alice.typesIn(guild.addTextChannel('elsewhere'));
  adapter.typing?.(room, sign());
  await general.waitUntil(() => general.typing.includes('bridge'));
  alice.typesIn(general);
  await host.signs.waitFor((heard) => heard === `${general.id} ${alice.id}`);
  expect(host.signs.all).toHaveLength(1);
});

test('where it is off, Discord is not even asked to tell, and the bot does not type', async () => {
  const { general, alice, host, discord, adapter } = await connected();
  alice.typesIn(general);
  adapter.typing?.(general.id as RoomRef, sign());
  alice.says(general, 'the end');
  await host.waitForMessage('the end');
  expect(host.signs.all).toEqual([]);
  expect(discord.requests.filter((request) => request.route === route)).toEqual([]);
  for (const { intents } of discord.gateway.sessions.values()) expect(intents & GatewayIntentBits.GuildMessageTyping).toBe(0);
});

test('the bot types once in eight seconds at most, not for who has stopped, and not where Discord takes no more', async () => {
  const { general, discord, adapter } = await connected(on);
  const room = general.id as RoomRef;
  const asked = () => discord.requests.filter((request) => request.route === route);
  adapter.typing?.(room, sign(0));
  discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 60 } }, route);
  for (let n = 0; n < 100; n++) adapter.typing?.(room, sign());
  await discord.waitForRequest((request) => request.route === route);
  for (let n = 0; n < 100; n++) adapter.typing?.(room, sign());
  expect(asked().map(({ status }) => status)).toEqual([429]);
  expect(general.typing).toEqual([]);
});
