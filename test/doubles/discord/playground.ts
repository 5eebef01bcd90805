/** What the tests of the stand-in Discord share: a guild, a bot, and ways to ask. Each test gets a new one. */
import {
  Client,
  type ClientOptions,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Message,
  type TextChannel,
} from 'discord.js';
import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { TestClock } from '../../support/clock.ts';
import { type DiscordChannel, DiscordDouble, type DiscordGuild, type DiscordMember } from './index.ts';
import type { Bot } from './state.ts';

const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMembers,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildWebhooks,
  GatewayIntentBits.MessageContent,
];

export let discord: DiscordDouble;
export let guild: DiscordGuild;
export let channel: DiscordChannel;
export let alice: DiscordMember;
export let bot: Bot;
export let botMember: DiscordMember;
const clients: Client[] = [];
/** For those who ask for it; it stands still until it is moved. */
export const clock = new TestClock();

async function begin(options: Parameters<typeof DiscordDouble.start>[0] = {}): Promise<void> {
  discord = await DiscordDouble.start(options);
  guild = discord.addGuild('Playground');
  channel = guild.addTextChannel('general');
  alice = guild.addMember('alice', { displayName: 'Alice' });
  bot = discord.addBot({ name: 'bridge', privileged: ['GuildMembers', 'MessageContent'] });
  botMember = guild.addBot(bot, ['ManageWebhooks']);
}

export async function restart(options: Parameters<typeof DiscordDouble.start>[0]): Promise<void> {
  await discord.stop();
  await begin(options);
}

/** Opens one for each test of the file that calls this. */
export function playground(): void {
  beforeEach(() => begin());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.destroy()));
    await discord.stop();
  });
}

export function newClient(options: Partial<ClientOptions> = {}): Client {
  const buildIdentifyThrottler = () => Promise.resolve({ waitForIdentify: () => Promise.resolve() });
  const client = new Client({
    intents: INTENTS,
    rest: { api: discord.url, retries: 0 },
    ws: { buildIdentifyThrottler },
    ...options,
  });
  client.on(Events.Error, () => undefined);
  clients.push(client);
  return client;
}

export async function ready(options: Partial<ClientOptions> = {}): Promise<Client<true>> {
  const client = newClient(options);
  const done = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(bot.token);
  return done;
}

export async function readyChannel(): Promise<TextChannel> {
  const client = await ready();
  return (await client.channels.fetch(channel.id)) as TextChannel;
}

/** The next messages that a client hears. */
export function hears(client: Client, count: number): Promise<Message[]> {
  const heard: Message[] = [];
  return new Promise((resolve) => {
    client.on(Events.MessageCreate, (message) => {
      heard.push(message);
      if (heard.length === count) resolve(heard);
    });
  });
}

/** A request without discord.js. */
export async function ask(method: string, path: string, body?: unknown, token = bot.token) {
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}

export const send = (body: unknown) => ask('POST', `/channels/${channel.id}/messages`, body);

export async function refusal(promise: Promise<unknown>): Promise<{ status: number; code: number | string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DiscordAPIError)) throw new Error(`no refusal: ${error}`);
  return { status: error.status, code: error.code };
}

export function closeCode(ws: WebSocket): Promise<number> {
  return new Promise((resolve) => ws.on('close', resolve));
}

/** Identifies with something other than usual; the close code. */
export function identify(changes: object): Promise<number> {
  const ws = new WebSocket(`${discord.gateway.url}?v=10&encoding=json`);
  const properties = { os: 'linux', browser: 'test', device: 'test' };
  ws.on('open', () => ws.send(JSON.stringify({ op: 2, d: { token: bot.token, properties, intents: 1, ...changes } })));
  return closeCode(ws);
}
