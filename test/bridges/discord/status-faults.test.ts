/** What stands in the way of showing on Discord who plays where. */
import { expect, it } from 'vitest';
import { edits, posts, topics, town } from './town.ts';

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
