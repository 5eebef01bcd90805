import { discord } from '../bridges/discord/index.ts';
import { DiscordDouble, usualRateLimits } from '../test/doubles/discord/index.ts';
import { connect, openBridge, PREFIX, publishAll } from './peers.ts';

const MESSAGES = 1_000;
const PLAYERS = 20;
const TOKEN = 'bench-token';
/** What Discord takes in a channel through webhooks, in a minute: the stand-in counts it, and so does this. */
const PER_MINUTE = 30;
/** Milliseconds after which something must be wrong. */
const PATIENCE = 20 * 60_000;

/**
 * 20 players say 1,000 things at once into one channel of the stand-in Discord, under Discord's limits: how long until the last of
 * them stands in the channel, in real time; and how long one request for each would take, which is reckoned from the limit.
 * @throws {Error} when one is lost, or comes twice, or out of order
 */
export async function flood(url: string): Promise<Record<string, number>> {
  const double = await DiscordDouble.start({ limits: usualRateLimits });
  const bot = double.addBot({ token: TOKEN, privileged: ['MessageContent', 'GuildMembers'] });
  const guild = double.addGuild();
  guild.addBot(bot, ['ManageWebhooks']);
  const channel = guild.addTextChannel('games');
  const adapters = { discord: { config: { token: TOKEN, api_url: double.url }, room: channel.id } };
  const bridge = await openBridge(url, { modules: [discord], adapters });

  const start = performance.now();
  await play(url);
  await channel.waitFor(`<${MESSAGES}>`, PATIENCE);
  const seconds = (performance.now() - start) / 1_000;

  const texts = channel.messages.map(({ content }) => content).join('\n');
  const numbers = [...texts.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number));
  const wrong = numbers.findIndex((number, index) => number !== index + 1);
  if (wrong >= 0 || numbers.length !== MESSAGES)
    throw new Error(`not all in order, once: ${numbers[wrong]} is the one after ${wrong}`);
  const refused = double.violations.filter(({ kind }) => kind === 'rate limit').length;
  await bridge.stop();
  await double.stop();
  // The first 30 go out at once, the next 30 a minute later.
  const oneByOne = (Math.ceil(MESSAGES / PER_MINUTE) - 1) * 60;
  return {
    flood_seconds: seconds,
    flood_messages_shown: channel.messages.length,
    flood_requests_refused: refused,
    flood_one_by_one_seconds: oneByOne,
    flood_gain_ratio: oneByOne / seconds,
  };
}

/** A game server with its players, who speak in turn, as fast as the broker takes it. */
async function play(url: string): Promise<void> {
  const client = await connect(url, 'bench-game');
  const status = JSON.stringify({ started: Math.floor(Date.now() / 1_000), version: 1 });
  await publishAll(client, [[`${PREFIX}state/game/status`, status]], true);
  const players = Array.from({ length: PLAYERS }, (_, n) =>
    JSON.stringify({ id: n + 1, cmd: 'add', name: `Player ${n + 1}`, burst: false }),
  );
  await publishAll(
    client,
    players.map((player) => [`${PREFIX}m/game/bench/user`, player] as const),
  );
  const says = Array.from({ length: MESSAGES }, (_, n) => {
    const text = JSON.stringify({ say: `<${n + 1}> the quick brown fox jumps over the lazy dog` });
    return [`${PREFIX}m/game/bench/say/${(n % PLAYERS) + 1}`, text] as const;
  });
  await publishAll(client, says);
  await publishAll(client, [[`${PREFIX}state/game/status`, '']], true);
  await client.endAsync();
}
