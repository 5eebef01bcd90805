/** Where the configuration comes from: a file, `.env` and the environment. What it means is `config.ts`'s business. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { AdapterEntries } from './adapter.ts';
import { ConfigError, type Settings } from './config.ts';
import { fileFault } from './config-files.ts';
import { readLevels } from './config-log.ts';
import { percentDecoded } from './text/percent.ts';

type Read = (value: string) => unknown;

const asText: Read = (value) => value;
const asList: Read = (value) => value.split(',').map((part) => part.trim());
const asNumber: Read = (value) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);
const asFlag: Read = (value) =>
  ({ true: true, yes: true, on: true, 1: true, false: false, no: false, off: false, 0: false })[value.toLowerCase()] ?? value;
const asFlagOrList: Read = (value) => {
  const flag = asFlag(value);
  return flag === value ? asList(value) : flag;
};

/** The core's environment variables, and the values of the configuration that they stand for. Adapters have their own. */
const VARIABLES: Readonly<Record<string, readonly [path: string, read: Read]>> = {
  MQTT_URL: ['mqtt.url', asList],
  MQTT_USERNAME: ['mqtt.username', asText],
  MQTT_PASSWORD: ['mqtt.password', asText],
  MQTT_CA_FILE: ['mqtt.tls.ca_file', asText],
  MQTT_CERT_FILE: ['mqtt.tls.cert_file', asText],
  MQTT_KEY_FILE: ['mqtt.tls.key_file', asText],
  MQTT_ALLOW_ANONYMOUS: ['mqtt.allow_anonymous', asFlag],
  MQTT_ALLOW_INSECURE_TRANSPORT: ['mqtt.allow_insecure_transport', asFlag],
  SERVER_ID: ['server_id', asText],
  TOPIC_PREFIX: ['topic_prefix', asText],
  IDLE_MINUTES: ['idle_minutes', asNumber],
  DATA_DIR: ['data_dir', asText],
  DATABASE_URL: ['database_url', asText],
  STORE_KEEP_DAYS: ['store.keep_days', asNumber],
  STORE_MAX_MB: ['store.max_mb', asNumber],
  MAX_DELIVERY_AGE_HOURS: ['max_delivery_age_hours', asNumber],
  FLOOD_USER_PER_MINUTE: ['flood.user_per_minute', asNumber],
  FLOOD_SERVER_PER_MINUTE: ['flood.server_per_minute', asNumber],
  ACCOUNTS_SERVERS: ['accounts.servers', asList],
  MODERATION_SERVERS: ['moderation.servers', asList],
  MODERATION_BAN_REASON: ['moderation.ban_reason', asFlag],
  MODERATION_MUTE_SECONDS: ['moderation.mute_seconds', asNumber],
  HTTP_HOST: ['http.host', asText],
  HTTP_PORT: ['http.port', asNumber],
  PUBLIC_URL: ['http.public_url', asText],
  HTTP_MONITORING_TOKEN: ['http.monitoring_token', asText],
  HTTP_OPERATOR_TOKEN: ['http.operator_token', asText],
  MEDIA_MAX_MB: ['media.max_mb', asNumber],
  STEAM_API_KEY: ['steam.api_key', asText],
  STANDBY: ['standby', asFlag],
  GOODBYE: ['goodbye', asFlag],
  GAME_REACTIONS: ['game_reactions', asFlag],
  LOG_WHISPERS: ['log_whispers', asFlag],
  LOG_LEVEL: ['log_level', readLevels],
  LOG_FORMAT: ['log_format', asText],
};

const CONFIG_FILES = ['config.yaml', 'config.yml', 'config.json'];

/**
 * Reads the settings. The environment goes over `.env`, and both over the file.
 * @param adapters the adapters that there are, with the variables that they are configured by
 * @param folder where `.env` and the configuration file are looked for
 * @throws {ConfigError} for a file that can't be read or understood
 */
export function readSettings(
  adapters: AdapterEntries,
  folder: string,
  environment: NodeJS.ProcessEnv,
  configFile?: string,
): Settings {
  const envFile = join(folder, '.env');
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const env = { ...(isThere(envFile) ? parseEnv(read(envFile)) : {}), ...set };
  const file = configFile ? resolve(folder, configFile) : CONFIG_FILES.map((name) => join(folder, name)).find(isThere);
  const raw = file ? parseFile(file, read(file, configFile && '--config'), env) : {};
  const variables = new Map<string, string>();
  for (const [variable, [path, reader]] of [...Object.entries(VARIABLES), ...variablesOf(adapters)]) {
    const value = given(variable, env, folder);
    if (value === '') continue;
    setAt(raw, path.split('.'), reader(value));
    variables.set(path, variable);
  }
  addRooms(adapters, raw, env, variables);
  return { raw, variables, file };
}

/** What a variable says, or what is in the file that `<variable>_FILE` names: that is how containers hand over secrets. */
function given(variable: string, env: NodeJS.ProcessEnv, folder: string): string {
  const value = env[variable]?.trim() ?? '';
  const file = env[`${variable}_FILE`]?.trim() ?? '';
  if (file === '') return value;
  if (value !== '') throw new ConfigError([`${variable} and ${variable}_FILE are both set: keep one of the two.`]);
  return read(resolve(folder, file), `${variable}_FILE`).trim();
}

