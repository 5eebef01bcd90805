import { expect, it } from 'vitest';
import { schema } from '../../../bridges/discord/config.ts';

const parse = (more: Record<string, unknown>) => schema.safeParse({ token: 'token', ...more });

it.each<[string, Record<string, unknown>, object]>([
  ['nothing', {}, { bots: 'ignore', system_messages: ['threads'] }],
  ['reactions by default', {}, { reactions: 'native' }],
  ['all bots', { bots: 'relay' }, { bots: 'relay' }],
  ['some bots', { bots: ['1', '22'] }, { bots: ['1', '22'] }],
  ['a bot in a variable', { bots: '1' }, { bots: ['1'] }],
  ['bots in a variable', { bots: '1, 22' }, { bots: ['1', '22'] }],
  ['no notices', { system_messages: 'none' }, { system_messages: [] }],
  ['no notices in a list', { system_messages: [] }, { system_messages: [] }],
  ['one notice', { system_messages: 'joins' }, { system_messages: ['joins'] }],
  ['notices in a variable', { system_messages: 'joins, pins' }, { system_messages: ['joins', 'pins'] }],
  ['notices', { system_messages: ['boosts', 'threads'] }, { system_messages: ['boosts', 'threads'] }],
])('understands %s', (_what, given, wanted) => {
  expect(parse(given).data).toMatchObject(wanted);
});

it.each<[Record<string, unknown>, string]>([
  [{ bots: 'yes' }, 'must be "ignore", "relay" or a list of ids of bots and webhooks, each in quotes'],
  [{ bots: [12345] }, 'must be "ignore", "relay" or a list of ids of bots and webhooks, each in quotes'],
  [{ bots: ['@MEE6'] }, 'must be "ignore", "relay" or a list of ids of bots and webhooks, each in quotes'],
  [{ system_messages: ['leaves'] }, 'must be "none" or a list of joins, boosts, pins, threads'],
  [{ reactions: 'yes' }, 'must be "native", "note" or "none"'],
  [{ system_messages: 7 }, 'must be "none" or a list of joins, boosts, pins, threads'],
])('refuses %j, and says what would be right', (given, message) => {
  expect(parse(given).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
