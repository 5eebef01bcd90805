/** Who may give which command on Discord: every command, for every kind of member. */
import { PermissionFlagsBits as Flags } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { isRegistered } from '../../../bridges/discord/commands/definitions.ts';
import { rankFor } from '../../../bridges/discord/commands/powers.ts';
import type { CommandInfo } from '../../../src/adapter.ts';
import { reaches } from '../../../src/adapter.ts';

const ranks: Readonly<Record<string, CommandInfo['rank']>> = {
  players: 'everybody',
  whois: 'everybody',
  pm: 'everybody',
  kick: 'moderator',
  slap: 'moderator',
  ban: 'moderator',
  unban: 'moderator',
  bans: 'moderator',
  'bridge add': 'admin',
  'bridge pause': 'admin',
};
const trusted = { admins: ['1001', '2001'], moderators: ['1002', '2002'], owners: ['1003'] };
const member = (permissions: bigint, userId = '1', ...roleIds: string[]) => ({ userId, roleIds, permissions });
const nobody: string[] = [];
const kicks = ['kick', 'slap'];
const bans = ['ban', 'unban', 'bans'];
const bridge = ['bridge add', 'bridge pause'];

describe.each([
  ['somebody', member(0n), nobody],
  ['somebody with every harmless permission', member(Flags.SendMessages | Flags.ManageMessages | Flags.MentionEveryone), nobody],
  ['who may kick', member(Flags.KickMembers), kicks],
  ['who may ban', member(Flags.BanMembers), bans],
  ['who may do both', member(Flags.KickMembers | Flags.BanMembers), [...kicks, ...bans]],
  ['who may manage the guild', member(Flags.ManageGuild), bridge],
  ['an administrator', member(Flags.Administrator), [...kicks, ...bans, ...bridge]],
  ['a listed moderator', member(0n, '1002'), [...kicks, ...bans]],
  ['one with the role of moderators', member(0n, '1', '2002'), [...kicks, ...bans]],
  ['a listed admin', member(0n, '1001'), [...kicks, ...bans, ...bridge]],
  ['one with the role of admins', member(0n, '1', '9', '2001'), [...kicks, ...bans, ...bridge]],
  ['who owns the application', member(0n, '1003'), [...kicks, ...bans, ...bridge]],
  ['one whose role has the id of a user who is listed', member(0n, '2', '1003'), nobody],
])('%s', (who, powers, allowed) => {
  test.each(Object.entries(ranks))('%s', (name, rank) => {
    const { rank: own, isOperator } = rankFor({ name, rank }, powers, trusted);
    expect(reaches(own, rank)).toBe(rank === 'everybody' || allowed.includes(name));
    expect(isOperator).toBe(/admins?$|application$/.test(who) && who !== 'an administrator');
  });
});

test('what Discord adds to a registered command is no difference, and everything else is', () => {
  const wanted = [
    { name: 'b', description: 'B', default_member_permissions: '2', options: [] },
    {
      name: 'a',
      description: 'A',
      default_member_permissions: null,
      options: [{ type: 3 as const, name: 'x', description: 'X', required: false, autocomplete: true as const }],
    },
  ];
  const registered = [
    {
      id: '1',
      version: '9',
      type: 1,
      name: 'a',
      description: 'A',
      default_member_permissions: null,
      nsfw: false,
      options: [{ type: 3, name: 'x', description: 'X', autocomplete: true }],
    },
    { id: '2', version: '9', type: 1, name: 'b', description: 'B', default_member_permissions: '2', name_localizations: null },
  ];
  expect(isRegistered(registered, wanted)).toBe(true);
  const [a, b] = registered;
  for (const other of [
    [a],
    [a, b, { ...b, name: 'c' }],
    [a, { ...b, description: 'other' }],
    [a, { ...b, default_member_permissions: null }],
    [a, { ...b, type: 2 }],
    [{ ...a, options: [] }, b],
    [{ ...a, options: [{ type: 3, name: 'x', description: 'X' }] }, b],
    [{ ...a, options: [{ type: 3, name: 'x', description: 'X', autocomplete: true, required: true }] }, b],
    'nonsense',
    undefined,
  ]) {
    expect(isRegistered(other, wanted)).toBe(false);
  }
});
