/** Who plays where, as people see it on Discord: a real broker and real game servers behind it, and a clock that the test moves. */
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import { printOf } from '../../../bridges/discord/status/changes.ts';
import { startBroker } from '../../../src/broker.ts';
import { CrossChat } from '../../../src/crosschat/index.ts';
import type { DiscordGuild } from '../../doubles/discord/index.ts';
import { TestClock } from '../../support/clock.ts';
import { GameServer } from '../../support/game-server.ts';
import { testHost } from '../../support/host.ts';
import { type Scene, type SceneOptions, scene } from './setup.ts';

type Broker = Awaited<ReturnType<typeof startBroker>>;

const posts = 'POST /channels/:channel/messages';
const edits = 'PATCH /channels/:channel/messages/:message';
const topics = 'PATCH /channels/:channel';

/** A network with a Discord bridge on it. */
class Town {
  readonly made: Scene;
  readonly clock: TestClock;
  readonly chat: CrossChat;
  readonly broker: Broker;

  constructor(made: Scene, clock: TestClock, chat: CrossChat, broker: Broker) {
    this.made = made;
    this.clock = clock;
    this.chat = chat;
    this.broker = broker;
  }

  /** A game server, which the bridge sees. */
  async game(id: string, facts: { map?: string; gamemode?: string; link?: string; players?: readonly string[] } = {}) {
    const game = await GameServer.start({ url: this.broker.url, id });
    onTestFinished(() => game.stop());
    await game.presence.waitFor((change) => change === 'online bridge');
    for (const key of ['map', 'gamemode'] as const) {
      const value = facts[key];
      if (value !== undefined) await game.publish(`state/${id}/${key}`, value, { retain: true });
    }
    if (facts.link !== undefined) await game.publish(`state/${id}/meta`, JSON.stringify({ link: facts.link }), { retain: true });
    for (const name of facts.players ?? []) await game.join(name);
    await this.sees(() => this.chat.state.servers.get(id)?.users.size === (facts.players ?? []).length);
    return game;
  }

  /** Waits until the bridge has heard of something. */
  async sees(test: () => boolean): Promise<void> {
    await expect.poll(test, { interval: 2, timeout: 5_000 }).toBe(true);
  }

  async forgets(id: string): Promise<void> {
    await this.sees(() => this.chat.state.servers.get(id)?.online === false);
  }

  /** So many requests of a kind were made. */
  count(route: string): number {
    return this.made.discord.requests.filter((request) => request.route === route).length;
  }

