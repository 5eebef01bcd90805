/** What the command line says of itself. */
import { expect, test } from 'vitest';
import { readArguments } from '../../src/cli/arguments.ts';
import type { Surroundings } from '../../src/cli/command.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { commands } from '../../src/cli/commands.ts';
import { runCommand } from '../../src/cli/run.ts';

/** What is printed. */
async function said(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const print = async (line: string) => void lines.push(line);
  const surroundings: Surroundings = { adapters: {}, version: '1.2.3', print, openDesk: () => undefined };
  expect(await commandLine(args, surroundings)).toBe(0);
  return lines.join('\n');
}

test('--help lists every command; each has its own, with all its options and in lines that fit', async () => {
  const general = await said('--help');
  for (const { name, options } of commands) {
    expect(general).toContain(`\n  ${name} `);
    const help = await said(name, '--help');
    expect(help).toMatch(new RegExp(`^${name}: .+\n\nUsage: crosschat-bridge ${name} `));
    for (const option of Object.keys(options)) expect(help).toContain(`--${option}`);
    expect(help).toContain('Exit codes:');
    expect(help).toContain('--json');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(140);
  }
  expect(await said('-v')).toBe('1.2.3');
});

test('options may stand before and behind the command; one name has one type everywhere', () => {
  const read = (...args: string[]) => readArguments(args, commands, runCommand);
  expect(read('--config', 'a.yaml', 'store', 'info', '--json')).toMatchObject({
    command: { name: 'store' },
    given: { values: { config: 'a.yaml', json: true }, words: ['info'] },
  });
  expect(read('--config=run').command).toBeUndefined();
  const types = new Map<string, string>();
  for (const { options } of commands) {
    for (const [name, { type }] of Object.entries(options)) {
      expect(types.get(name) ?? type).toBe(type);
      types.set(name, type);
    }
  }
});

test.each([
  ['store', ['store'], 'store: say what to do: info, '],
  ['a mistyped action', ['dead-letters', 'lost'], 'dead-letters: there is no "lost" (did you mean "list"?).'],
  ['trace without an id', ['trace'], 'trace: give one id or link of a message.'],
  ['an option of another command', ['check', '--output=x'], '--output is an option of the command registration; "check --help"'],
  ['an option without its value', ['check', '--config'], "Option '--config <value>' argument missing; --help"],
  ['two commands', ['check', 'run'], 'There is no command "run"'],
])('%s is said', async (_what, args, sentence) => {
  await expect(said(...args)).rejects.toThrow(sentence);
});
