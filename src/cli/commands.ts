/** The commands that there are, in the order in which the help lists them. */
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { consoleCommand } from './console.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { initCommand } from './init.ts';
import { registrationCommand } from './registration.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';
import { storeCommand } from './store.ts';
import { traceCommand } from './trace.ts';

export const commands: readonly Command[] = [
  runCommand,
  initCommand,
  checkCommand,
  statusCommand,
  consoleCommand,
  storeCommand,
  traceCommand,
  deadLettersCommand,
  registrationCommand,
];
