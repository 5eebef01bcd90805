/** Where a configuration comes from: variables, .env, and a file in one of two formats. */
import { describe, expect, test } from 'vitest';
import { secretsIn } from '../src/settings.ts';
import { load, problems, simple } from './support/configuration.ts';

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
    expect(await problems(files, { MQTT_PASSWORD_FILE: 'nowhere' })).toEqual([
      'MQTT_PASSWORD_FILE: there is no file "nowhere"; write it, or correct its name.',
    ]);
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
