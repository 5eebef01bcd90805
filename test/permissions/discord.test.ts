/** Every command, for every kind of member and every way in on Discord: exactly the allowed ones act. */
import { expect, test } from 'vitest';
import type { CommandInfo } from '../../src/adapter.ts';
import { Guildhall } from '../bridges/discord/guildhall.ts';
import type { DiscordMember } from '../doubles/discord/index.ts';
import type { GameServer } from '../support/game-server.ts';
import { allCommands, expectWhole, filled, guarded, isRefused, type Need, needOf, typed } from './table.ts';

/** What each kind of member may, beside what takes nothing. */
const MAY: Readonly<Record<string, readonly Need[]>> = {
  nobody: [],
  kicker: ['to kick'],
  banner: ['to ban'],
  manager: ['to manage'],
  moderator: ['to kick', 'to ban'],
  owner: ['to kick', 'to ban', 'to manage', 'to run the bridge'],
  named: ['to be named'],
};

interface Scene {
  readonly hall: Guildhall;
  readonly alpha: GameServer;
  readonly commands: readonly CommandInfo[];
  readonly people: readonly (readonly [kind: string, member: DiscordMember])[];
}

async function open(settings: Record<string, unknown> = {}): Promise<Scene> {
  const hall = await Guildhall.open();
  const [moderator, named] = [hall.guild.addMember('moderator'), hall.guild.addMember('named')];
  const { alice: nobody, kicker, banner, manager, owner } = hall;
  const people = Object.entries({ nobody, kicker, banner, manager, moderator, owner, named });
  expect(people.map(([kind]) => kind)).toEqual(Object.keys(MAY));
  await hall.start({ moderators: [moderator.id], permissions: { lua: [named.id] }, allow_remote_lua: true, ...settings });
  return { hall, alpha: await hall.game('alpha'), commands: await allCommands(), people };
}

/** Nothing was done for anybody: no order went out, and not even a refusal was noted. */
async function expectNothingDone({ hall, alpha }: Scene): Promise<void> {
  hall.guild.addMember('narrator').says(hall.general, 'the end');
  await alpha.chat.waitFor((line) => line.endsWith(': the end'), 20_000);
  expect(alpha.packets.all.filter((packet) => packet.includes('/ooc/'))).toEqual([]);
  const audit = hall.owner.runs(hall.general, 'bridge audit');
  expect(await audit.answer()).toBe('Nothing is noted yet.');
}

test('the table is whole', async () => expectWhole(await allCommands()));

test('a slash command', async () => {
  const { hall, commands, people } = await open();
  const trials = people.map(async ([kind, member]) => {
    const acts: string[] = [];
    for (const command of commands) {
      const given = member.runs(hall.general, command.name, filled(command), { anyway: true });
      if (!isRefused(await given.answer(20_000))) acts.push(command.name);
    }
    return { kind, acts };
  });
  for (const { kind, acts } of await Promise.all(trials)) {
    const allowed = commands.filter((command) => ['nothing', ...(MAY[kind] ?? [])].includes(needOf(command)));
    expect([kind, acts]).toEqual([kind, allowed.map(({ name }) => name)]);
  }
});

test('a slash command in the private chat with the bot: those for everybody, and no other is there', async () => {
  const { hall, commands, people } = await open();
  const registered = () => hall.discord.world.commands.get(`${hall.bot.applicationId}/`) ?? [];
  await hall.discord.until(() => registered().length > 0, 'commands for private chats');
  for (const [kind, member] of people) {
    const acts: string[] = [];
    for (const command of commands) {
      const [name = ''] = command.name.split(' ');
      if (!registered().some((one) => one.name === name)) continue;
      const given = member.runs(member.direct(hall.bot.user), command.name, filled(command));
      if (!isRefused(await given.answer(20_000))) acts.push(command.name);
    }
    expect([kind, acts]).toEqual([kind, commands.filter((one) => needOf(one) === 'nothing').map(({ name }) => name)]);
  }
});

test('a button, whatever it is called', async () => {
  const scene = await open();
  const { hall, commands, people } = scene;
  const message = hall.general.messages[0] ?? hall.alice.says(hall.general, 'a message');
  const pressed = people.flatMap(([, member]) =>
    commands.flatMap((command) =>
      [command.name, typed(command)].map((name) => member.presses(message, name.slice(0, 100), hall.bot)),
    ),
  );
  await expectNothingDone(scene);
  expect(pressed.filter(({ isAnswered }) => isAnswered)).toEqual([]);
});

test.each([
  ['a message', (member: DiscordMember, { hall }: Scene, text: string) => void member.says(hall.general, text)],
  [
    'a reply',
    (member: DiscordMember, { hall }: Scene, text: string) => {
      member.says(hall.general, text, { replyTo: hall.general.messages[0] ?? member.says(hall.general, 'something') });
    },
  ],
  [
    'an edited message',
    (member: DiscordMember, { hall }: Scene, text: string) => member.edits(member.says(hall.general, 'hello'), text),
  ],
])('%s is chat, however it begins', async (_way, says) => {
  const scene = await open();
  for (const [, member] of scene.people) for (const command of guarded(scene.commands)) says(member, scene, typed(command));
  await expectNothingDone(scene);
});

test('those who are named for a command may give it, and nobody else but those who run the bridge', async () => {
  const permissions = { kick: ['BanMembers'], ban: [] as string[], bans: [] as string[] };
  const { hall, people } = await open({ permissions });
  const may = async (name: string, options: Record<string, string>) => {
    const acts: string[] = [];
    for (const [kind, member] of people)
      if (!isRefused(await member.runs(hall.general, name, options, { anyway: true }).answer())) acts.push(kind);
    return acts;
  };
  expect(await may('kick', { player: '76561197960287930' })).toEqual(['banner', 'owner']);
  expect(await may('bans', {})).toEqual(['owner']);
  expect(await may('slap', { player: '76561197960287930' })).toEqual(['kicker', 'moderator', 'owner']);
});

test('what is said for one channel holds there, and in its threads', async () => {
  const { hall, people } = await open();
  const yard = hall.guild.addTextChannel('yard');
  const [nobody] = people.map(([, member]) => member);
  if (!nobody) throw new Error('there is nobody');
  await hall.start({ permissions: { bans: [], rooms: { [yard.id]: { bans: [nobody.id] } } } });
  const answerIn = (channel: typeof yard) => nobody.runs(channel, 'bans', {}, { anyway: true }).answer();
  expect(await answerIn(yard)).toBe('This bridge holds no bans.');
  expect(await answerIn(hall.general)).toBe('Only moderators may use bans.');
});

test('without allow_remote_lua nobody can even try', async () => {
  const hall = await Guildhall.open();
  await hall.start({ permissions: { lua: [hall.alice.id] } });
  expect(hall.commandsIn(hall.guild)).not.toContain('lua');
});
