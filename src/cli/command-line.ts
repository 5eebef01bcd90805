/** The command line: finds the command that is asked for, and carries it out. */
import { readArguments } from './arguments.ts';
import type { Surroundings } from './command.ts';
import { commands } from './commands.ts';
import { generalHelp, helpOf } from './help.ts';
import { runCommand } from './run.ts';

/**
 * Carries out what the arguments of the process ask for.
 * @returns the exit code
 * @throws {ConfigError} for what the operator has to put right
 */
export async function commandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { command, given, version } = readArguments(args, commands, runCommand);
  if (version) return say(surroundings.version, surroundings);
  if (given.values['help'] === true) return say(command ? helpOf(command) : generalHelp(commands, runCommand), surroundings);
  return (command ?? runCommand).run(given, surroundings);
}

async function say(text: string, { print }: Surroundings): Promise<number> {
  await print(text);
  return 0;
}
