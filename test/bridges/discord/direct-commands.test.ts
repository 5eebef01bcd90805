/** Slash commands in the private chat with the bot, where people read their whispers. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { DiscordMember } from '../../doubles/discord/index.ts';
import type { GameServer } from '../../support/game-server.ts';
import { Guildhall } from './guildhall.ts';

const EVERYBODYS = ['players', 'servers', 'whois', 'status', 'pm', 'block', 'unblock', 'link', 'unlink', 'privacy'];
const globalWrites = 'PUT /applications/:application/commands';
const NOTHING = 'No room here is joined to game servers yet, or none that you see.';
let hall: Guildhall;

beforeEach(async () => {
  hall = await Guildhall.open();
});

/** Starts the bridge, with a player whom it knows. Resolves when commands can be given in private. */
async function start(): Promise<GameServer> {
  await hall.start();
  const alpha = await hall.game('alpha');
  await alpha.join('Gordon');
  await expect.poll(() => hall.alice.types(hall.general, 'whois', 'who', { who: 'g' }), { interval: 20 }).toHaveLength(1);
  await hall.discord.until(() => privateCommands().length > 0, 'commands for private chats');
  return alpha;
}

function privateCommands(): string[] {
  return (hall.discord.world.commands.get(`${hall.bot.applicationId}/`) ?? []).map(({ name }) => name);
}

const chatOf = (person: DiscordMember) => person.direct(hall.bot.user);

/** What somebody is answered in their private chat with the bot. */
function told(person: DiscordMember, name: string, options: Record<string, string> = {}): Promise<string> {
  return person.runs(chatOf(person), name, options).answer();
}

const suggested = (person: DiscordMember) => person.types(chatOf(person), 'pm', 'player', { player: 'g' });

test('those for everybody are registered for private chats, once, and guilds show none of them twice', async () => {
  await start();
  expect(privateCommands()).toEqual(EVERYBODYS);
  // The stand-in tells where a command is shown twice.
  expect(await hall.alice.runs(hall.general, 'servers').answer()).toContain('alpha');
  await hall.start();
  await hall.discord.until(
    () => hall.discord.requests.filter(({ route }) => route === 'GET /applications/:application/commands').length === 2,
    'another look',
  );
  expect(hall.discord.requests.filter(({ route }) => route === globalWrites)).toHaveLength(1);
});

test('that Discord does not register for private chats are still there in guilds', async () => {
  hall.discord.faults.next(1, { stored: false, answer: { status: 400 } }, globalWrites);
  await hall.start();
  expect(hall.commandsIn(hall.guild)).toContain('pm');
});

test('a whisper is begun, answered, and whoever wrote it kept out, all in the same chat', async () => {
  const alpha = await start();
  const chat = chatOf(hall.alice);
  expect(await suggested(hall.alice)).toEqual([{ name: 'Gordon (alpha)', value: 'alpha/1' }]);
  const given = hall.alice.runs(chat, 'pm', { player: 'alpha/1', text: 'psst' });
  expect(await given.answer()).toBe('Whispered to Gordon on alpha.');
  expect(given.isPrivate).toBe(true);
  const packet = await alpha.packets.waitFor((one) => one.includes('/pm/') && one.includes('psst'));
  const [, from] = /\/pm\/(\d+)\//.exec(packet) ?? [];
  await alpha.publish(`m/alpha/bridge/pm/1/${from}`, JSON.stringify({ say: 'what is it?' }));
  expect((await chat.waitFor('what is it?')).content).toBe('**Gordon** (alpha): what is it?');
  expect(await told(hall.alice, 'block', { player: 'Gordon' })).toBe(
    "Gordon on alpha can't whisper to you any more. unblock lets them again.",
  );
  await alpha.publish(`m/alpha/bridge/pm/1/${from}`, JSON.stringify({ say: 'hello?' }));
  await alpha.packets.waitFor((one) => one.includes('Alice does not take messages from you'));
  expect(await told(hall.alice, 'unblock', { player: 'Gordon' })).toBe('Gordon on alpha can whisper to you again.');
  expect(chat.heard.join()).not.toContain('hello?');
});

test('a code is given there as well', async () => {
  await start();
  expect(await told(hall.alice, 'link')).toMatch(/^Say `[A-Z2-9]{6}` in the chat of a game server/);
});

describe('what is shown', () => {
  test('is what can be heard in the channels that the person sees, wherever they ask', async () => {
    await start();
    const yard = hall.guild.addTextChannel('yard');
    hall.general.setRule({ of: hall.alice, deny: ['ViewChannel'] });
    await expect.poll(() => suggested(hall.alice), { interval: 50 }).toEqual([]);
    expect(await told(hall.alice, 'players')).toContain(NOTHING);
    expect(await hall.alice.runs(yard, 'players').answer()).toContain(NOTHING);
    expect(await hall.alice.types(yard, 'pm', 'player', { player: 'g' })).toEqual([]);
    expect(await told(hall.kicker, 'players')).toContain('Gordon');
  });

  test('is nothing to who is in no guild with a mapped channel, though their privacy is theirs to decide', async () => {
    await start();
    const stranger = hall.other.addMember('stranger');
    expect(await suggested(stranger)).toEqual([]);
    for (const [name, options] of Object.entries({
      players: {},
      servers: {},
      whois: { who: 'Gordon' },
      status: {},
      pm: { player: 'alpha/1', text: 'hi' },
      block: { player: 'alpha/1' },
      link: {},
    }))
      expect([name, await told(stranger, name, options)]).toEqual([name, expect.stringContaining(NOTHING)]);
    expect(await told(stranger, 'privacy', { set: 'on' })).toContain('Your privacy is on');
    expect(await told(stranger, 'unlink')).toBe('You are linked to no player.');
    expect(await told(stranger, 'unblock', { player: 'x' })).toBe('You block nobody.');
  });

  test('is nothing to who has left', async () => {
    await start();
    const leaver = hall.guild.addMember('leaver');
    leaver.says(hall.general, 'bye');
    hall.other.addMember(leaver);
    leaver.leaves();
    expect(await suggested(leaver)).toEqual([]);
    expect(await told(leaver, 'players')).toContain(NOTHING);
  });
});

test('nobody is taken for somebody while Discord does not tell where they are', async () => {
  await start();
  hall.discord.faults.next(1, { stored: false, answer: { status: 403 } }, 'GET /guilds/:guild/members/:user');
  expect(await told(hall.alice, 'players')).toContain('Discord does not tell now which servers you are in');
  expect(await told(hall.alice, 'players')).toContain('Gordon');
});

test('who runs the bridge is known by their id there, and nobody by a role or a permission', async () => {
  await start();
  expect(await told(hall.owner, 'status')).toContain('All is well');
  expect(privateCommands()).not.toContain('kick');
  expect(() => hall.kicker.runs(chatOf(hall.kicker), 'kick', { player: 'Gordon' })).toThrow('there is no command /kick here');
});
