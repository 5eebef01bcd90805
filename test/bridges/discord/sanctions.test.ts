/** What moderators elsewhere do to members, and what becomes of it on Discord. */
import { expect, test } from 'vitest';
import type { Sanction } from '../../../src/adapter.ts';
import { connected, type Scene, type SceneOptions, scene } from './setup.ts';

const MINUTE = 60_000;

/** A guild in which the bot may moderate, and stands above those without a role. */
async function guildhall(config: NonNullable<SceneOptions['config']>): Promise<Scene> {
  const made = await connected({ config });
  const { guild, bot } = made;
  guild.setPermissions(guild.roleOf(bot), [
    'ViewChannel',
    'SendMessages',
    'ManageWebhooks',
    'ReadMessageHistory',
    'ModerateMembers',
    'KickMembers',
    'BanMembers',
  ]);
  return made;
}

const all = { mirror_kick: 'timeout', mirror_ban: 'ban' };

function sanction(made: Scene, userId: string, more: Partial<Sanction> = {}): Promise<string | undefined> | undefined {
  const until = made.host.clock.now() + 5 * MINUTE;
  return made.adapter.moderate?.({ userId, action: 'kick', by: 'alpha', reason: 'spam', until, ...more });
}

const done = ({ discord }: Scene) => discord.world.sanctions;

test('nothing is done unless it is configured', async () => {
  const made = await guildhall(() => ({}));
  for (const action of ['kick', 'ban'] as const) expect(await sanction(made, made.alice.id, { action })).toBeUndefined();
  expect(done(made)).toEqual([]);
});

test('a kick is a time-out for as long as they are not heard, a ban for some time one as well, and one for ever is a ban', async () => {
  const made = await guildhall(() => all);
  const { guild, host } = made;
  const [bob, carol] = [guild.addMember('bob'), guild.addMember('carol')];
  expect(await sanction(made, bob.id)).toBe(`timed out for 5 min in ${guild.state.name}`);
  const until = host.clock.now() + 365 * 86_400_000;
  expect(await sanction(made, carol.id, { action: 'ban', until })).toBe(`timed out for 28 d in ${guild.state.name}`);
  expect(await sanction(made, carol.id, { action: 'ban', until: undefined })).toBe(`banned from ${guild.state.name}`);
  expect(done(made)).toEqual([
    expect.stringMatching(/^bob timed out until 20\d\d-/),
    expect.stringMatching(/^carol timed out/),
    'carol banned',
  ]);
});

test('a kick may be one', async () => {
  const made = await guildhall(() => ({ mirror_kick: 'kick', mirror_ban: 'kick' }));
  expect(await sanction(made, made.alice.id)).toBe(`kicked from ${made.guild.state.name}`);
  expect(await sanction(made, made.alice.id, { action: 'ban' })).toBe('they are a member nowhere');
  expect(done(made)).toEqual(['alice kicked']);
});

test('nobody is hit who stands as high as the bot, who owns the guild, who is an administrator, or whom the bridge trusts', async () => {
  let trusted: string[] = [];
  const made = await guildhall(({ guild }) => {
    const role = guild.addRole('crew');
    trusted = [guild.addMember('mod').id, guild.addMember('crewman', { roles: [role] }).id, guild.addMember('admin').id];
    const [mod = '', , admin = ''] = trusted;
    return { mirror_kick: 'kick', mirror_ban: 'ban', moderators: [mod, role.id], admins: [admin] };
  });
  const { guild } = made;
  const above = guild.addMember('above', { roles: [guild.addRole('above the bot')] });
  const king = guild.addMember('king', { roles: [guild.addRole('king', { permissions: ['Administrator'] })] });
  for (const userId of [above.id, king.id, guild.state.ownerId]) {
    expect(await sanction(made, userId)).toMatch(/: they stand as high as the bridge's bot$|^they are a member nowhere$/);
  }
  for (const userId of trusted)
    expect(await sanction(made, userId, { action: 'ban' })).toMatch(/: the bridge is told to trust them$/);
  expect(done(made)).toEqual([]);
});

test('what the bot may not do is said, by the answer and by check', async () => {
  const made = await connected({ config: () => all });
  expect(await sanction(made, made.guild.addMember('bob').id)).toMatch(
    /^nothing was done in .*: the bot lacks Moderate Members$/,
  );
  const lines: string[] = [];
  for await (const { ok, text } of made.adapter.check()) if (!ok) lines.push(text);
  expect(lines.join()).toContain('the bot lacks Moderate Members, Ban Members');
  const { adapter } = await scene({ config: () => ({}) });
  for await (const { text } of adapter.check()) expect(text).not.toContain('mirror_kick');
});
