/** What in the documentation is made of the code: that it is current, and that editors are told nothing wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { builtIns } from '../../bridges/index.ts';
import { generated } from '../../docs/generate/generated.ts';
import { keysOf } from '../../docs/generate/schema.ts';
import { tableOf } from '../../docs/generate/table.ts';
import { ConfigError, parseConfig } from '../../src/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

test('the tables of keys and the schema for editors are current', async () => {
  const stale = [...(await generated(root))].filter(([path, content]) => read(path) !== content).map(([path]) => path);
  expect(stale, 'run "npm run docs"').toEqual([]);
});

test('a key of which nothing is said is noticed', () => {
  const schema = z.object({ said: z.string().describe('something'), unsaid: z.string() });
  expect(() => tableOf(keysOf(schema), () => [])).toThrow('unsaid has no description in its schema.');
});

test('a table tells variables and defaults, and what may stand in a cell', () => {
  const inner = z.strictObject({ a: z.number().default(3).describe('one | other'), b: z.array(z.string()).describe('texts') });
  const table = tableOf(keysOf(z.object({ list: z.array(inner).default([]).describe('many') })), (path) =>
    path === 'list' ? ['LIST', 'LISTS'] : [],
  );
  expect(table.split('\n')).toEqual([
    '| key | variable | default | meaning |',
    '| --- | --- | --- | --- |',
    '| `list` | `LIST`, `LISTS` | none | many |',
    '| `list[].a` | | `3` | one \\| other |',
    '| `list[].b` | | required | texts |',
    '',
  ]);
});

describe('the schema for editors', () => {
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(read('docs/config.schema.json')));
  const faults = (config: unknown) => (validate(config) ? [] : (validate.errors ?? []).map(({ dataPath }) => dataPath));

  test.each(examples())('takes what stands in %s', (_, example) => {
    expect(faults(example)).toEqual([]);
  });

  const id = '123456789012345678';
  const discord = (keys: object) => ({ adapters: { discord: { token: 'token', ...keys } } });
  const matrix = (keys: object) => ({ adapters: { matrix: { homeserver_url: 'https://hs', access_token: 'token', ...keys } } });
  const appservice = { url: 'http://a', server_name: 'hs', as_token: 'a'.repeat(16), hs_token: 'h'.repeat(16) };
  test.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    ['one address', { mqtt: { url: 'mqtts://a' } }],
    ['several', { mqtt: { url: ['mqtts://a', 'mqtts://b'], tls: true, protocol: 5 } }],
    [
      'the reference',
      { mqtt: { host: 'a', port: 8883, tls: { verify: false }, protocol: '3.1.1' }, console_port: 1, webchat: {} },
    ],
    ['levels of the log', { log_level: { default: 'info', mqtt: 'debug' } }],
    ['one level', { log_level: 'debug' }],
    ['anything about itself', { meta: { link: 'x', deep: [{ a: null }, 1, true] } }],
    ['one moderating server', { moderation: { servers: 'alpha' } }],
    ['one room', { adapters: { console: {} }, channels: [{ name: 'a', rooms: { console: 'x' }, notices: true }] }],
    ['several rooms', { adapters: { console: {} }, channels: [{ name: 'a', rooms: { console: ['x', 'y'] }, notices: 'joins' }] }],
    [
      'some notices',
      {
        channels: [
          { name: 'a', notices: ['maps', 'servers'] },
          { name: 'b', notices: false },
        ],
      },
    ],
    ['a type', { adapters: { mine: { type: 'discord', token: 'x' }, discord: { type: 'console' } } }],
    ['a server of its own', discord({ server_id: 'd', mqtt: { username: 'u', password: 'p' } })],
    ['bots by a word', discord({ bots: 'relay' })],
    ['bots by ids', discord({ bots: [id, id] })],
    ['bots as in a variable', discord({ bots: `${id}, ${id}` })],
    ['no system messages', discord({ system_messages: 'none' })],
    ['one of them', discord({ system_messages: 'joins' })],
    ['several in a text', discord({ system_messages: 'joins, pins' })],
    ['ids in a text', discord({ admins: `${id},${id}`, moderators: id })],
    ['one status', discord({ status: id })],
    ['several in one text', discord({ status: `${id}, 223456789012345678` })],
    ['a status as a map', discord({ status: { channel: id, servers: 'alpha', topic: true } })],
    ['all ways in one list', discord({ status: [id, { channel: '223456789012345678', servers: ['a'] }] })],
    ['who may', discord({ permissions: { kick: id, lua: [id], rooms: { [id]: { ban: 'BanMembers' } } } })],
    ['a token with blanks round it', discord({ token: ' token\n' })],
    ['users in a text', matrix({ admins: '@a:hs, @b:hs', invites_from: ['@a:hs'] })],
    ['power levels', matrix({ permissions: { kick: 50, ban: ['@a:hs', 100], rooms: { '!a:hs': { slap: '@b:hs' } } } })],
    [
      'an appservice',
      { adapters: { matrix: { homeserver_url: 'https://hs', appservice: { ...appservice, portals_for: 'hs' } } } },
    ],
    ['users of the page', { http: {}, adapters: { webchat: { admins: 'steam:76561198000000000', guests: true } } }],
  ])('takes what the bridge takes: %s', async (_, config) => {
    await parseConfig({ raw: config, variables: new Map(), file: undefined }, builtIns(undefined));
    expect(faults(config)).toEqual([]);
  });

  test('takes names of variables everywhere, and what the environment adds', () => {
    const url = '${URL}';
    const named = { http: { public_url: url }, dialect: url, log_level: { mqtt: url }, steam: {}, mqtt: { protocol: url } };
    expect(faults({ ...named, ...discord({ mentions: url, admins: [url], bots: url, status: url }) })).toEqual([]);
    expect(faults({ adapters: { discord: {}, matrix: { reactions: 'note' } } })).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a key that there is not', { mqtt: { adress: 'a' } }, '.mqtt'],
    ['a key that an adapter does not have', { adapters: { discord: { homeserver_url: 'x' } } }, '.adapters.discord'],
    ['the same by its type', { adapters: { mine: { type: 'discord', homeserver_url: 'x' } } }, '.adapters.mine'],
    ['a word that is none of those', { dialect: 'joins' }, '.dialect'],
    ['a room that is no text', { channels: [{ name: 'a', rooms: { discord: 123 } }] }, '.channels[0].rooms.discord'],
    ['an adapter without a type', { adapters: { mine: {} } }, '.adapters.mine'],
    ['a number out of range', { mqtt: { port: 0 } }, '.mqtt.port'],
  ])('flags %s', async (_, config, path) => {
    expect(faults(config).some((at) => at.replace(/\['(.*)'\]/, '.$1').startsWith(path))).toBe(true);
    await expect(parseConfig({ raw: config, variables: new Map(), file: undefined }, builtIns(undefined))).rejects.toBeInstanceOf(
      ConfigError,
    );
  });
});

/** Every piece of a configuration in the documentation, as a whole one; what is no piece of one is left out. */
function examples(): [where: string, config: unknown][] {
  const files = [
    'README.md',
    ...readdirSync(`${root}/docs`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const schema = JSON.parse(read('docs/config.schema.json'));
  return files.flatMap((file) =>
    [...read(file).matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)].flatMap(([, indent = '', block = '']): [string, unknown][] => {
      const config = parse(block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')) as Record<string, unknown>;
      const [first = ''] = Object.keys(config);
      const where = `${file}: ${first}`;
      if (first in schema.properties) return [[where, config]];
      return first in schema.definitions.discord.properties ? [[where, { adapters: { discord: config } }]] : [];
    }),
  );
}
