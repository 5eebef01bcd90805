import { expect, it } from 'vitest';
import { schema } from '../../../bridges/discord/config.ts';

const id = '112233445566778899';
const idsOrPermissions = 'must be a list of ids of users and roles, each in quotes, or permissions of Discord like "KickMembers"';
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
  ['no permissions', {}, { permissions: { rooms: {} }, allow_remote_lua: false }],
  [
    'permissions',
    { permissions: { kick: 'KickMembers', ban: [id, 'BanMembers'], lua: [id], rooms: { [id]: { kick: [] } } } },
    { permissions: { kick: ['KickMembers'], ban: [id, 'BanMembers'], lua: [id], rooms: { [id]: { kick: [] } } } },
  ],
  ['no status', {}, { status: [], presence: true }],
  ['a status in a variable', { status: `${id}, ${id}1` }, { status: [{ channel: id }, { channel: `${id}1` }] }],
  ['one status', { status: { channel: id, servers: 'a*' } }, { status: [{ channel: id, servers: ['a*'], topic: false }] }],
  [
    'statuses',
    { status: [id, { channel: id, servers: ['a'] }] },
    { status: [{ channel: id, servers: ['*'] }, { servers: ['a'] }] },
  ],
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
  [{ status: 7 }, 'must be a list like [{channel: "112233445566778899", servers: ["*"], topic: false}]'],
  [{ status: [7] }, 'must be a list like [{channel: "112233445566778899", servers: ["*"], topic: false}]'],
  [{ status: 'general' }, 'must be the id of a Discord channel, in quotes'],
  [{ status: [{ channel: 112233445566 }] }, 'must be the id of a Discord channel, in quotes'],
  [{ status: [{ channel: id, servers: [] }] }, 'must be a list of ids of game servers, like ["alpha", "eu-*"]'],
  [{ status: [{ channel: id, topic: 'yes' }] }, 'must be true or false'],
  [{ status: [id, id] }, 'shows the same servers in the same channel as another one'],
  [
    { status: ['a', 'b'].map((server) => ({ channel: id, servers: server, topic: true })) },
    'can be true for one of the messages in a channel only',
  ],
  [{ presence: 'no' }, 'must be true or false'],
  [{ permissions: { kick: ['everybody'] } }, idsOrPermissions],
  [{ permissions: { kick: [112233] } }, idsOrPermissions],
  [{ permissions: { lua: ['Administrator'] } }, 'must be a list of ids of users and roles, each in quotes'],
  [{ permissions: { rooms: { general: { kick: [] } } } }, 'must name channels by their ids'],
  [{ allow_remote_lua: 'yes' }, 'must be true or false'],
])('refuses %j, and says what would be right', (given, message) => {
  expect(parse(given).error?.issues.map((issue) => issue.message)).toEqual([message]);
});

it('knows which commands can be said to be for somebody', () => {
  expect(parse({ permissions: { kik: [id] } }).error?.issues.map(({ code }) => code)).toEqual(['unrecognized_keys']);
  expect(parse({ permissions: { 'bridge add': [id] } }).success).toBe(false);
});
