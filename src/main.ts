#!/usr/bin/env node
/** The process: hands the command line what there is, and ends with its exit code. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { builtIns, openTerminal } from '../bridges/index.ts';
import type { Desk } from './cli/command.ts';
import { commandLine } from './cli/command-line.ts';
import { ConfigError } from './config.ts';

const { version } = createRequire(import.meta.url)('crosschat-bridge/package.json') as { version: string };

/** Prints a line, and waits while the reader is slower. */
async function print(line: string): Promise<void> {
  if (process.stdout.destroyed || process.stdout.write(`${line}\n`)) return;
  await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => {});
}

function openDesk(always: boolean): Desk | undefined {
  if (!always && !(process.stdin.isTTY && process.stdout.isTTY)) return undefined;
  const terminal = openTerminal(process.stdin, process.stdout);
  const { onInterrupt, close } = terminal;
  return { adapters: builtIns(terminal), terminal, onInterrupt, close };
}

// That a library uses what Node is about to lose is nothing that an operator could mend. https://nodejs.org/api/process.html#processnodeprecation
process.noDeprecation = true;

// Nobody reads any more (`check | head`): what is printed is lost, which harms nobody.
process.stdout.on('error', () => {});

try {
  process.exitCode = await commandLine(process.argv.slice(2), { adapters: builtIns(undefined), version, print, openDesk });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
// The work is done: a request that still waits for its answer must not keep the process alive.
process.stdout.write('', () => process.exit());
