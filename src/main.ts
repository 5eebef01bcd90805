#!/usr/bin/env node
/** The command line. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { builtIns, openTerminal, type Terminal } from '../bridges/index.ts';
import { type Arguments, COMMANDS, CONSOLE_OPTIONS, HELP, readArguments } from './arguments.ts';
import { besideBridge } from './beside.ts';
import { check } from './check.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError, parseConfig, parseStoreConfig, type Settings } from './config.ts';
import { deadLettersCommand } from './dead-letters-command.ts';
import { defined } from './defined.ts';
import { makeLog } from './log.ts';
import { run } from './run.ts';
import { readSettings, secretsIn } from './settings.ts';
import { storeCommand } from './store-command.ts';
import { nearest } from './text/nearest.ts';

/** Runs the command line. @returns the exit code */
async function main(): Promise<number> {
  const { values, positionals, own } = readArguments();
  if (values.help) return print(HELP);
  if (values.version)
    return print((createRequire(import.meta.url)('crosschat-bridge/package.json') as { version: string }).version);
  const [command = 'run'] = positionals;
  const unknown = COMMANDS.includes(command) ? (own ? undefined : positionals[1]) : command;
  if (unknown !== undefined) {
    const close = nearest(unknown, COMMANDS);
    throw new ConfigError([
      `There is no command "${unknown}"${close ? ` (did you mean "${close}"?)` : ''}; --help lists what there is.`,
    ]);
  }
  if (own) return onStore(command, own, values.config);
  const standalone = command === 'console';
  const misplaced = standalone ? undefined : CONSOLE_OPTIONS.find((option) => values[option] !== undefined);
  if (misplaced) {
    throw new ConfigError([
      `--${misplaced} is an option of the command console; for ${command}, see README.md and .env.example.`,
    ]);
  }
  const given = readSettings(builtIns(undefined), process.cwd(), process.env, values.config);
  const settings = standalone ? consoleSettings(given, values) : given;
  const secrets = secretsIn(settings.raw);
  if (command === 'check') return check(await configOf(settings), makeLog('silent', secrets), print);

  const terminal =
    standalone || (process.stdin.isTTY && process.stdout.isTTY) ? openTerminal(process.stdin, process.stdout) : undefined;
  try {
    const parsed = await configOf(settings, terminal);
    return await run(parsed, makeLog(parsed.logLevel, secrets, terminal), terminal?.onInterrupt);
  } finally {
    terminal?.close();
  }
}

/** Carries out a command that works on the store alone: whatever else is configured may be wrong. */
function onStore(command: string, args: readonly string[], configFile: string | undefined): Promise<number> {
  const settings = readSettings(builtIns(undefined), process.cwd(), process.env, configFile);
  const config = parseStoreConfig(settings);
  const log = makeLog('silent', secretsIn(settings.raw));
  return besideBridge(config, log, (store) =>
    command === 'store'
      ? storeCommand(args, { store, keep: config.store, clock: systemClock, print: printInTime })
      : deadLettersCommand(args, store, printInTime),
  );
}

function configOf(settings: Settings, terminal?: Terminal): Promise<Config> {
  const { adapters } = settings.raw;
  // The console is there without being configured; what is no map at all is for the schema to complain about.
  const withConsole =
    adapters === undefined || (typeof adapters === 'object' && adapters !== null) ? { console: {}, ...adapters } : adapters;
  return parseConfig({ ...settings, raw: { ...settings.raw, adapters: withConsole } }, builtIns(terminal));
}

/** The network of the settings, and on it nothing but the console. */
function consoleSettings({ raw, variables, file }: Settings, options: Arguments['values']): Settings {
  const { mqtt, topic_prefix, dialect, adapters, log_level = 'warn' } = raw;
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
      log_level,
      server_id: serverId,
      mqtt: { ...kept, ...address, ...given },
      adapters: { console: own },
    },
    variables,
    file,
  };
}

/** Prints a line, and waits while the reader is slower. */
async function printInTime(line: string): Promise<void> {
  if (process.stdout.destroyed || process.stdout.write(`${line}\n`)) return;
  await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => {});
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

// Nobody reads any more (`check | head`): what is printed is lost, which harms nobody.
process.stdout.on('error', () => {});

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
// The work is done: a request that still waits for its answer must not keep the process alive.
process.stdout.write('', () => process.exit());
