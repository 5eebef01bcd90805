/** `crosschat-bridge run`, which is what happens without a command. */
import type { Config, Settings } from '../config.ts';
import { openLog } from '../log.ts';
import { LogLines } from '../operator/log-lines.ts';
import { run } from '../run.ts';
import { secretsIn } from '../settings.ts';
import { type Desk, defineCommand, type Surroundings } from './command.ts';
import { givenConfig, givenSettings } from './given-config.ts';

export const runCommand = defineCommand({
  name: 'run',
  summary: 'run the bridge',
  options: { json: { type: 'boolean', help: 'write the log as JSON lines in a terminal as well, and take no input there' } },
  more: `It runs until it gets SIGTERM or SIGINT (Ctrl-C), and then ends within five seconds. On SIGHUP it reads the configuration anew;
what did not change in it is not interrupted. In a terminal it has a prompt, where /help lists what can be asked.`,
  run: async ({ values }, surroundings) =>
    runBridge(() => givenSettings(surroundings.adapters, values.config), surroundings, {
      desk: values.json ? undefined : surroundings.openDesk(false),
      json: values.json,
    }),
});

/**
 * Runs a bridge to its end, and closes the desk.
 * @param settings as they are written when it is called @throws {ConfigError}
 * @param options the desk, if there is one; and whether the log is JSON whatever is configured
 * @returns the exit code
 */
export async function runBridge(
  settings: () => Settings,
  { adapters }: Surroundings,
  { desk, json }: { readonly desk: Desk | undefined; readonly json: boolean | undefined },
): Promise<number> {
  try {
    const entries = desk?.adapters ?? adapters;
    const first = settings();
    const config = await givenConfig(first, entries);
    const { levels } = config.log;
    const format = json ? 'json' : config.log.format;
    const lines = new LogLines();
    const keep = (line: string) => lines.add(line);
    const { log, learn, follow } = openLog(levels, secretsIn(first.raw), { terminal: desk?.terminal, format, keep });
    const read = async () => {
      const next = settings();
      // Before anything can be said of them.
      learn(secretsIn(next.raw));
      return givenConfig(next, entries);
    };
    const accepted = (next: Config) => follow(next.log.levels);
    return await run({ config, read, accepted, log, onInterrupt: desk?.onInterrupt, lines });
  } finally {
    desk?.close();
  }
}
