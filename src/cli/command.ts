/** What a command of the command line is: its name, what it takes, and what it does. */
import type { AdapterEntries } from '../adapter.ts';
import type { LineOutput } from '../log.ts';

/** An option of a command. */
interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What its value is called in the help. */
  readonly value?: string;
  /** What it is for, in a line of the help. */
  readonly help: string;
}

/** Options by name, without the dashes. One name has one type over all commands. */
export type Options = Readonly<Record<string, Option>>;

/** What was given to a command. */
export interface Given<O extends Options> {
  readonly values: { readonly [Name in keyof O]?: O[Name]['type'] extends 'string' ? string : boolean };
  /** What stands after the command and is no option. */
  readonly words: readonly string[];
}

/** Where the operator reads and types. */
export interface Desk {
  /** The adapters that there are; the console among them talks with the operator here. */
  readonly adapters: AdapterEntries;
  readonly terminal: LineOutput;
  /** Ctrl-C, which the terminal swallows. */
  onInterrupt(action: () => void): void;
  close(): void;
}

/** What a command finds around it. */
export interface Surroundings {
  /** The adapters that there are. */
  readonly adapters: AdapterEntries;
  readonly version: string;
  /** Prints a line on the standard output. Resolves when there is room for another one. */
  print(line: string): Promise<void>;
  /** Takes the standard input and output for the operator. @param always also where neither is a terminal */
  openDesk(always: boolean): Desk | undefined;
}

/** How a command is written down, with the options that it alone has. */
export interface CommandDefinition<O extends Options> {
  readonly name: string;
  /** What it does, in a line of the help. */
  readonly summary: string;
  /** The words that it takes, as the help shows them; left out when it takes none. */
  readonly words?: string;
  readonly options: O;
  /** What else `--help` says of it: lines of up to 120 characters. */
  readonly more?: string;
  /** @returns the exit code @throws {ConfigError} for what the operator has to put right; it exits with 1 then */
  run(given: Given<O & typeof COMMON_OPTIONS>, surroundings: Surroundings): Promise<number>;
}

/** One command, whatever its options are. */
export type Command = Omit<CommandDefinition<Options>, 'run'> & {
  run(given: Given<Options>, surroundings: Surroundings): Promise<number>;
};

/** The options of every command. */
const COMMON_OPTIONS = {
  config: {
    type: 'string',
    value: 'FILE',
    help: 'the configuration (default: config.yaml, config.yml or config.json, where there is one)',
  },
  help: { type: 'boolean', short: 'h', help: 'show this' },
} as const satisfies Options;

/** Makes a command of its definition. */
export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): Command {
  const { run } = definition;
  return {
    ...definition,
    options: { ...definition.options, ...COMMON_OPTIONS },
    // What is given was read by these very options.
    run: (given, surroundings) => run(given as Given<O & typeof COMMON_OPTIONS>, surroundings),
  };
}
