/** `crosschat-bridge check`: what works, and what to do about what doesn't. */
import { expect, test } from 'vitest';
import { Program, runToEnd } from './program.ts';
import { type StandIns, standIns } from './stand-ins.ts';

/** Runs it to its end, and looks whether it kept the secrets. */
async function check({ secrets }: StandIns, settings: Readonly<Record<string, string>>) {
  const { code, out, err, output } = await runToEnd(['check'], { env: settings });
  expect(err).toBe('');
  for (const secret of [
    ...secrets(),
    ...Object.entries(settings).flatMap(([key, value]) => (/TOKEN|PASSWORD/.test(key) ? [value] : [])),
  ]) {
    expect(output).not.toContain(secret);
  }
  return { code, lines: out.split('\n') };
}

test('all is well: a line for each connection and room, while a bridge with the same server id goes on undisturbed', async () => {
  const all = await standIns();
  const { settings, channel, room, alice, carol } = all;
  const bridge = new Program(['run'], { env: settings });
  const game = await all.game('game');
  await Promise.all([bridge.waitFor('the bot can read and write'), bridge.waitFor('is in it and may speak')]);
  alice.says(channel, 'before');
  await game.chat.waitFor((line) => line === 'Alice@bridge: before');

  const { code, lines } = await check(all, settings);
  expect(lines).toEqual([
    '✓ The configuration is in order.',
    expect.stringMatching(/^✓ The MQTT broker 127\.0\.0\.1:\d+ speaks MQTT 3\.1\.1, and bridge may read and write there\.$/),
    expect.stringMatching(/^✓ The console is ready/),
    '✓ Discord knows the bot as bridge',
    '✓ Discord channel #games in Community: the bot can read and write',
    expect.stringMatching(/^✓ Matrix homeserver http:.+ answers/),
    '✓ Matrix: logged in as @bridge:hs.test',
    '✓ Matrix room #games:hs.test: @bridge:hs.test is in it and may speak',
    expect.stringMatching(/^✓ Matrix room #games:hs\.test: @bridge:hs\.test may not change its settings/),
    'All works.',
  ]);
  expect(code).toBe(0);

  alice.says(channel, 'after');
  await game.chat.waitFor((line) => line === 'Alice@bridge: after');
  room.says(carol, 'me too');
  await game.chat.waitFor((line) => line === 'Carol@bridge: me too');
  await channel.waitFor('me too');
  expect(game.presence.all.filter((change) => change.endsWith(' bridge'))).toEqual(['online bridge']);
  expect(bridge.log.filter(({ level }) => level !== 'info')).toEqual([]);
  // Nobody saw it, and Discord was asked for nothing but what is there.
  expect(channel.messages.map(({ content }) => content)).toEqual(['before', 'after', 'me too']);
  expect(all.discord.gateway.steps.filter(({ step }) => step === 'identified')).toHaveLength(1);
  expect([...all.discord.violations, ...all.matrix.violations]).toEqual([]);
  await bridge.kill('SIGTERM');
});

const MQTT = ['MQTT_URL', 'MQTT_USERNAME', 'MQTT_PASSWORD'];
const DISCORD = ['DISCORD_TOKEN', 'DISCORD_CHANNEL', 'DISCORD_API_URL'];
const MATRIX = ['MATRIX_HOMESERVER_URL', 'MATRIX_ACCESS_TOKEN', 'MATRIX_ROOM'];

/** Settings to change, or a stand-in to be told otherwise. */
type Breaking = (all: StandIns) => Record<string, string> | Promise<void> | void;

test.each<[what: string, parts: readonly string[], breaking: Breaking, sentence: RegExp]>([
  ['the broker is not there', MQTT, ({ broker }) => broker.stop(), /^✗ The MQTT broker 127\.0\.0\.1:\d+ is not listening\.$/],
  [
    'the MQTT password is wrong',
    MQTT,
    () => ({ MQTT_PASSWORD: 'not the password' }),
    /^✗ The MQTT broker .+ check mqtt\.username and mqtt\.password/,
  ],
  [
    'the Discord token is wrong',
    DISCORD,
    () => ({ DISCORD_TOKEN: 'not.the.token' }),
    /^✗ Discord refuses the token: take a new one from the Bot page .+ DISCORD_TOKEN/,
  ],
  [
    'the bot lacks a permission',
    DISCORD,
    ({ guild, bot }) => guild.setPermissions(guild.roleOf(bot), []),
    /^✗ Discord channel #games in Community: the bot lacks Manage Webhooks: allow it .+ https:\/\/discord\.com\/oauth2/,
  ],
  [
    'the channel does not exist',
    DISCORD,
    () => ({ DISCORD_CHANNEL: '99999999999999999' }),
    /^✗ There is no Discord channel 99999999999999999: .+"Copy Channel ID"/,
  ],
  [
    'the bot lacks an intent',
    DISCORD,
    (all) => ({ DISCORD_TOKEN: deafBot(all) }),
    /^✗ Messages can't be read: .+"Message Content Intent" at https:\/\/discord\.com\/developers/,
  ],
  [
    'the Matrix token is wrong',
    MATRIX,
    () => ({ MATRIX_ACCESS_TOKEN: 'syt_not_the_token' }),
    /^✗ Matrix homeserver .+ does not accept the access token .+ access_token/,
  ],
  [
    'the Matrix room does not exist',
    MATRIX,
    () => ({ MATRIX_ROOM: '#nowhere:hs.test' }),
    /^✗ Matrix room #nowhere:hs\.test: there is no room with this alias\. Correct it/,
  ],
  [
    'the homeserver is not there',
    MATRIX,
    ({ matrix }) => matrix.down(),
    /^✗ Matrix homeserver .+ can't be reached .+Check homeserver_url/,
  ],
])('%s', async (_what, parts, breaking, sentence) => {
  const all = await standIns();
  const changes = (await breaking(all)) ?? {};
  const settings = Object.fromEntries(Object.entries({ ...all.settings, ...changes }).filter(([key]) => parts.includes(key)));
  const { code, lines } = await check(all, settings);
  expect(lines.filter((line) => line.startsWith('✗'))).toEqual([expect.stringMatching(sentence)]);
  expect(lines.at(-1)).toBe('1 thing needs your attention.');
  expect(code).toBe(1);
});

/** The token of a bot that may know who is there, but not read what they say. */
function deafBot({ discord, guild }: StandIns): string {
  const bot = discord.addBot({ token: 'token.of-the.deaf-bot', privileged: ['GuildMembers'] });
  guild.addBot(bot, ['ManageWebhooks']);
  return bot.token;
}

test('with standby, it says whether one that is started would wait', async () => {
  const all = await standIns();
  const settings = { ...all.settings, STANDBY: 'true' };
  expect((await check(all, settings)).lines).toContain('✓ No instance is active as bridge. One that is started now takes over.');
  const game = await all.game('game');
  const bridge = new Program(['run'], { env: all.settings });
  await bridge.waitFor('is in it and may speak');
  await game.presence.waitFor((change) => change === 'online bridge');
  expect((await check(all, settings)).lines).toContain(
    '✓ An instance is active as bridge. One with standby that is started now waits until that is gone.',
  );
});