/** Every secret in a raw configuration, so that the log can leave them out. */
export function secretsIn(raw: unknown): string[] {
  if (typeof raw === 'string')
    return [...raw.matchAll(/:\/\/[^/@:]*:([^/\s]+)@|[?&]password=([^&\s]+)/g)].flatMap(([, before, after]) => {
      const password = before ?? after ?? '';
      return [password, percentDecoded(password)];
    });
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).flatMap(([key, value]) =>
    typeof value === 'string' && /token|password|secret|api_?key/i.test(key) ? [value] : secretsIn(value),
  );
}

/**
 * Every environment variable, with the path of the value that it stands for: `mqtt.url`, or `channels[].rooms` for that of a channel.
 */
export function allVariables(adapters: AdapterEntries): (readonly [variable: string, path: string])[] {
  const ofRooms = Object.values(adapters).flatMap(({ environment }) => (environment ? [environment.rooms] : []));
  return [
    ...[...Object.entries(VARIABLES), ...variablesOf(adapters)].map(([variable, [path]]) => [variable, path] as const),
    ...ofRooms.map((variable) => [variable, 'channels[].rooms'] as const),
    ['NOTICES', 'channels[].notices'],
  ];
}

/** The variables of the adapters, and the values of the configuration that they stand for. */
function variablesOf(adapters: AdapterEntries): [variable: string, to: readonly [path: string, read: Read]][] {
  return Object.entries(adapters).flatMap(([type, { environment }]) =>
    Object.entries({ ...environment?.required, ...environment?.optional }).map(
      ([variable, key]): [string, readonly [string, Read]] => [variable, [`adapters.${type}.${key}`, asText]],
    ),
  );
}

/** Puts the rooms that the environment names into a channel of their own. */
function addRooms(
  adapters: AdapterEntries,
  raw: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  variables: Map<string, string>,
): void {
  const rooms: Record<string, unknown> = {};
  const set: string[] = [];
  for (const [type, { environment }] of Object.entries(adapters)) {
    const value = environment && env[environment.rooms]?.trim();
    if (!value) continue;
    rooms[type] = asList(value);
    set.push(environment.rooms);
    variables.set(`channels.0.rooms.${type}`, environment.rooms);
  }
  const notices = env['NOTICES']?.trim();
  if (notices && raw['channels'] !== undefined) {
    throw new ConfigError(['The configuration file has channels, and NOTICES is set as well: say it there, in each channel.']);
  }
  if (set.length === 0) return;
  if (raw['channels'] !== undefined) {
    throw new ConfigError([
      `The configuration file has channels, and ${set.join(' and ')} is set as well: name the rooms in one of the two places.`,
    ]);
  }
  raw['channels'] = [{ name: 'main', rooms, ...(notices && { notices: asFlagOrList(notices) }) }];
  variables.set('channels.0.notices', 'NOTICES');
}

function parseFile(path: string, content: string, env: NodeJS.ProcessEnv): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = path.endsWith('.json') ? JSON.parse(content) : parseYaml(content);
  } catch (error) {
    throw new ConfigError([`${path}: ${faultIn(content, String((error as Error).message))}.`]);
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw new ConfigError([`${path}: must be a map of settings, like "server_id: bridge".`]);
  return fillIn(parsed, path, env) as Record<string, unknown>;
}

/** What is wrong with a file, and where, in the words of its parser, but for those that quote the file: it holds secrets. */
function faultIn(content: string, message: string): string {
  const [, said, before, quoted = ''] =
    /^(Unexpected token '.'), (\.{3})?"(.*)"(?:\.{3})? is not valid JSON$/su.exec(message) ?? [];
  if (said !== undefined) {
    // The place is behind the first ten characters that are quoted, unless these are the first ones of the file.
    const end = content.indexOf(quoted) + 10;
    return before === undefined ? `${said} at its beginning` : `${said} in line ${content.slice(0, end).split('\n').length}`;
  }
  if (message.startsWith('Unresolved alias')) return 'Unresolved alias: a value that begins with * has to stand in quotes';
  // The lines behind the first one, which ends in a colon, quote the file.
  return (message.split('\n')[0] ?? '').replace(/[:.]$/, '');
}

/** Replaces every `${NAME}` in a text by that environment variable. */
function fillIn(value: unknown, path: string, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => {
      const found = env[name];
      if (found === undefined)
        throw new ConfigError([`${path}: the environment variable ${name}, used as \${${name}}, is not set.`]);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, path, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, path, env)]));
}

/** @param namedBy what names the file, where it is not the bridge that looked for it */
function read(path: string, namedBy?: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw namedBy === undefined ? unreadable(path, error) : new ConfigError([fileFault(namedBy, path, error)]);
  }
}

/** Whether there is a file. @throws {ConfigError} where its folder can't be looked into: nobody shall get the demo in place of a bridge */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ConfigError {
  return new ConfigError([`${path}: can't be read (${(error as NodeJS.ErrnoException).code}).`]);
}

/** A line of `.env`: a name, and a value that may stand in quotes. */
const ENV_LINE = /^\s*(?:export\s+)?(\w+)\s*=(?:\s*(["'`])(.*?)\2\s*(?:#.*)?|(.*?)(?:(?<![,\s])\s+#.*)?)$/;

/**
 * Reads `.env`. As in a shell, a # begins a comment only after a blank: aliases of rooms begin with one, and passwords hold it. After a
 * comma it does not, since a list of aliases goes on there.
 */
function parseEnv(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of content.split(/\r?\n/)) {
    const [, name, , quoted, bare = ''] = ENV_LINE.exec(line) ?? [];
    if (name !== undefined) values[name] = quoted ?? bare.trim();
  }
  return values;
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  target[key] = next;
  setAt(next, rest, value);
}
