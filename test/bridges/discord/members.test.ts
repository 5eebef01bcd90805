import { afterEach, describe, expect, it, vi } from 'vitest';
import { Roster } from '../../../bridges/discord/roster.ts';
import { cpuTime } from '../../support/cpu-time.ts';
import { connected, insist, type Scene, type SceneOptions, says, scene } from './setup.ts';

afterEach(() => vi.useRealTimers());

const bare: SceneOptions = { template: '{name}' };
const named = (name: string) => ({ author: { id: '1', name } });

/** Under which names a player of this name is shown, now. */
async function shownAs(made: Scene, name: string): Promise<string> {
  await insist(made, made.general, says('hello', named(name)));
  return made.general.messages.at(-1)?.author ?? '';
}

/** Waits until players of this name are shown so. */
async function becomes(made: Scene, name: string, shown: string): Promise<void> {
  await expect.poll(() => shownAs(made, name), { interval: 20 }).toBe(shown);
}

/** Asks for the members, by a message, and waits until they are known. */
async function acquainted(options: SceneOptions): Promise<Scene> {
  const made = await connected(options);
  await becomes(made, 'Nobody', 'Nobody');
  return made;
}

describe('players who are called like members', () => {
  it('are marked, whichever of the names it is and however it is spelt', async () => {
    const made = await acquainted(bare);
    made.guild.addMember('bob.the.builder', { displayName: 'Bobby', nick: 'Chief' });
    await made.discord.until(() => made.guild.state.members.size > 0);
    for (const name of ['Alice', 'alice', 'АLICE', 'A l i c e', 'Ａlice', 'bob.the.builder', 'Воbby', 'Сhief', 'bridge']) {
      expect(await shownAs(made, name), name).toBe(`${name.normalize('NFC')} (player)`);
    }
    expect(await shownAs(made, 'Gordon')).toBe('Gordon');
    expect(made.discord.violations).toEqual([]);
  });

  it('are marked until the members are known', async () => {
    const made = await scene(bare);
    expect(await shownAs(made, 'Gordon')).toBe('Gordon (player)');
  });

  it('are marked as long as that is somebody’s name', async () => {
    const made = await acquainted(bare);
    const { alice } = made;
    alice.setsNick('Wonder');
    await made.host.profiles.waitFor(({ name }) => name === 'Wonder');
    expect(await shownAs(made, 'Wonder')).toBe('Wonder (player)');
    alice.setsNick(null);
    await made.host.profiles.waitFor(({ name }) => name === 'Alice');
    expect(await shownAs(made, 'Wonder')).toBe('Wonder');
    alice.renames('Alicia');
    await made.host.profiles.waitFor(({ name }) => name === 'Alicia');
    expect(await shownAs(made, 'Alicia')).toBe('Alicia (player)');
    alice.leaves();
    await made.host.departures.waitFor((id) => id === alice.id);
    expect(await shownAs(made, 'Alicia')).toBe('Alicia');
  });

  it('are marked when the member spoke, if that is all the bot may see', async () => {
    const made = await connected({ ...bare, privileged: ['MessageContent'] });
    expect(await shownAs(made, 'Alice')).toBe('Alice');
    made.alice.says(made.general, 'I am the real one');
    await made.host.waitForMessage('I am the real one');
    expect(await shownAs(made, 'Αlice')).toBe('Αlice (player)');
    expect(made.discord.violations).toEqual([]);
  });

  it('are told apart by their server', async () => {
    const made = await connected();
    expect(await shownAs(made, 'Alice')).toBe('Alice [alpha]');
    expect(await shownAs(made, 'Admin')).toBe('Admin (player) [alpha]');
  });

  it('are known again after a new session', async () => {
    const made = await acquainted(bare);
    made.discord.gateway.forgetSessions();
    made.discord.gateway.drop();
    made.guild.addMember('zed');
    // discord.js identifies again 5 s after the last time at the earliest.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
    await made.discord.waitForGateway('identified', 2);
    await becomes(made, 'Zed', 'Zed (player)');
    expect(await shownAs(made, 'Gordon')).toBe('Gordon');
    expect(made.discord.violations).toEqual([]);
  });

  it('are those of now, when the bot was sent out and let in again', async () => {
    const made = await acquainted(bare);
    const { discord, guild, bot, alice, general, host } = made;
    const own = guild.state.members.get(bot.user.id);
    if (own) discord.world.removeMember(own);
    alice.leaves();
    const zed = guild.addMember('zed');
    guild.addBot(bot, ['ManageWebhooks']);
    zed.says(general, 'who are you?');
    await host.waitForMessage('who are you?');
    await becomes(made, 'Alice', 'Alice');
    expect(await shownAs(made, 'Zed')).toBe('Zed (player)');
    expect(discord.violations).toEqual([]);
  });
});

describe('a roster', () => {
  const member = (id: string, ...names: string[]) => ({ id, names, roles: [] });

  it('knows people by all of their names, but for case', () => {
    const roster = new Roster(10);
    roster.note(member('1', 'Alice', 'alice.w'));
    roster.note(member('2', 'ALICE'));
    expect(roster.called('alice').map(({ id }) => id)).toEqual(['1', '2']);
    expect(roster.called('Alice.W').map(({ id }) => id)).toEqual(['1']);
    expect(roster.called('Ali')).toEqual([]);
  });

  it('forgets names that are no longer in use', () => {
    const roster = new Roster(10);
    roster.note(member('1', 'Alice'));
    roster.note(member('2', 'Alice'));
    roster.note(member('1', 'Bob'));
    roster.forget('2');
    roster.forget('2');
    expect([roster.called('Alice'), roster.looksKnown('Alice')]).toEqual([[], false]);
    expect(roster.looksKnown('B0b')).toBe(true);
  });

  it('holds no more than it may', () => {
    const roster = new Roster(2);
    for (const [index, name] of ['Alice', 'Bob', 'Carol'].entries()) roster.note(member(`${index}`, name));
    expect(['Alice', 'Bob', 'Carol'].map((name) => roster.looksKnown(name))).toEqual([false, true, true]);
  });

  it('takes little time when all have the same name', () => {
    const roster = new Roster(20_000);
    const start = cpuTime();
    for (let id = 0; id < 20_000; id += 1) roster.note(member(`${id}`, 'Alice'));
    for (let id = 0; id < 20_000; id += 1) roster.forget(`${id}`);
    expect(cpuTime() - start).toBeLessThan(4_000);
  });
});
