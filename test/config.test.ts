/** What a configuration means. */
import { expect, test } from 'vitest';
import { load, problems, simple } from './support/configuration.ts';

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
  expect((await load({}, { ...simple, NOTICES: 'servers, maps' })).channels[0]?.notices).toEqual(['servers', 'maps']);
  expect((await load({}, { ...simple, NOTICES: 'off' })).channels[0]?.notices).toEqual([]);
});

test('how long things are kept and how much may be said, from the file, from variables, and by default', async () => {
  expect(await load({})).toMatchObject({
    databaseUrl: undefined,
    store: { keepDays: 30, auditDays: 365, maxBytes: 500_000_000 },
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
    store: { keepDays: 0.5, auditDays: 365, maxBytes: 20_000_000 },
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
