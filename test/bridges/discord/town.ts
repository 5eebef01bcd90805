/** A network whose status is shown on Discord: a real broker and real game servers behind it, and a clock that the test moves. */
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import { startBroker } from '../../../src/broker.ts';
import { CrossChat } from '../../../src/crosschat/index.ts';
import type { DiscordGuild } from '../../doubles/discord/index.ts';
import { TestClock } from '../../support/clock.ts';
import { GameServer } from '../../support/game-server.ts';
import { testHost } from '../../support/host.ts';
import { type Scene, type SceneOptions, scene } from './setup.ts';

type Broker = Awaited<ReturnType<typeof startBroker>>;

/** The requests by which the status is shown: a message, its edits, and the topic of a channel. */
export const posts = 'POST /channels/:channel/messages';
export const edits = 'PATCH /channels/:channel/messages/:message';
export const topics = 'PATCH /channels/:channel';

/** After so many turns of the event loop without a request, none is under way. */
const QUIET_TURNS = 200;

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
      await this.idle();
    }
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

  /** What was asked for over real sockets comes back: both ends are in this process, so its turns count and not the time. */
  async idle(): Promise<void> {
    for (let quiet = 0, last = -1; quiet < QUIET_TURNS; quiet += 1) {
      await new Promise(setImmediate);
      const { length } = this.made.discord.requests;
      if (length !== last) quiet = 0;
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

/** A network, and a Discord bridge on it that is not started yet. */
export async function town({
  status = (channel) => channel,
  permissions = ['ManageWebhooks', 'ManageChannels'],
}: TownOptions = {}) {
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
export async function again({ made, clock, chat, broker }: Town, status: unknown = made.general.id): Promise<Town> {
  await made.adapter.stop();
  const host = testHost({ id: 'discord', rooms: made.host.rooms, memory: made.host.memory, clock, chat });
  const adapter = discord.create(discord.schema.parse({ token: made.bot.token, api_url: made.discord.url, status }), host);
  onTestFinished(() => adapter.stop());
  await adapter.start();
  return new Town({ ...made, adapter, host }, clock, chat, broker);
}
