/** The arguments of the command line. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigError } from './config.ts';

/** What `--help` prints. */
export const HELP = `crosschat-bridge joins game servers that talk crosschat to Discord channels and Matrix rooms.

Usage: crosschat-bridge [command] [options]

Commands:
  run       run the bridge (this is what happens without a command)
  check     check the configuration, try every connection, and say what works
  console   talk on a crosschat network from this terminal, without Discord or Matrix
  store info [--json]           say what the database holds, and how each room and server fares
  store prune                   delete now what is older or more than the configuration lets be kept
  store export                  print all events that are kept, as JSON lines
  dead-letters list             list what could not be delivered, with its id and the reason
  dead-letters retry            let it be tried again
  dead-letters drop             forget it

Options:
  --config FILE                 the configuration (default: config.yaml, config.yml or config.json, where there is one)
  -h, --help                    show this
  -v, --version                 show the version

Options of dead-letters:
  ID...                         those with these ids (list shows them)
  --destination NAME            those for one room or server
  --all                         all of them
  --json                        list them as JSON lines

Options of console:
  --url mqtt://HOST:PORT        the broker (mqtts:// for TLS)
  --server-id ID                the id to be on the network as: one that nobody else uses
  --username NAME               the broker's user; the password is taken from MQTT_PASSWORD
  --allow-anonymous             go without a user name
  --allow-insecure-transport    send the password without TLS

Without a configuration file and without settings in .env or the environment, the bridge runs a broker of its own with two
simulated game servers. The settings are described in README.md and .env.example.`;

const OPTIONS = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  url: { type: 'string' },
  'server-id': { type: 'string' },
  username: { type: 'string' },
  'allow-anonymous': { type: 'boolean' },
  'allow-insecure-transport': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** The options that only `console` has: to ignore them would be to do something else than was asked. */
export const CONSOLE_OPTIONS = ['url', 'server-id', 'username', 'allow-anonymous', 'allow-insecure-transport'] as const;

/** Commands that work on the store alone, with arguments of their own. */
const STORE_COMMANDS = ['store', 'dead-letters'];
/** All commands. */
export const COMMANDS = ['run', 'check', 'console', ...STORE_COMMANDS];

/** What was asked for. */
export type Arguments = ReturnType<typeof readArguments>;

/**
 * Reads the arguments of the process.
 * @returns `own`: what stands after a command that works on the store alone
 * @throws {ConfigError} for an option that there is not
 */
export function readArguments() {
  const known = { allowPositionals: true, options: OPTIONS } as const;
  const { positionals, tokens } = parseArgs({ ...known, strict: false, tokens: true });
  const [command = ''] = positionals;
  try {
    if (!STORE_COMMANDS.includes(command)) return { ...parseArgs(known), own: undefined };
    // What is not for everybody is for the command.
    const own = new Set<number>();
    for (const token of tokens)
      if (token.kind !== 'option' || !['config', 'help', 'version'].includes(token.name)) own.add(token.index);
    const all = process.argv.slice(2);
    const { values } = parseArgs({ ...known, args: all.filter((_, index) => !own.has(index)) });
    return { values, positionals, own: all.filter((_, index) => own.has(index)).slice(1) };
  } catch (error) {
    // What Node says after its first sentence is for programmers.
    const [fault = ''] = (error as Error).message.split(/\.\s/);
    throw new ConfigError([`${fault}; --help lists what there is.`]);
  }
}
