/** What `--help` prints. */
import { GENERAL } from './arguments.ts';
import type { Command, Options } from './command.ts';

/** What holds for all commands. */
const EXIT_CODES = `Exit codes: 0 when all went well; 1 when it did not, when what was asked for is not there, and when the command or the
configuration is not understood.`;

/** The help without a command. */
export function generalHelp(commands: readonly Command[], otherwise: Command): string {
  const rows = commands.map(
    (one): Row => [one.name, one === otherwise ? `${one.summary} (this is what happens without a command)` : one.summary],
  );
  return `crosschat-bridge joins game servers that talk crosschat to Discord channels and Matrix rooms.

Usage: crosschat-bridge [command] [options]

Commands:
${table(rows)}

Options:
${table(rowsOf(GENERAL))}

Without a configuration file and without settings in .env or the environment, the bridge runs a broker of its own with two
simulated game servers. The settings are described in README.md and .env.example.

${EXIT_CODES}`;
}

/** The help of one command. */
export function helpOf({ name, summary, words, options, more }: Command): string {
  const usage = ['crosschat-bridge', name, words, '[options]'].filter((part) => part !== undefined).join(' ');
  return [`${name}: ${summary}`, `Usage: ${usage}`, more, `Options:\n${table(rowsOf(options))}`, EXIT_CODES]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

type Row = readonly [left: string, right: string];

function rowsOf(options: Options): Row[] {
  return Object.entries(options).map(([name, { short, value, help }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
