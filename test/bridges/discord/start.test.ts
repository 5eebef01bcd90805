import { expect, it } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import type { Adapter } from '../../../src/adapter.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { DiscordChannel, DiscordGuild } from '../../doubles/discord/index.ts';
import { TestClock } from '../../support/clock.ts';
import { connected, says, scene, send, token } from './setup.ts';

async function findings(adapter: Adapter): Promise<string[]> {
  const lines: string[] = [];
  for await (const { ok, text } of adapter.check()) lines.push(`${ok ? 'ok' : 'wrong'}: ${text}`);
  return lines;
}

it('says what works', async () => {
  const { adapter } = await scene();
  expect(await findings(adapter)).toEqual([
    'ok: Discord knows the bot as bridge',
    'ok: Discord channel #general in Guild: the bot can read and write',
  ]);
});

it('says what works in a thread, where its channel decides, and what does not', async () => {
  const { adapter } = await scene({
    rooms: (general, guild) => {
      const silent = guild.addTextChannel('silent', { rules: [{ of: guild.everyone, deny: ['SendMessagesInThreads'] }] });
      const owner = guild.addMember('owner');
      return [general.addThread('side', owner).id, silent.addThread('aside', owner).id];
    },
  });
  const [, open, closed] = await findings(adapter);
  expect(open).toBe('ok: Discord channel #side in Guild: the bot can read and write');
  expect(closed).toMatch(/^wrong: Discord channel #aside in Guild: the bot lacks Send Messages in Threads: /);
});

it('hears and speaks in the chat of a voice channel, and says what is missing in one that it may not connect to', async () => {
  const chats: DiscordChannel[] = [];
  const made = await connected({
    rooms: (_, guild) => {
      const rules = [{ of: guild.everyone, deny: ['Connect'] }] as const;
      chats.push(guild.addVoiceChannel('lounge'), guild.addVoiceChannel('staff', rules));
      return chats.map(({ id }) => id);
    },
  });
  const { adapter, alice, host } = made;
  const [lounge = made.general] = chats;
  const [, open, shut] = await findings(adapter);
  expect(open).toBe('ok: Discord channel #lounge in Guild: the bot can read and write');
  expect(shut).toMatch(/^wrong: Discord channel #staff in Guild: the bot lacks Connect: /);
  await send(made, lounge, says('hello'));
  alice.says(lounge, 'hi');
  await host.waitForMessage('hi');
  expect(lounge.messages.map(({ author, content }) => `${author}: ${content}`)).toEqual(['Gordon [alpha]: hello', 'Alice: hi']);
});

it('says where threads can not be started, or are locked', async () => {
  const rooms = (general: DiscordChannel, guild: DiscordGuild) => {
    const plain = guild.addTextChannel('plain', { rules: [{ of: guild.everyone, deny: ['CreatePublicThreads'] }] });
    const locked = general.addThread('locked', guild.addMember('owner'));
    locked.lock();
    return [plain.id, locked.id];
  };
  const [, plain, locked] = await findings((await scene({ rooms })).adapter);
  expect(plain).toBe(
    'ok: Discord channel #plain in Guild: the bot can read and write, but what is said in threads elsewhere is shown beside them, until you allow it Create Public Threads there',
  );
  expect(locked).toMatch(/^wrong: Discord thread #locked in Guild is locked: /);
  const [, ignoring] = await findings((await scene({ rooms, config: () => ({ threads: 'ignore' }) })).adapter);
  expect(ignoring).toBe('ok: Discord channel #plain in Guild: the bot can read and write');
});

it('says where the bot can not react, if it is to', async () => {
  const rooms = (_general: DiscordChannel, guild: DiscordGuild) => [
    guild.addTextChannel('calm', { rules: [{ of: guild.everyone, deny: ['AddReactions', 'CreatePublicThreads'] }] }).id,
  ];
  const both =
    'what is said in threads elsewhere is shown beside them, until you allow it Create Public Threads there, and reactions from elsewhere are told in words, until you allow it Add Reactions there';
  const channel = 'ok: Discord channel #calm in Guild: the bot can read and write';
  expect((await findings((await scene({ rooms })).adapter))[1]).toBe(`${channel}, but ${both}`);
  for (const reactions of ['note', 'none'] as const) {
    const config = () => ({ threads: 'ignore', reactions });
    expect((await findings((await scene({ rooms, config })).adapter))[1]).toBe(channel);
  }
  const reacting = await scene({ rooms, config: () => ({ threads: 'ignore' }) });
  expect((await findings(reacting.adapter))[1]).toBe(
    `${channel}, but reactions from elsewhere are told in words, until you allow it Add Reactions there`,
  );
});

it('says so when the token is wrong, without repeating it', async () => {
  const { adapter } = await scene({ token: 'not.the.token' });
  await expect(adapter.start()).rejects.toThrow(/refuses the token/);
  const [finding] = await findings(adapter);
  expect(finding).toMatch(/^wrong: Discord refuses the token/);
  expect(finding).not.toContain('not.the.token');
});

it('names the switch when messages can not be read', async () => {
  const { adapter, bot } = await scene({ privileged: [] });
  const where = `https://discord.com/developers/applications/${bot.applicationId}/bot`;
  await expect(adapter.start()).rejects.toThrow(/"Message Content Intent"/);
  await expect(adapter.start()).rejects.toThrow(where);
  expect((await findings(adapter)).join('\n')).toContain(where);
});

it('works without the members intent, and says what is missed', async () => {
  const { adapter, general, alice, host } = await connected({ privileged: ['MessageContent'] });
  alice.says(general, 'hello');
  await host.waitForMessage('hello');
  await host.lines.waitFor((line) => line.includes('Server Members Intent'));
  expect((await findings(adapter))[1]).toMatch(/^wrong: Changed names and people who leave/);
});

it('names each channel that it can not use, and how to make it usable', async () => {
  const rooms = ['99999999999999999', 'general'];
  const { adapter, bot, general, alice, host } = await connected({
    permissions: [],
    rooms: (first, guild) => {
      const hidden = guild.addTextChannel('hidden', { rules: [{ of: guild.everyone, deny: ['ViewChannel'] }] });
      const quiet = guild.addTextChannel('quiet', { rules: [{ of: guild.everyone, deny: ['SendMessages'] }] });
      rooms.push(first.id, hidden.id, quiet.id);
      return rooms;
    },
  });
  const lines = await findings(adapter);
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^wrong: There is no Discord channel 99999999999999999: .*Copy Channel ID/),
    expect.stringMatching(/^wrong: There is no Discord channel general/),
    expect.stringMatching(/^wrong: Discord channel #general in Guild: the bot lacks Manage Webhooks: /),
    expect.stringMatching(/^wrong: Discord channel \d+: bridge can't see it: give it the permission View Channel/),
    expect.stringMatching(/^wrong: Discord channel #quiet in Guild: the bot lacks Send Messages, Manage Webhooks: /),
  ]);
  // 64 + 1024 + 2048 + 65536 + 2^18 + 2^29 + 2^35 + 2^38
  const invite = `https://discord.com/oauth2/authorize?client_id=${bot.applicationId}&scope=bot&permissions=309774847040`;
  expect(lines[3]).toContain(invite);
  expect(host.lines.all.join('\n')).toContain('the bot lacks Manage Webhooks');
  alice.says(general, 'heard all the same');
  await host.waitForMessage('heard all the same');
});

it('goes on trying when Discord can not be reached', async () => {
  const waits: (() => void)[] = [];
  const clock = {
    now: () => Date.now(),
    after: (ms: number, action: () => void) => {
      if (ms < 15_000) waits.push(action);
      return () => {};
    },
  };
  const { discord: double, adapter, general, alice, host } = await scene({ options: { clock } });
  double.faults.next(2, { stored: false, answer: { status: 502 } });
  await adapter.start();
  await host.lines.waitFor((line) => line.includes('trying again in 1 s'));
  waits.shift()?.();
  await host.lines.waitFor((line) => line.includes('trying again in 2 s'));
  waits.shift()?.();
  await host.lines.waitFor((line) => line.includes('Connected to Discord as bridge'));
  alice.says(general, 'at last');
  await host.waitForMessage('at last');
});

it.each([
  [4004, /refuses the token/],
  [4014, /"Message Content Intent" and "Server Members Intent"/],
  [4013, /for good \(close code 4013\)/],
])('explains why Discord closed the connection with %i', async (code, words) => {
  const { discord: double, host } = await connected();
  double.gateway.close(code);
  await host.lines.waitFor((line) => words.test(JSON.parse(line).msg));
});

it('ends quickly, whatever it is doing', async () => {
  // No time comes after which it would no longer wait.
  const after: Clock['after'] = (ms, action) => (ms >= 1_000 ? () => {} : systemClock.after(ms, action));
  const options = { clock: { now: systemClock.now, after } };
  const working = await connected({ options });
  const unreachable = await scene({ options });
  unreachable.discord.gateway.refusing = true;
  const starting = unreachable.adapter.start();
  await unreachable.discord.waitForRequest(({ route }) => route === 'GET /gateway/bot');
  await Promise.all([working.adapter.stop(), unreachable.adapter.stop(), starting]);
  await working.adapter.stop();
  working.alice.says(working.general, 'too late');
  expect(working.host.messages.all).toEqual([]);
  expect(working.host.lines.all.join()).not.toContain('connecting again');
});

it('ends quickly though Discord no longer answers', async () => {
  const clock = new TestClock();
  const { discord: double, adapter } = await connected({ options: { clock } });
  double.gateway.vanish();
  const stopping = adapter.stop();
  await clock.advance(3_000);
  await stopping;
  double.gateway.drop();
});

it('can try for days without wearing out', async () => {
  const waits: (() => void)[] = [];
  const clock = {
    now: () => Date.now(),
    after: (ms: number, action: () => void) => {
      if (ms !== 15_000) waits.push(action);
      return () => {};
    },
  };
  const { discord: double, adapter, host } = await scene({ options: { clock } });
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  double.faults.next(15, { stored: false, answer: { status: 502 } });
  await adapter.start();
  for (let tries = 1; tries <= 15; tries++) {
    await host.lines.waitFor(() => host.lines.all.filter((line) => line.includes('trying again')).length === tries);
    waits.shift()?.();
  }
  await host.lines.waitFor((line) => line.includes('Connected to Discord as bridge'));
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

it('never starts what was stopped', async () => {
  const { adapter, discord: double } = await scene();
  const starting = adapter.start();
  await adapter.stop();
  await starting;
  expect(double.gateway.steps).toEqual([]);
});

it.each([
  [{}, "must be the bot's token"],
  [{ token: 'a b' }, 'holds no blanks'],
  [{ token, api_url: 'discord.com' }, 'must be an address like'],
  [{ token, name_template: 'x' }, 'must hold {name}'],
])('explains what is wrong with %j', (config, words) => {
  const { error } = discord.schema.safeParse(config);
  expect(error?.message).toContain(words);
  expect(error?.message).not.toContain(token);
});
