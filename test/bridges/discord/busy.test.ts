/** A busy channel under the limits that Discord has: a whole bridge between two channels of a guild and a game server. */
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { builtIns } from '../../../bridges/index.ts';
import { Bridge } from '../../../src/bridge.ts';
import { startBroker } from '../../../src/broker.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { DiscordDouble, usualRateLimits } from '../../doubles/discord/index.ts';
import { newFolder } from '../../store/open.ts';
import { GameServer } from '../../support/game-server.ts';

const token = 'MTAx.secret.of.a.busy.guild';
const execute = 'POST /webhooks/:webhook/:token';
/** Discord's limits, in a twentieth of the time. */
const scale = 20;
const limits = {
  ...usualRateLimits,
  routes: usualRateLimits.routes.map((limit) => ({ ...limit, window: limit.window / scale })),
};

async function open() {
  const broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => broker.stop());
  const discord = await DiscordDouble.start();
  onTestFinished(() => discord.stop());
  const guild = discord.addGuild('Guild');
  guild.addBot(discord.addBot({ token, privileged: ['MessageContent', 'GuildMembers'] }), ['ManageWebhooks', 'ManageChannels']);
  const [one, two] = [guild.addTextChannel('one'), guild.addTextChannel('two')];
  const board = guild.addTextChannel('status');
  const alice = guild.addMember('alice', { displayName: 'Alice' });
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    adapters: { discord: { token, api_url: discord.url, status: [{ channel: board.id, topic: true }] } },
    channels: [{ name: 'main', rooms: { discord: [one.id, two.id] } }],
  };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const log = pino({ level: 'silent' });
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  const alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  onTestFinished(() => alpha.stop());
  await alpha.presence.waitFor((change) => change === 'online bridge');
  return { discord, one, two, board, alice, alpha };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('is never refused while people say less than the limits allow', async () => {
  const { discord, one, two, board, alice, alpha } = await open();
  const gordon = await alpha.join('Gordon');
  discord.limits = limits;
  // 30 a minute are the limit of a channel; here are 24.
  for (let n = 0; n < 20; n += 1) {
    const begun = performance.now();
    await gordon.says(`line ${n}`);
    const message = await one.waitFor(`line ${n}`);
    if (n % 5 === 0) alice.reacts(message, '👍');
    await pause(60_000 / scale / 24 - (performance.now() - begun));
  }
  await two.waitFor('line 19');
  await board.waitFor(({ embeds }) => embeds[0]?.title === '🟢 alpha', 10_000);
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  for (const channel of [one, two]) expect(channel.messages.map(({ content }) => content)).toEqual(lines);
  expect(discord.requests.filter(({ status }) => status === 429)).toEqual([]);
  expect(discord.violations).toEqual([]);
});

it('shows nothing of what was deleted while it waited, and all else once, as it reads after its edits', async () => {
  const { discord, one, two, alice } = await open();
  discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 1.5 } }, execute);
  const first = alice.says(one, 'frist');
  await discord.waitForRequest(({ route, status }) => route === execute && status === 429);
  const gone = alice.says(one, 'regretted');
  alice.edits(gone, 'regretted even more');
  const kept = alice.says(one, 'kep');
  alice.edits(kept, 'kept');
  alice.edits(first, 'first');
  alice.deletes(gone);
  alice.says(one, 'last');
  await two.waitFor('last');
  expect(two.messages.map(({ content }) => content)).toEqual(['first', 'kept', 'last']);
  expect(discord.requests.filter(({ body }) => JSON.stringify(body).includes('regretted'))).toEqual([]);
  const edits = discord.requests.filter(({ route }) => route === 'PATCH /webhooks/:webhook/:token/messages/:message');
  expect(edits).toEqual([]);
});
