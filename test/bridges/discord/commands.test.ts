/** Slash commands, as people on Discord see them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Guildhall } from './guildhall.ts';

const GORDON = '76561197960287930';
const nobody = { everyone: false, users: [], roles: [] };
let hall: Guildhall;

beforeEach(async () => {
  hall = await Guildhall.open();
});

describe('registration', () => {
  test('is for each guild, and what is registered is not written again', async () => {
    await hall.start();
    expect(hall.commandsIn(hall.guild)).toEqual([
      'players',
      'servers',
      'whois',
      'status',
      'pm',
      'block',
      'unblock',
      'link',
      'unlink',
      'privacy',
      'kick',
      'slap',
      'ban',
      'unban',
      'bans',
      'bridge',
    ]);
    expect(hall.writes).toBe(2);
    await hall.start();
    expect(hall.writes).toBe(2);
    const later = hall.discord.addGuild('Later');
    later.addBot(hall.bot, []);
    await hall.discord.until(() => hall.commandsIn(later).length > 0, 'commands in the new guild');
    expect(hall.writes).toBe(3);
  });

  test('is put right where commands differ', async () => {
    await hall.start();
    const key = `${hall.bot.applicationId}/${hall.guild.id}`;
    const [first, ...others] = hall.discord.world.commands.get(key) ?? [];
    if (!first) throw new Error('no commands');
    hall.discord.world.commands.set(key, [{ ...first, description: 'something else' }, ...others]);
    await hall.start();
    await hall.discord.until(() => hall.writes === 3, 'the commands to be written');
  });

  test('that Discord forbids is explained, and everything else works', async () => {
    const forbidden = { stored: false, answer: { status: 403, body: { message: 'Missing Access', code: 50001 } } };
    hall.discord.faults.next(1, forbidden, 'PUT /applications/:application/guilds/:guild/commands');
    await hall.start();
    const line = await hall.lines.waitFor((one) => one.includes('lets the bot have no commands in Guild'));
    expect(line).toContain('https://discord.com/oauth2/authorize?client_id=');
  });

  test('that fails for a while is tried again', async () => {
    const fault = { stored: false, answer: { status: 429, retryAfter: 0.05 } };
    hall.discord.faults.next(1, fault, 'PUT /applications/:application/guilds/:guild/commands');
    await hall.start();
    await hall.discord.until(() => hall.commandsIn(hall.guild).length > 0, 'commands');
  });
});

describe('an answer', () => {
  test('is for the caller alone, pings nobody, and no name in it is markup', async () => {
    const alpha = await startWithAlpha();
    await alpha.join('@everyone **x** <@1> [a](https://evil.example)');
    await alpha.join(`<@${hall.alice.id}>`);
    await known(alpha.id, 2);
    const given = hall.alice.runs(hall.general, 'players');
    const name = '@\u200beveryone \\*\\*x\\*\\* \\<@\u200b1> \\[a\\](https://evil.example)';
    expect(await given.answer()).toBe(
      `**alpha**: 2 players\n- ${name} (less than a minute)\n- \\<@\u200b${hall.alice.id}> (less than a minute)`,
    );
    expect(given.isPrivate).toBe(true);
    expect(given.pings).toEqual(nobody);
    expect(hall.general.messages).toEqual([]);
  });

  test('that is longer than Discord takes is cut where a line ends', async () => {
    const alpha = await startWithAlpha();
    for (let n = 0; n < 60; n++) await alpha.join(`${'W'.repeat(58)} ${n}`);
    await known(alpha.id, 60);
    const answer = await hall.alice.runs(hall.general, 'players', { server: 'alpha' }).answer();
    expect(answer.length).toBeLessThanOrEqual(2_000);
    expect(answer).toMatch(/\(less than a minute\)\n… There is more than Discord shows in one message\.$/);
  });

  test('comes at once when the broker is down', async () => {
    await startWithAlpha();
    await hall.breakNetwork();
    const given = hall.alice.runs(hall.general, 'players');
    expect(await given.answer(1_000)).toContain('no connection to the MQTT broker');
    expect(hall.discord.requests.some(({ route }) => route.startsWith('PATCH /webhooks/:application'))).toBe(false);
  });

  test('that Discord does not take is told in the log, without the token', async () => {
    await startWithAlpha();
    hall.discord.faults.next(4, { stored: false, answer: { status: 500 } }, 'POST /interactions/:interaction/:token/callback');
    hall.alice.runs(hall.general, 'servers');
    await hall.lines.waitFor((line) => line.includes('A command could not be answered: Discord answered with status 500'));
    const [{ token = '' } = {}] = hall.discord.world.interactions.values();
    expect(hall.lines.all.join('\n')).not.toContain(token);
    expect(await hall.alice.runs(hall.general, 'servers').answer()).toContain('alpha');
  });
});

describe('moderation', () => {
  test('takes its time, and says what followed', async () => {
    const alpha = await startWithAlpha();
    const gordon = await alpha.join('Gordon', { steamid64: GORDON });
    await known('alpha', 1);
    const given = hall.kicker.runs(hall.general, 'kick', { player: GORDON, reason: 'spam @everyone' });
    await given.thinking();
    expect(given.isPrivate).toBe(true);
    await alpha.packets.waitFor((packet) => packet.includes('aowl_kick') && packet.includes(GORDON));
    await gordon.leaves();
    expect(await given.answer()).toBe('Kick Gordon: sent to alpha; confirmed: Gordon left alpha.');
    expect(given.isPrivate).toBe(true);
    expect(given.pings).toEqual(nobody);
  });

  test('is for those who have the permission: others do not see it, and are refused if they do', async () => {
    const alpha = await startWithAlpha();
    await alpha.join('Gordon', { steamid64: GORDON });
    await known('alpha', 1);
    const target = { player: 'Gordon', reason: 'x' };
    const attempts = [
      [hall.alice, 'kick'],
      [hall.alice, 'ban'],
      [hall.kicker, 'ban'],
      [hall.banner, 'kick'],
      [hall.manager, 'kick'],
      [hall.manager, 'ban'],
    ] as const;
    for (const [member, command] of attempts) {
      expect(() => member.runs(hall.general, command, target)).toThrow('is not shown to');
      const given = member.runs(hall.general, command, target, { anyway: true });
      expect(await given.answer()).toBe(`Only moderators may use ${command}.`);
    }
    for (const member of [hall.alice, hall.kicker, hall.banner]) {
      const given = member.runs(hall.general, 'bridge pause', {}, { anyway: true });
      expect(await given.answer()).toBe('Only admins may use bridge pause.');
    }
    expect(alpha.packets.all.some((packet) => packet.includes('aowl'))).toBe(false);
    expect(await hall.banner.runs(hall.general, 'bans').answer()).toBe('This bridge holds no bans.');
    expect(await hall.kicker.runs(hall.general, 'slap', { player: 'Gordon' }).answer()).toContain('Slap Gordon: sent to alpha');
  });

  test('is for those whom the operator lists, too, by user or by role', async () => {
    const trusted = hall.guild.addRole('trusted');
    const bob = hall.guild.addMember('bob', { roles: [trusted] });
    await startWithAlpha({ moderators: [trusted.id], admins: [hall.alice.id] });
    expect(await bob.runs(hall.general, 'bans', {}, { anyway: true }).answer()).toBe('This bridge holds no bans.');
    expect(await bob.runs(hall.general, 'bridge list', {}, { anyway: true }).answer()).toBe('Only admins may use bridge list.');
    expect(await hall.alice.runs(hall.general, 'bridge list', {}, { anyway: true }).answer()).toContain('**main**');
    expect(await hall.alice.runs(hall.general, 'bans', {}, { anyway: true }).answer()).toBe('This bridge holds no bans.');
  });
});

describe('suggestions', () => {
  test('come from the live network, at most 25, short and on one line', async () => {
    const alpha = await startWithAlpha();
    expect(await hall.kicker.types(hall.general, 'kick', 'player')).toEqual([]);
    await alpha.join('Gordon', { steamid64: GORDON });
    for (let n = 0; n < 40; n++) await alpha.join(`bot\n@everyone ${n}${'\u202e'.repeat(20)}`);
    await known('alpha', 41);
    expect(await hall.kicker.types(hall.general, 'kick', 'player', { player: 'gor' })).toEqual([
      { name: 'Gordon (alpha)', value: GORDON },
    ]);
    const bots = await hall.kicker.types(hall.general, 'kick', 'player', { player: 'bot' });
    expect(bots).toHaveLength(25);
    for (const { name, value } of bots) {
      expect(name).toMatch(/^bot \/ @everyone \d+ \(alpha\)$/);
      expect(value).toMatch(/^alpha\/\d+$/);
    }
  });

  test('are for those only who may give the command', async () => {
    const alpha = await startWithAlpha();
    await alpha.join('Gordon');
    await known('alpha', 1);
    expect(await hall.alice.types(hall.general, 'whois', 'who', { who: 'g' })).toHaveLength(1);
    hall.guild.setPermissions(hall.guild.everyone, ['ViewChannel', 'UseApplicationCommands', 'KickMembers']);
    expect(await hall.alice.types(hall.general, 'kick', 'player', { player: 'g' })).toHaveLength(1);
    expect(await hall.manager.types(hall.general, 'bridge pause', 'channel')).toEqual([{ name: 'main', value: 'main' }]);
  });
});

test('a whisper is from the caller, with their name on Discord', async () => {
  const alpha = await startWithAlpha();
  await alpha.join('Gordon');
  await known('alpha', 1);
  expect(await hall.alice.runs(hall.general, 'pm', { player: 'gordon', text: 'hi' }).answer()).toBe(
    'Whispered to Gordon on alpha.',
  );
  const packet = await alpha.packets.waitFor((one) => one.includes('/pm/'));
  const [, from] = /\/pm\/(\d+)\//.exec(packet) ?? [];
  expect(alpha.users.get('bridge')?.get(Number(from))).toMatchObject({ name: 'Alice', extra: { platform: 'discord' } });
  expect(await hall.alice.runs(hall.general, 'whois', { who: 'Alice' }).answer()).toContain(
    '**Alice** speaks from discord, since',
  );
});

test('in a guild without a mapped channel nothing is shown and nobody moderated; only who owns the bot joins a channel there', async () => {
  const alpha = await startWithAlpha();
  await alpha.join('Gordon', { steamid64: GORDON });
  await known('alpha', 1);
  const chief = hall.other.addMember('chief', { roles: [hall.other.addRole('chief', { permissions: ['Administrator'] })] });
  const owner = hall.other.addMember(hall.owner);
  for (const [command, options] of Object.entries({ players: {}, kick: { player: GORDON }, 'bridge add': { channel: 'main' } })) {
    expect(await chief.runs(hall.lobby, command, options).answer()).toContain('No room here is joined to game servers yet');
  }
  expect(await chief.types(hall.lobby, 'kick', 'player', { player: 'g' })).toEqual([]);
  expect(await owner.runs(hall.lobby, 'kick', { player: GORDON }, { anyway: true }).answer()).toContain('would act on strangers');
  expect(alpha.packets.all.some((packet) => packet.includes('aowl'))).toBe(false);
  const added = await owner.runs(hall.lobby, 'bridge add', { channel: 'main' }, { anyway: true }).answer();
  expect(added).toContain('main');
  chief.says(hall.lobby, 'hello from the other guild');
  await alpha.chat.waitFor((line) => line.includes('hello from the other guild'));
  expect(await chief.runs(hall.lobby, 'players').answer()).toContain('Gordon');
});

async function startWithAlpha(settings: Record<string, unknown> = {}) {
  await hall.start(settings);
  return hall.game('alpha');
}

/** Waits until the bridge knows of so many players. */
async function known(server: string, players: number): Promise<void> {
  const all = () => hall.alice.types(hall.general, 'whois', 'who', { who: `(${server})` });
  await expect.poll(async () => (await all()).length, { interval: 20 }).toBe(Math.min(players, 25));
  // More than can be suggested: the last one is there when all are.
  if (players > 25)
    await expect.poll(async () => hall.alice.runs(hall.general, 'servers').answer()).toContain(`${players} players`);
}
