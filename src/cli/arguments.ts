/** Reads the arguments of the command line. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config.ts';
import { nearest } from '../text/nearest.ts';
import type { Command, Given, Options } from './command.ts';

/** What can be asked of the program itself. */
export const GENERAL: Options = {
  help: { type: 'boolean', short: 'h', help: 'show this; after a command, what that takes' },
  version: { type: 'boolean', short: 'v', help: 'show the version' },
};

/** What was asked for. */
export interface Request {
  /** Undefined where no command was named. */
  readonly command: Command | undefined;
  readonly given: Given<Options>;
  readonly version: boolean;
}

/**
 * Finds the command, and what was given to it.
 * @param otherwise the command that is meant when none is named
 * @throws {ConfigError} for a command or an option that there is not
 */
export function readArguments(args: readonly string[], commands: readonly Command[], otherwise: Command): Request {
  // Options may stand before the command: which of them have values is known from all commands.
  const all = Object.assign({}, ...commands.map(({ options }) => options), GENERAL) as Options;
  const { tokens } = parseArgs({ args: [...args], options: all, allowPositionals: true, strict: false, tokens: true });
  const named = tokens.find(({ kind }) => kind === 'positional');
  const name = named && args[named.index];
  const command = name === undefined ? undefined : commands.find((one) => one.name === name);
  if (name !== undefined && !command) throw noSuch('command', name, commands);
  const asked = command ?? otherwise;
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name in asked.options || token.name in GENERAL || !(token.name in all)) continue;
    const owners = commands.filter(({ options }) => token.name in options).map((one) => one.name);
    throw new ConfigError([
      `${token.rawName} is an option of the command ${owners.join(' and ')}; "${asked.name} --help" lists what ${asked.name} takes.`,
    ]);
  }
  const own = named ? args.filter((_, index) => index !== named.index) : args;
  const { values, words } = parseGiven({ ...asked.options, ...GENERAL }, own);
  const [extra] = words;
  if (extra !== undefined && asked.words === undefined) throw noSuch('command', extra, commands);
  return { command, given: { values, words }, version: values['version'] === true };
}

/** Reads what stands after a command. @throws {ConfigError} for an option that it does not have */
export function parseGiven(options: Options, args: readonly string[]): Given<Options> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Given<Options>['values'], words: positionals };
  } catch (error) {
    // What Node says after its first sentence is for programmers.
    const [fault = ''] = (error as Error).message.split(/\.\s/);
    throw new ConfigError([`${fault}; --help lists what there is.`]);
  }
}

/**
 * The first word, which says what to do.
 * @throws {ConfigError} when there is none, or none such
 */
export function actionOf<Action extends string>(command: string, word: string | undefined, actions: readonly Action[]): Action {
  const action = actions.find((known) => known === word);
  if (action !== undefined) return action;
  if (word === undefined) throw new ConfigError([`${command}: say what to do: ${inWords(actions)}.`]);
  const close = nearest(word, actions);
  throw new ConfigError([`${command}: there is no "${word}"${close ? ` (did you mean "${close}"?)` : ''}.`]);
}

function inWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function noSuch(what: string, name: string, commands: readonly Command[]): ConfigError {
  const close = nearest(
    name,
    commands.map((one) => one.name),
  );
  return new ConfigError([
    `There is no ${what} "${name}"${close ? ` (did you mean "${close}"?)` : ''}; --help lists what there is.`,
  ]);
}
