import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtIns } from '../bridges/index.ts';
import { ConfigError, parseConfig } from '../src/config.ts';
import { readSettings, secretsIn } from '../src/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosschat-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The configuration that these files and variables make. */
async function load(files: Record<string, string>, env: Record<string, string> = {}) {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return await parseConfig(readSettings(builtIns(undefined), folder, env), builtIns(undefined));
}

/** The sentences with which these files and variables are refused. */
async function problems(files: Record<string, string>, env: Record<string, string> = {}): Promise<readonly string[]> {
  try {
    await load(files, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replaceAll(`${folder}/`, ''));
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const simple = {
  MQTT_URL: 'mqtts://broker.example:8883',
  MQTT_USERNAME: 'bridge',
  MQTT_PASSWORD: 'hunter22',
  DISCORD_TOKEN: 'discord-secret',
  DISCORD_CHANNEL: '123456789012345678',
  MATRIX_HOMESERVER_URL: 'https://matrix.example',
  MATRIX_ACCESS_TOKEN: 'matrix-secret',
  MATRIX_ROOM: '#games:matrix.example',
};

describe('the simple case', () => {
  test('.env alone makes one channel of all servers, a Discord channel and a Matrix room', async () => {
    const env = Object.entries(simple)
      .map(([name, value]) => `${name}="${value}"`)
      .join('\n');
    const config = await load({ '.env': env });
    expect(config.mqtt).toMatchObject({
      urls: ['mqtts://broker.example:8883'],
      username: 'bridge',
      password: 'hunter22',
      topicPrefix: 'crosschat/',
    });
    expect(config.adapters.map(({ id, serverId }) => [id, serverId])).toEqual([
      ['discord', 'bridge'],
      ['matrix', 'bridge'],
    ]);
    expect(config.channels).toEqual([
      {
        name: 'main',
        servers: ['*'],
        rooms: [
          { adapter: 'discord', room: '123456789012345678' },
          { adapter: 'matrix', room: '#games:matrix.example' },
        ],
      },
    ]);
  });

  test('in .env, a # begins a comment only after a blank', async () => {
    const env = `
      # the broker
      export MQTT_URL = mqtts://broker.example   # ours
      MQTT_USERNAME='bridge' # it's "ours"
      MQTT_PASSWORD="two # words"
      SERVER_ID=            # bridge by default
      MATRIX_HOMESERVER_URL=https://matrix.example
      MATRIX_ACCESS_TOKEN=ab#cd"e
      MATRIX_ROOM=#games:matrix.example,#more:matrix.example\t# invite the bot's account`;
    for (const content of [env, env.replaceAll('\n', '\r\n')]) {
      const { mqtt, adapters, channels } = await load({ '.env': content });
      expect(mqtt).toMatchObject({ urls: ['mqtts://broker.example'], username: 'bridge', password: 'two # words' });
      expect(adapters[0]).toMatchObject({ serverId: 'bridge', config: { access_token: 'ab#cd"e' } });
      expect(channels[0]?.rooms.map(({ room }) => room)).toContain('#games:matrix.example');
      expect(channels[0]?.rooms.map(({ room }) => room)).toContain('#more:matrix.example');
    }
  });

  test('the environment goes over .env, and an empty variable counts as none', async () => {
    const config = await load(
      { '.env': 'SERVER_ID=here\nMQTT_URL=mqtt://a.example,mqtt://b.example' },
      { LOG_LEVEL: 'debug', MQTT_URL: '' },
    );
    expect(config.log.levels).toEqual({ default: 'debug' });
    expect(config.mqtt.urls).toEqual(['mqtt://a.example', 'mqtt://b.example']);
  });

  test('a secret may stand in a file of its own', async () => {
    const files = {
      password: 'hunter22\n',
      '.env': 'MQTT_URL=mqtts://a.example\nMQTT_USERNAME=bridge\nMQTT_PASSWORD_FILE=password',
    };
    expect((await load(files)).mqtt.password).toBe('hunter22');
    expect(await problems(files, { MQTT_PASSWORD: 'other' })).toEqual([
      'MQTT_PASSWORD and MQTT_PASSWORD_FILE are both set: keep one of the two.',
    ]);
    expect(await problems(files, { MQTT_PASSWORD_FILE: 'nowhere' })).toEqual(["nowhere: can't be read (ENOENT)."]);
  });

  test('user and password may stand in the address, and leave it', async () => {
    const config = await load({}, { MQTT_URL: 'mqtts://user:p%40ss@broker.example' });
    expect(config.mqtt).toMatchObject({ urls: ['mqtts://broker.example'], username: 'user', password: 'p@ss' });
  });

  test('a percent sign in the address that means nothing stays as it is', async () => {
    const { mqtt } = await load({}, { MQTT_URL: 'mqtts://bridge:100%25%zz@broker.example' });
    expect(mqtt.password).toBe('100%25%zz');
  });

  test('nothing at all is a configuration, with no broker and one channel', async () => {
    const config = await load({});
    expect(config.mqtt.urls).toEqual([]);
    expect(config.channels).toEqual([{ name: 'main', servers: ['*'], rooms: [] }]);
  });
});

test('a list of aliases in .env may have blanks after its commas; a comment after it is still one', async () => {
  const lines = [
    'MATRIX_HOMESERVER_URL=https://matrix.example',
    'MATRIX_ACCESS_TOKEN=a',
    'MATRIX_ROOM=#a:b, #c:d,  #e:f   # ours',
  ];
  const config = await load({ '.env': lines.join('\n') });
  expect(config.channels.flatMap(({ rooms }) => rooms.map(({ room }) => room))).toEqual(['#a:b', '#c:d', '#e:f']);
});

describe("the reference's config.json", () => {
  test('is read as it stands', async () => {
    const config = await load({
      'config.json': JSON.stringify(
        {
          mqtt: { host: 'mqtt.example.com', port: 8883, username: 'metatest1', password: 'change-me', tls: true },
          server_id: 'metatest1',
          console_host: '127.0.0.1',
          console_port: 20103,
          webchat_host: '127.0.0.1',
          webchat_port: 8443,
          topic_prefix: 'crosschat/',
          webchat: { report_client_errors: true },
          console_enabled: false,
          meta: { link: 'steam://connect/YOUR_IP:27015' },
        },
        null,
        '\t',
      ),
    });
    expect(config.mqtt).toMatchObject({
      urls: ['mqtts://mqtt.example.com:8883'],
      username: 'metatest1',
      password: 'change-me',
      meta: { link: 'steam://connect/YOUR_IP:27015' },
    });
    expect(config.notes).toEqual([expect.stringMatching(/ignores: .*console_port/)]);
  });

  test('without a port, it is 1883, or 8883 with TLS; an IPv6 address is no trouble', async () => {
    expect((await load({ 'config.json': '{"mqtt": {"host": "::1", "allow_anonymous": true}}' })).mqtt.urls).toEqual([
      'mqtt://[::1]:1883',
    ]);
    expect((await load({ 'config.json': '{"mqtt": {"host": "a.example", "tls": {"verify": false}}}' })).mqtt).toMatchObject({
      urls: ['mqtts://a.example:8883'],
      tls: { verify: false },
    });
  });
});

test('config.yaml: several channels, several adapters of one type, virtual servers of their own, secrets from the environment', async () => {
  const yaml = `
    mqtt: {url: [mqtt://127.0.0.1:1883, mqtt://127.0.0.1:1884], allow_anonymous: true}
    adapters:
      discord: {token: "\${TOKEN}", server_id: discord, mqtt: {username: discord, password: pw}}
      clan: {type: discord, token: other, server_id: clan}
    channels:
      - {name: eu, servers: ["eu-*"], rooms: {discord: "1", clan: ["2", "3"]}}
      - {name: all, rooms: {discord: "4"}}`;
  const config = await load({ 'config.yaml': yaml }, { TOKEN: 'from-the-environment' });
  expect(config.adapters).toMatchObject([
    {
      id: 'discord',
      serverId: 'discord',
      credentials: { username: 'discord', password: 'pw' },
      config: { token: 'from-the-environment' },
    },
    { id: 'clan', serverId: 'clan', credentials: undefined },
  ]);
  expect(config.channels.map(({ servers, rooms }) => [servers, rooms.map(({ adapter, room }) => `${adapter}/${room}`)])).toEqual([
    [['eu-*'], ['discord/1', 'clan/2', 'clan/3']],
    [['*'], ['discord/4']],
  ]);
});

test('the console has a room in every channel, and speaks on the one virtual server that there is', async () => {
  const yaml = `
    adapters: {console: {}, discord: {token: a, server_id: dc}}
    channels: [{name: eu, rooms: {discord: "1"}}, {name: us}]`;
  const config = await load({ 'config.yaml': yaml });
  expect(config.adapters.map(({ serverId }) => serverId)).toEqual(['dc', 'dc']);
  expect(config.channels.map(({ rooms }) => rooms.map(({ adapter, room }) => `${adapter}/${room}`))).toEqual([
    ['discord/1', 'console/eu'],
    ['console/us'],
  ]);
});

test('what a channel is told of its servers: everything, unless it says so', async () => {
  const yaml = `channels:
      - {name: all}
      - {name: yes, notices: true}
      - {name: no, notices: false}
      - {name: none, notices: []}
      - {name: one, notices: maps}
      - {name: some, notices: [servers, maps]}`;
  const { channels } = await load({ 'config.yaml': yaml });
  expect(channels.map(({ notices }) => notices)).toEqual([
    undefined,
    ['joins', 'servers', 'maps'],
    [],
    [],
    ['maps'],
    ['servers', 'maps'],
  ]);
  rmSync(join(folder, 'config.yaml'));
  expect((await load({}, { ...simple, NOTICES: 'servers, maps' })).channels[0]?.notices).toEqual(['servers', 'maps']);
  expect((await load({}, { ...simple, NOTICES: 'off' })).channels[0]?.notices).toEqual([]);
});

describe('what is wrong is said, with the key and what would be right', () => {
  const cases: [what: string, files: Record<string, string>, env: Record<string, string>, expected: RegExp][] = [
    ['a mistyped key', { 'config.yaml': 'sever_id: x' }, {}, /^sever_id: there is no such key \(did you mean "server_id"\?\)\.$/],
    [
      'a mistyped key below',
      { 'config.yaml': 'mqtt: {hots: x}' },
      {},
      /^mqtt\.hots: there is no such key \(did you mean "host"\?\)\.$/,
    ],
    ['a wrong type', { 'config.yaml': 'mqtt: {host: a, port: high}' }, {}, /^mqtt\.port: must be a whole number\.$/],
    ['a value out of range', { 'config.yaml': 'mqtt: {host: a, port: 70000}' }, {}, /^mqtt\.port: must be from 1 to 65535\.$/],
    [
      'a bad variable, by its own name',
      {},
      { MQTT_URL: 'broker.example' },
      /^MQTT_URL.*must be an address like mqtts:\/\/broker\.example:8883/,
    ],
    ['a server id that fits no topic', {}, { SERVER_ID: 'a/b' }, /^SERVER_ID: must be 1 to 64 characters/],
    [
      'an unknown adapter type',
      { 'config.yaml': 'adapters: {discrod: {}}' },
      {},
      /there is no adapter "discrod" \(did you mean "discord"\?\); there are console, discord, matrix, webchat\./,
    ],
    [
      'a room of an unknown adapter',
      { 'config.yaml': 'channels: [{name: a, rooms: {dicsord: "1"}}]' },
      {},
      /channels\.0\.rooms\.dicsord: there is no adapter "dicsord"/,
    ],
    [
      'a channel id that YAML has spoilt',
      { 'config.yaml': 'channels: [{name: a, rooms: {discord: 123456789012345678}}]' },
      {},
      /channels\.0\.rooms\.discord.*must be in quotes/,
    ],
    [
      'a room without a token',
      {},
      { DISCORD_CHANNEL: '1' },
      /^DISCORD_CHANNEL: there is no adapter "discord"; set DISCORD_TOKEN, or add it under adapters\.$/,
    ],
    [
      'a room without an account, in the file',
      { 'config.yaml': 'channels: [{name: a, rooms: {matrix: "#a:b"}}]' },
      {},
      /^channels\.0\.rooms\.matrix: there is no adapter "matrix"; set MATRIX_HOMESERVER_URL and MATRIX_ACCESS_TOKEN, or add/,
    ],
    [
      'a comma too many, by the name of the variable',
      {},
      { ...simple, MATRIX_ROOM: '#games:matrix.example,' },
      /^MATRIX_ROOM: must not be empty\.$/,
    ],
    [
      'a room that YAML reads as a number',
      { 'config.yaml': 'channels: [{name: a, rooms: {discord: 123456789012345678}}]' },
      {},
      /^channels\.0\.rooms\.discord\.0: must be in quotes, since YAML would read it/,
    ],
    [
      'an adapter without what it needs',
      {},
      { ...simple, MATRIX_HOMESERVER_URL: '' },
      /^adapters\.matrix\.homeserver_url: is missing/,
    ],
    [
      'notices of a kind that there is not',
      { 'config.yaml': 'channels: [{name: a, notices: [joins, deaths]}]' },
      {},
      /^channels\.0\.notices\.1: must be true, false, or a list of joins, servers, maps\.$/,
    ],
    [
      'notices that are a number',
      { 'config.yaml': 'channels: [{name: a, notices: 7}]' },
      {},
      /^channels\.0\.notices: must be true/,
    ],
    ['notices of a kind that there is not, in a variable', {}, { ...simple, NOTICES: 'joins,deaths' }, /^NOTICES: must be true/],
    ['notices in two places', { 'config.yaml': 'channels: []' }, { NOTICES: 'off' }, /NOTICES is set as well: say it there/],
    ['rooms in two places', { 'config.yaml': 'channels: []' }, simple, /name the rooms in one of the two places/],
    ['an unset variable', { 'config.yaml': 'server_id: "${NAME}"' }, {}, /config\.yaml: the environment variable NAME/],
    ['a file that is no YAML', { 'config.yaml': 'a: [1' }, {}, /^config\.yaml: .*line/],
    ['a file that is no map', { 'config.json': '[]' }, {}, /^config\.json: must be a map of settings/],
    [
      'a missing certificate',
      { 'config.yaml': 'mqtt: {host: a, tls: {ca_file: /nowhere.pem}}' },
      {},
      /mqtt\.tls\.ca_file: the file "\/nowhere\.pem" can't be read \(ENOENT\)/,
    ],
    ['two channels of one name', { 'config.yaml': 'channels: [{name: a}, {name: a}]' }, {}, /two channels "a"/],
    [
      'TLS files for an address without TLS',
      { 'ca.pem': 'x' },
      { MQTT_URL: 'mqtt://a', MQTT_ALLOW_ANONYMOUS: 'true', MQTT_CA_FILE: 'ca.pem' },
      /^MQTT_CA_FILE: is of no use without TLS; begin the address of a with mqtts:\/\//m,
    ],
    ['TLS for one address of two', { 'config.yaml': 'mqtt: {url: ["mqtts://a", "ws://b"], tls: true}' }, {}, /address of b with/],
    ['two users for one broker', { 'config.yaml': 'mqtt: {url: ["mqtts://a:b@a", "mqtts://c:d@b"]}' }, {}, /same user name and/],
    ['a port of nothing', { 'config.yaml': 'mqtt: {port: 1884}' }, {}, /^mqtt\.port: stands without mqtt\.host\.$/],
    ['a host that is none', { 'config.yaml': 'mqtt: {host: "mqtt://a b"}' }, {}, /^mqtt\.host: must be a host name/],
    [
      'a type that every object knows',
      { 'config.yaml': 'adapters: {x: {type: toString}}' },
      {},
      /there is no adapter "toString"/,
    ],
    ['a database of another kind', {}, { DATABASE_URL: 'mysql://a:hunter22@b/c' }, /^DATABASE_URL: must be .* "postgres:\/\//],
    ['an address that is none', {}, { DATABASE_URL: 'postgres://a:b@:x' }, /^DATABASE_URL: must be the address of a PostgreSQL/],
    ['a store of no size', {}, { STORE_MAX_MB: '0' }, /^STORE_MAX_MB: must be at least 1\.$/],
    ['a store that keeps nothing', { 'config.yaml': 'store: {keep_days: 0}' }, {}, /^store\.keep_days: must be more than 0\.$/],
    ['a mistyped key of the store', { 'config.yaml': 'store: {keep_day: 1}' }, {}, /did you mean "keep_days"/],
    [
      'a flood limit below none',
      { 'config.yaml': 'flood: {user_per_minute: -1}' },
      {},
      /^flood\.user_per_minute: must not be below 0/,
    ],
    ['a flood limit that is no map', { 'config.yaml': 'flood: 5' }, {}, /^flood: must be a map with user_per_minute and/],
    ['reactions in other words', {}, { GAME_REACTIONS: 'some' }, /^GAME_REACTIONS: must be true or false\.$/],
    ['a standby in other words', {}, { STANDBY: 'maybe' }, /^STANDBY: must be true or false\.$/],
    ['a standby without a broker', {}, { STANDBY: 'true' }, /^STANDBY: needs a broker that both instances reach/],
    ['an age without end', {}, { MAX_DELIVERY_AGE_HOURS: '1e9' }, /^MAX_DELIVERY_AGE_HOURS: must be a number of hours\.$/],
    ['url and host', { 'config.yaml': 'mqtt: {url: "mqtt://a", host: b}' }, {}, /either url or host/],
  ];
  test.each(cases)('%s', async (_what, files, env, expected) => {
    expect((await problems(files, env)).join('\n')).toMatch(expected);
  });

  test('every problem is named at once', async () => {
    expect(await problems({ 'config.yaml': 'server_id: ""\nidle_minutes: -1\nmqtt: {port: 0}' })).toHaveLength(3);
  });

  test('no sentence holds a secret', async () => {
    const yaml = `
      mqtt: {url: "mqtt://user:hunter22@", password: [hunter22]}
      adapters: {discord: {token: [hunter22]}}
      oops: "hunter22
    `;
    expect((await problems({ 'config.yaml': yaml })).join()).not.toContain('hunter22');
    const fixed = yaml.replace('oops: "hunter22', '');
    expect((await problems({ 'config.yaml': fixed })).join()).not.toContain('hunter22');
  });

  test.each([
    ['config.json', '{\n  "token": hunter22\n}', /^config\.json: Unexpected token 'h' in line 2$/],
    ['config.json', 'hunter22', /^config\.json: Unexpected token 'h' at its beginning$/],
    ['config.json', '{"token": "hunter22"x}', /^config\.json: Expected ',' or '}'/],
    ['config.yaml', 'password: *hunter22', /^config\.yaml: Unresolved alias: .* quotes$/],
  ])('%s that is written wrongly is not quoted: %j', async (name, content, expected) => {
    const [sentence = ''] = await problems({ [name]: content });
    expect(sentence).not.toContain('unter22');
    expect(sentence).toMatch(expected);
  });
});

test('how long things are kept and how much may be said, from the file, from variables, and by default', async () => {
  expect(await load({})).toMatchObject({
    databaseUrl: undefined,
    store: { keepDays: 30, maxBytes: 500_000_000 },
    maxDeliveryAge: 24 * 3_600_000,
    flood: { user: 120, server: 3_000 },
    http: undefined,
    maxFileBytes: 50_000_000,
    standby: false,
    gameReactions: true,
  });
  const env = {
    DATABASE_URL: 'postgresql://bridge:pw@db.example/bridge',
    STORE_KEEP_DAYS: '0.5',
    STORE_MAX_MB: '20',
    MAX_DELIVERY_AGE_HOURS: '1.5',
    FLOOD_USER_PER_MINUTE: '0',
    FLOOD_SERVER_PER_MINUTE: '60',
    HTTP_HOST: '::',
    HTTP_PORT: '0',
    PUBLIC_URL: 'https://bridge.example/chat/',
    MEDIA_MAX_MB: '0.5',
    STANDBY: 'yes',
    MQTT_URL: 'mqtt://broker.example',
  };
  const expected = {
    databaseUrl: 'postgresql://bridge:pw@db.example/bridge',
    store: { keepDays: 0.5, maxBytes: 20_000_000 },
    maxDeliveryAge: 5_400_000,
    flood: { user: 0, server: 60 },
    http: { host: '::', port: 0, publicUrl: 'https://bridge.example/chat' },
    maxFileBytes: 500_000,
    standby: true,
  };
  expect(await load({}, env)).toMatchObject(expected);
  const yaml = `
    database_url: "\${DATABASE_URL}"
    store: {keep_days: 0.5, max_mb: 20}
    max_delivery_age_hours: 1.5
    flood: {user_per_minute: 0, server_per_minute: 60}
    http: {host: "::", port: 0, public_url: "https://bridge.example/chat"}
    media: {max_mb: 0.5}
    standby: true`;
  expect(await load({ 'config.yaml': yaml }, { DATABASE_URL: env.DATABASE_URL, MQTT_URL: env.MQTT_URL })).toMatchObject(expected);
});

test('an address that nobody could open is refused, and what is not asked for is by default', async () => {
  expect((await load({}, { PUBLIC_URL: 'https://bridge.example' })).http).toEqual({
    host: '127.0.0.1',
    port: 8_080,
    publicUrl: 'https://bridge.example',
  });
  for (const url of [
    'bridge.example',
    'ftp://bridge.example',
    'https://user:secret@bridge.example',
    'https://bridge.example?a=b',
  ])
    expect(await problems({}, { PUBLIC_URL: url })).toEqual([expect.stringMatching(/^PUBLIC_URL: must be an address/)]);
  expect(await problems({}, { HTTP_PORT: '70000' })).toEqual(['HTTP_PORT: must be from 0 to 65535; 0 is any that is free.']);
  expect(await problems({ 'config.yaml': 'http: {prot: 80}' })).toEqual([
    'http.prot: there is no such key (did you mean "port"?).',
  ]);
});

test('who may moderate, and for how long a kick mutes, is everybody and a minute unless it is said', async () => {
  expect((await load({}, {})).moderation).toMatchObject({ servers: ['*'], mute: 60_000 });
  const env = { MODERATION_SERVERS: 'eu-*, lobby', MODERATION_MUTE_SECONDS: '0' };
  expect((await load({}, env)).moderation).toMatchObject({ servers: ['eu-*', 'lobby'], mute: 0 });
  expect((await load({ 'config.yaml': 'moderation: {servers: []}' })).moderation.servers).toEqual([]);
  expect(await problems({ 'config.yaml': 'moderation: {servers: 7, mute_seconds: -1, kick: 1}' })).toEqual([
    expect.stringMatching(/^moderation\.servers: must be a list of server ids/),
    expect.stringMatching(/^moderation\.mute_seconds: must be a number of seconds from 0 to 86400/),
    expect.stringMatching(/^moderation\.kick: there is no such key/),
  ]);
});

test('secrets are found wherever they stand', () => {
  const raw = {
    mqtt: { url: ['mqtts://user:in%20url@host'], password: 'one' },
    adapters: {
      discord: { token: 'two', mqtt: { password: 'three' } },
      matrix: { access_token: 'four', homeserver_url: 'https://not.one' },
    },
  };
  expect(secretsIn(raw).sort()).toEqual(['four', 'in url', 'in%20url', 'one', 'three', 'two']);
  expect(secretsIn({ url: 'mqtts://user:with@sign@host' })).toContain('with@sign');
  const databases = ['postgres://user:first%21@host/db', 'postgres://host/db?user=a&password=second%21&ssl=true'];
  expect(databases.flatMap((database_url) => secretsIn({ database_url }))).toEqual([
    'first%21',
    'first!',
    'second%21',
    'second!',
  ]);
});
