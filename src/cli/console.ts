/** `crosschat-bridge console`: a guest on a network, with nothing but a terminal. */
import { ConfigError, type Settings } from '../config.ts';
import { defined } from '../defined.ts';
import { defineCommand, type Given, type Options } from './command.ts';
import { givenSettings } from './given-config.ts';
import { runBridge } from './run.ts';

const OPTIONS = {
  url: { type: 'string', value: 'mqtt://HOST:PORT', help: 'the broker (mqtts:// for TLS)' },
  'server-id': { type: 'string', value: 'ID', help: 'the id to be on the network as: one that nobody else uses' },
  username: { type: 'string', value: 'NAME', help: "the broker's user; the password is taken from MQTT_PASSWORD" },
  'allow-anonymous': { type: 'boolean', help: 'go without a user name' },
  json: { type: 'boolean', help: 'print what is said as JSON lines, and take no input' },
  'allow-insecure-transport': { type: 'boolean', help: 'send the password without TLS' },
} as const satisfies Options;

export const consoleCommand = defineCommand({
  name: 'console',
  summary: 'talk on a crosschat network from this terminal, without Discord or Matrix',
  options: OPTIONS,
  run: async ({ values }, surroundings) => {
    const settings = () => consoleSettings(givenSettings(surroundings.adapters, values.config), values);
    // What is missing is told before the terminal is taken.
    settings();
    const { json } = values;
    return runBridge(settings, surroundings, { desk: json ? undefined : surroundings.openDesk(true), json });
  },
});

/** The network of the settings, and on it nothing but the console. */
function consoleSettings({ raw, variables, file }: Settings, options: Given<typeof OPTIONS>['values']): Settings {
  const { mqtt, topic_prefix, dialect, adapters, log_level = options.json ? 'info' : 'warn' } = raw;
  const serverId = options['server-id'];
  if (serverId === undefined)
    throw new ConfigError(['console: --server-id is missing; give an id that nobody else on the network uses.']);
  const given = defined({
    url: options.url,
    username: options.username,
    allow_anonymous: options['allow-anonymous'],
    allow_insecure_transport: options['allow-insecure-transport'],
  });
  const { host, port, url, tls, ...kept } = (mqtt ?? {}) as Record<string, unknown>;
  // What belongs to the configured address is left behind with it.
  const address = given.url
    ? defined({ tls: /^(mqtts|wss):/i.test(given.url) ? tls : undefined })
    : defined({ host, port, url, tls });
  if (!given.url && !host && !url) throw new ConfigError(['console: --url is missing; give the address of the broker.']);
  const own = (adapters as Record<string, unknown> | undefined)?.['console'] ?? {};
  return {
    raw: {
      ...defined({ topic_prefix, dialect }),
      // Adapters whose levels it may name are not there.
      log_level: typeof log_level === 'object' ? { default: 'warn', ...log_level }.default : log_level,
      server_id: serverId,
      mqtt: { ...kept, ...address, ...given },
      adapters: { console: own },
    },
    variables,
    file,
  };
}
