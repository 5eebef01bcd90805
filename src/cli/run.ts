/** `crosschat-bridge run`, which is what happens without a command. */
import type { Settings } from '../config.ts';
import { makeLog } from '../log.ts';
import { LogLines } from '../operator/log-lines.ts';
import { run } from '../run.ts';
import { secretsIn } from '../settings.ts';
import { type Desk, defineCommand, type Surroundings } from './command.ts';
import { givenConfig, givenSettings } from './given-config.ts';

export const runCommand = defineCommand({
  name: 'run',
  summary: 'run the bridge',
  options: {},
  more: `It runs until it gets SIGTERM or SIGINT (Ctrl-C), and then ends within five seconds. In a terminal it has a prompt, where /help
lists what can be asked.`,
  run: async ({ values }, surroundings) =>
    runBridge(givenSettings(surroundings.adapters, values.config), surroundings, surroundings.openDesk(false)),
});

/** Runs a bridge to its end, and closes the desk. @returns the exit code */
export async function runBridge(settings: Settings, { adapters }: Surroundings, desk: Desk | undefined): Promise<number> {
  try {
    const config = await givenConfig(settings, desk?.adapters ?? adapters);
    const { levels, format } = config.log;
    const lines = new LogLines();
    const keep = (line: string) => lines.add(line);
    const log = makeLog(levels, secretsIn(settings.raw), { terminal: desk?.terminal, format, keep });
    return await run(config, log, desk?.onInterrupt, lines);
  } finally {
    desk?.close();
  }
}
