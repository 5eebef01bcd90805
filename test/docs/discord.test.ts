/** The guide to Discord tells of each intent that the bot asks for, and of each permission that it makes use of. */
import { readFileSync } from 'node:fs';
import { PermissionFlagsBits } from 'discord.js';
import { expect, test } from 'vitest';
import { inviteLink } from '../../bridges/discord/permissions.ts';
import { pageAt, project } from './markdown.ts';

const { text } = pageAt('docs/setup-discord.md');
/** What stands in the first column of its tables, without markup and blanks, in small letters. */
const told = [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
  cell.toLowerCase().replaceAll(/[* ]/g, '').split(','),
);

test('intents', () => {
  const asked = [...readFileSync(`${project}bridges/discord/client.ts`, 'utf8').matchAll(/GatewayIntentBits\.(\w+)/g)];
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.map(([, name = '']) => name.toLowerCase()).filter((name) => !told.includes(name))).toEqual([]);
});

test('permissions', () => {
  const sum = BigInt(new URL(inviteLink('1')).searchParams.get('permissions') ?? '');
  const asked = Object.entries(PermissionFlagsBits).filter(([, flag]) => (sum & flag) !== 0n);
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.map(([name]) => name.toLowerCase()).filter((name) => !told.includes(name))).toEqual([]);
});
