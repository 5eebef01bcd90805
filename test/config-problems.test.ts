/** What is wrong with a configuration is said. */
import { describe, expect, test } from 'vitest';
import { problems, simple } from './support/configuration.ts';

describe('what is wrong is said, with the key and what would be right', () => {
  const cases: [what: string, files: Record<string, string>, env: Record<string, string>, expected: RegExp][] = [
    ['a mistyped key', { 'config.yaml': 'sever_id: x' }, {}, /^sever_id: there is no such key \(did you mean "server_id"\?\)\.$/],
    [
      'a mistyped key below',
      { 'config.yaml': 'mqtt: {hots: x}' },
      {},
      /^mqtt\.hots: there is no such key \(did you mean "host"\?\)\.$/,
    ],
    [
      "a mistyped key of an adapter's own",
      { 'config.yaml': 'adapters: {discord: {token: a, mention: members}}' },
      {},
      /^adapters\.discord\.mention: there is no such key \(did you mean "mentions"\?\)\.$/,
    ],
    [
      'a mistyped key that every adapter has',
      { 'config.yaml': 'adapters: {game: {type: console, sever_id: x}}' },
      {},
      /^adapters\.game\.sever_id: there is no such key \(did you mean "server_id"\?\)\.$/,
    ],
    [
      'a mistyped key in a list of an adapter',
      { 'config.yaml': 'adapters: {discord: {token: a, status: [{channel: "112233445566778899", tpic: true}]}}' },
      {},
      /^adapters\.discord\.status\.0\.tpic: there is no such key \(did you mean "topic"\?\)\.$/,
    ],
    [
      'a mistyped key in a map of an adapter',
      { 'config.yaml': 'adapters: {discord: {token: a, permissions: {rooms: {"1": {kik: []}}}}}' },
      {},
      /^adapters\.discord\.permissions\.rooms\.1\.kik: there is no such key \(did you mean "kick"\?\)\.$/,
    ],
    [
      'a key that resembles none',
      { 'config.yaml': 'adapters: {discord: {token: a, colour_of_the_sky: blue}}' },
      {},
      /^adapters\.discord\.colour_of_the_sky: there is no such key\.$/,
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
      'an adapter with the name under which players are kept',
      { 'config.yaml': 'adapters: {steam: {type: console}}' },
      {},
      /^adapters\.steam: must have another name: bans and blocks of players are kept under this one\.$/,
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
    ['a file that is no YAML', { 'config.yaml': 'a: [1' }, {}, /^config\.yaml: .* line 1, column 6\.$/],
    ['a file that is no map', { 'config.json': '[]' }, {}, /^config\.json: must be a map of settings/],
    [
      'a missing certificate',
      { 'config.yaml': 'mqtt: {host: a, tls: {ca_file: /nowhere.pem}}' },
      {},
      /^mqtt\.tls\.ca_file: there is no file "\/nowhere\.pem"; write it, or correct its name\.$/,
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
    [
      'a standby without a goodbye',
      {},
      { STANDBY: 'true', GOODBYE: 'false', MQTT_URL: 'mqtt://a' },
      /^GOODBYE: must be true with standby/,
    ],
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
    ['config.json', '{\n  "token": hunter22\n}', /^config\.json: Unexpected token 'h' in line 2\.$/],
    ['config.json', 'hunter22', /^config\.json: Unexpected token 'h' at its beginning\.$/],
    ['config.json', '{"token": "hunter22"x}', /^config\.json: Expected ',' or '}'/],
    ['config.yaml', 'password: *hunter22', /^config\.yaml: Unresolved alias: .* quotes\.$/],
  ])('%s that is written wrongly is not quoted: %j', async (name, content, expected) => {
    const [sentence = ''] = await problems({ [name]: content });
    expect(sentence).not.toContain('unter22');
    expect(sentence).toMatch(expected);
  });
});