  /** The clock goes forward until so many requests of a kind were made in all; they are all that were. */
  async until(route: string, times: number, limit = 90_000): Promise<void> {
    for (let passed = 0; this.count(route) < times; passed += 500) {
      if (passed > limit)
        throw new Error(`only ${this.count(route)} of ${times} ${route}: ${this.made.host.lines.all.slice(-5).join('\n')}`);
      await this.clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await this.idle();
  }

  /** Time passes, and every request that it leads to is answered. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; ) {
      const step = Math.max(1, Math.min(left, this.clock.next ?? left));
      await this.clock.advance(step);
      left -= step;
      await this.idle();
    }
  }

  /** What was asked for over real sockets comes back. */
  async idle(): Promise<void> {
    for (let quiet = 0, last = -1; quiet < 3; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const { length } = this.made.discord.requests;
      quiet = length === last ? quiet + 1 : 0;
      last = length;
    }
  }

  /** The one status message that there is. */
  get shown() {
    const [message, ...more] = this.made.general.messages;
    if (message === undefined || more.length > 0) throw new Error(`${more.length + 1} messages`);
    return message;
  }

  /** Its words. */
  get text(): string {
    const { content, embeds } = this.shown;
    return [content, ...embeds.map(({ title, description }) => `${title}\n${description}`)].join('\n');
  }
}

interface TownOptions {
  /** The key of the configuration; one message by default. */
  readonly status?: (channel: string) => unknown;
  readonly permissions?: SceneOptions['permissions'];
}

async function town({ status = (channel) => channel, permissions = ['ManageWebhooks', 'ManageChannels'] }: TownOptions = {}) {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const chat = new CrossChat({ serverId: 'bridge', urls: [broker.url], allowAnonymous: true });
  onTestFinished(() => chat.stop());
  chat.start();
  await chat.whenReady();
  const clock = new TestClock();
  const channel = ({ guild }: { guild: DiscordGuild }) => [...guild.state.channels.keys()][0] ?? '';
  const config = (it: Parameters<NonNullable<SceneOptions['config']>>[0]) => ({ status: status(channel(it)) });
  const made = await scene({ options: { clock, chat }, permissions, config });
  onTestFinished(() => expect(made.discord.violations).toEqual([]));
  return new Town(made, clock, chat, broker);
}

/** The next bridge, after the first one was killed, on the same network. */
async function again({ made, clock, chat, broker }: Town, status: unknown = made.general.id): Promise<Town> {
  await made.adapter.stop();
  const host = testHost({ id: 'discord', rooms: made.host.rooms, memory: made.host.memory, clock, chat });
  const adapter = discord.create(discord.schema.parse({ token: made.bot.token, api_url: made.discord.url, status }), host);
  onTestFinished(() => adapter.stop());
  await adapter.start();
  return new Town({ ...made, adapter, host }, clock, chat, broker);
}

it('shows who plays where in one message, and edits it when that changes, but not more often than needed', async () => {
  const here = await town();
  const alpha = await here.game('alpha', {
    map: 'gm_construct',
    gamemode: 'sandbox',
    link: 'steam://connect/192.0.2.1:27015',
    players: ['Gordon', 'Alyx'],
  });
  await here.game('beta');
  await here.made.adapter.start();
  await here.until(posts, 1);
  const start = Math.floor(here.clock.now() / 1_000);
  expect(here.shown.author).toBe('bridge');
  expect(here.shown.content).toBe('**2 players on 2 servers**');
  expect(here.shown.embeds.map(({ title }) => title)).toEqual(['🟢 alpha', '🟢 beta']);
  const [first = '', second = ''] = here.shown.embeds.map(({ description }) => description);
  expect(first.split('\n').slice(0, 3)).toEqual([
    '**2 players** on gm\\_construct (sandbox)',
    'Alyx, Gordon',
    'Join: <steam://connect/192.0.2.1:27015>',
  ]);
  expect(second).toMatch(/^\*\*0 players\*\*\nLast change <t:\d+:R>$/);
  const changedAt = Number(/<t:(\d+):R>/.exec(first)?.[1]);
  expect(Math.abs(changedAt - start)).toBeLessThan(5);

  // Nothing happens for an hour.
  await here.pass(60 * 60_000);
  expect([here.count(posts), here.count(edits)]).toEqual([1, 0]);

  // A crowd joins one after the other: at most one edit in 15 s.
  for (let n = 0; n < 20; n += 1) {
    await alpha.join(`Citizen ${n}`);
    await here.pass(1_000);
  }
  await here.pass(20_000);
  expect(here.count(edits)).toBeLessThanOrEqual(3);
  expect(here.shown.embeds[0]?.description).toContain('**22 players**');
  expect(Number(/<t:(\d+):R>/.exec(here.shown.embeds[0]?.description ?? '')?.[1])).toBeGreaterThan(changedAt + 3_600);
  expect(here.shown.embeds[1]?.description).toBe(second);
  expect([here.count(posts), here.made.host.messages.all]).toEqual([1, []]);
});

it('a server that is back in a moment was changing its map; one that is not is offline', async () => {
  const here = await town();
  const alpha = await here.game('alpha', { map: 'gm_construct', players: ['Gordon'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  await alpha.stop();
  await here.forgets('alpha');
  await here.pass(25_000);
  expect(here.count(edits)).toBe(0);
  const back = await here.game('alpha', { map: 'gm_construct' });
  await back.join('Gordon');
  await here.sees(() => here.chat.state.servers.get('alpha')?.users.size === 1);
  await here.pass(60_000);
  expect(here.count(edits)).toBe(0);
  await back.stop();
  await here.forgets('alpha');
  await here.pass(60_000);
  expect(here.count(edits)).toBe(1);
  expect(here.text).toContain('⚫ alpha\n**Offline**\nLast change <t:');
});

it('finds its message again after a restart, and edits it only if something changed', async () => {
  const here = await town();
  const alpha = await here.game('alpha', { map: 'gm_construct', players: ['Gordon'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  const before = here.text;
  const next = await again(here);
  await next.pass(120_000);
  expect([next.count(posts), next.count(edits), next.text]).toEqual([1, 0, before]);
  await next.made.adapter.stop();
  await alpha.join('Alyx');
  await next.sees(() => next.chat.state.servers.get('alpha')?.users.size === 2);
  const last = await again(next);
  await last.until(edits, 1);
  expect([last.count(posts), last.text]).toEqual([1, expect.stringContaining('Alyx, Gordon')]);
});

it('shows a new message in place of one that was deleted, and never touches that of somebody else', async () => {
  const here = await town();
  const alpha = await here.game('alpha');
  await here.made.adapter.start();
  await here.until(posts, 1);
  const [first] = here.made.general.messages;
  if (first === undefined) throw new Error('nothing was shown');
  here.made.alice.deletes(first);
  await here.pass(60_000);
  expect(here.made.general.messages).toEqual([]);
  await alpha.join('Gordon');
  await here.sees(() => here.chat.state.servers.get('alpha')?.users.size === 1);
  await here.until(posts, 2);
  expect(here.text).toContain('**1 player**');
  const { general, alice, host } = here.made;
  const other = alice.says(general, 'mine');
  const key = `status/${general.id}/${printOf(['*'])}`;
  await host.memory.set(key, JSON.stringify({ ...JSON.parse((await host.memory.get(key)) ?? ''), message: other.id }));
  const next = await again(here);
  await next.until(posts, 3);
  expect([next.count(edits), general.messages.find(({ id }) => id === other.id)?.content]).toEqual([1, 'mine']);
});

it('names no more than there is room for, and lets nobody ping, format, link or break a line by their name', async () => {
  const here = await town({ status: (channel) => ({ channel, servers: ['a*', 'gone'], topic: true }) });
  const evil = [
    '@everyone',
    '<@1>',
    '**bold**',
    '](https://evil.example)',
    'a\nb',
    'https://evil.example/x',
    '`code`',
    '||s||',
    '\u202eabc',
  ];
  const crowd = Array.from({ length: 60 }, (_, n) => `*${n}*`.repeat(12));
  await here.game('a1', { map: '@everyone\n# big', gamemode: '`x', link: 'javascript:alert(1)', players: [...evil, ...crowd] });
  for (let n = 2; n <= 13; n += 1)
    await here.game(`a${n}`, { map: '*'.repeat(200), gamemode: '_'.repeat(200), players: ['*'.repeat(80)] });
  await here.game('beta', { players: ['Nobody'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  await here.until(topics, 1);
  const { pings, embeds, content } = here.shown;
  expect(pings).toMatchObject({ everyone: false });
  expect(content).toBe('**81 players on 13 of 14 servers**, of which 4 are not shown');
  expect(embeds).toHaveLength(10);
  expect(here.text).not.toContain('Nobody');
  const [first] = embeds;
  const lines = first?.description?.split('\n') ?? [];
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('**69 players** on @\u200beveryone / # big (\\`x)');
  expect(lines[1]).toMatch(/ and \d+ more$/);
  for (const part of [here.text, here.made.general.topic]) {
    expect(part).not.toMatch(/@everyone|<@1>|https?:\/\/|javascript:/);
    expect(part).not.toMatch(/^#/m);
  }
  expect(here.made.general.topic.length).toBeLessThanOrEqual(1_024);
  expect(here.made.general.topic).toMatch(/ · and \d+ more · last change <t:\d+:R>$/);
});

it('sets the topic of the channel as well, once in 10 minutes', async () => {
  const here = await town({ status: (channel) => ({ channel, servers: 'alpha', topic: true }) });
  const alpha = await here.game('alpha', { map: 'gm_construct', link: 'https://example.org/join' });
  await here.made.adapter.start();
  await here.until(topics, 1);
  expect(here.made.general.topic).toMatch(
    /^alpha: 0 players on gm\\_construct <https:\/\/example.org\/join> · last change <t:\d+:R>$/,
  );
  for (let n = 0; n < 12; n += 1) {
    await alpha.join(`Citizen ${n}`);
    await here.pass(60_000);
  }
  await here.pass(10 * 60_000);
  expect(here.count(topics)).toBe(3);
  expect(here.made.general.topic).toContain('alpha: 12 players');
  const next = await again(here, { channel: here.made.general.id, servers: 'alpha', topic: true });
  await next.pass(30 * 60_000);
  expect(next.count(topics)).toBe(3);
});

it('says once which permission is missing, and goes on without', async () => {
  const here = await town({ status: (channel) => ({ channel, topic: true }), permissions: ['ManageWebhooks'] });
  const alpha = await here.game('alpha');
  await here.made.adapter.start();
  await here.until(topics, 1);
  for (let n = 0; n < 4; n += 1) {
    await alpha.join(`Citizen ${n}`);
    await here.pass(11 * 60_000);
  }
  const said = () => here.made.host.lines.all.filter((line) => line.includes('could not be set'));
  expect(said()).toHaveLength(1);
  expect(said()[0]).toContain('give the bot the permission Manage Channels there; all else goes on without');
  expect(here.text).toContain('**4 players**');
  const { guild, bot, general } = here.made;
  guild.setPermissions(guild.roleOf(bot), ['ManageWebhooks', 'ManageChannels']);
  await here.pass(11 * 60_000);
  expect(general.topic).toContain('4 players');
});

it('shows nothing of it when nobody asked for it, but for how many play', async () => {
  const here = await town({ status: () => [] });
  const alpha = await here.game('alpha', { players: ['Gordon', 'Alyx'] });
  await here.game('beta', { players: ['Barney'] });
  const { discord: double, bot, general, adapter } = here.made;
  await adapter.start();
  await here.pass(30_000);
  const shown = () => bot.presence?.activities[0]?.state;
  await double.until(() => shown() === '3 players on 2 servers', 'the presence');
  expect(general.messages).toEqual([]);
  // A new session begins without.
  bot.presence = null;
  double.gateway.forgetSessions();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
  onTestFinished(() => void vi.useRealTimers());
  double.gateway.drop();
  await double.waitForGateway('identified', 2);
  await here.made.host.lines.waitFor((line) => line.includes('The connection to Discord is back'));
  await here.pass(30_000);
  await double.until(() => shown() === '3 players on 2 servers', 'the presence again');
  await alpha.stop();
  await here.forgets('alpha');
  await here.pass(60_000);
  await double.until(() => shown() === '1 player on 1 server', 'the presence without alpha');
});

it('says that the game servers are out of reach, but not for a moment', async () => {
  const here = await town();
  await here.game('alpha', { players: ['Gordon'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  const before = here.text;
  await here.broker.stop();
  await here.sees(() => here.chat.status !== 'ready');
  await here.pass(50_000);
  expect(here.text).toBe(before);
  await here.pass(20_000);
  expect(here.text).toBe('The bridge has no connection to the game servers.');
});

it('waits as long as Discord asks, without a word, and longer after a fault, with one', async () => {
  const here = await town();
  const alpha = await here.game('alpha');
  await here.made.adapter.start();
  await here.until(posts, 1);
  const { discord: double, host } = here.made;
  const body = { message: 'Maximum number of edits to messages older than 1 hour reached.', code: 30046, retry_after: 300 };
  double.faults.next(1, { stored: false, answer: { status: 429, body, retryAfter: 300 } }, edits);
  await alpha.join('Gordon');
  await here.pass(290_000);
  expect([here.count(edits), host.lines.all.filter((line) => line.includes('could not be set'))]).toEqual([1, []]);
  await here.pass(30_000);
  expect([here.count(edits), here.text]).toEqual([2, expect.stringContaining('Gordon')]);
  double.faults.next(2, { stored: false, answer: { status: 502 } }, edits);
  await alpha.join('Alyx');
  await here.pass(200_000);
  expect(here.text).toContain('Alyx, Gordon');
  expect(host.lines.all.filter((line) => line.includes('could not be set'))).toHaveLength(1);
});

it('is told beforehand what is missing', async () => {
  const here = await town({
    status: (channel) => [{ channel, topic: true }, '112233445566778899'],
    permissions: ['ManageWebhooks'],
  });
  const { guild, bot, general, adapter } = here.made;
  const findings = async () => {
    const all: string[] = [];
    for await (const { ok, text } of adapter.check()) if (text.includes('status')) all.push(`${ok} ${text}`);
    return all;
  };
  expect(await findings()).toEqual([
    "false Discord channel #general in Guild: to show the status, the bot lacks Manage Channels: allow it in the channel's settings under Permissions",
    expect.stringMatching(
      /^false The status message of Discord channel 112233445566778899 could not be set: there is no such channel/,
    ),
  ]);
  guild.setPermissions(guild.roleOf(bot), ['ManageWebhooks', 'ManageChannels']);
  expect((await findings())[0]).toBe('true Discord channel #general in Guild: the bot can show the status');
  general.setRule({ of: guild.everyone, deny: ['EmbedLinks', 'SendMessages'] });
  expect((await findings())[0]).toContain('the bot lacks Send Messages, Embed Links:');
});
