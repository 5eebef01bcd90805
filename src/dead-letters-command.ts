/** `crosschat-bridge dead-letters list|retry|drop`. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { ConfigError } from './config.ts';
import { changeDeadLetters, changedWords, letterWords } from './control/dead-letters.ts';
import { type DeadLetter, deadLetters, type Which } from './store/dead-letters.ts';
import type { Store } from './store/store.ts';
import { nearest } from './text/nearest.ts';

const ACTIONS = ['list', 'retry', 'drop'] as const;
type Action = (typeof ACTIONS)[number];

/** Prints a line. Resolves when there is room for another one. */
type Print = (line: string) => Promise<void> | void;

/**
 * Lists what could not be delivered, or lets it be tried again, or forgets it; also beside a bridge that runs, which takes notice
 * within seconds.
 * @param args what stands after `dead-letters`: the action, then ids, `--all`, `--destination D`, `--json`
 * @returns the exit code: 1 when there is nothing that was asked for
 * @throws {ConfigError} when it is not understood
 */
export async function deadLettersCommand(args: readonly string[], store: Store, print: Print): Promise<number> {
  const { action, which, json } = read(args);
  if (action === 'list') return list(deadLetters(store.database, which), which, json, print);
  const count = await changeDeadLetters(store, action, which, userInfo().username);
  await print(
    count === 0 ? 'There is no such dead letter; "dead-letters list" shows what there is.' : changedWords(action, count),
  );
  return count === 0 ? 1 : 0;
}

async function list(found: AsyncIterable<DeadLetter>, which: Which, json: boolean, print: Print): Promise<number> {
  let count = 0;
  for await (const letter of found) {
    count++;
    await print(json ? JSON.stringify(letter) : lineOf(letter));
  }
  if (count > 0) return 0;
  if (!json)
    await print(which.seqs || which.destination !== undefined ? 'There is no such dead letter.' : 'There are no dead letters.');
  return which.seqs ? 1 : 0;
}

function lineOf(letter: DeadLetter): string {
  return `${letter.seq}  ${timeOf(letter.storedAt)}  ${letter.destination}  ${letterWords(letter)}  (${letter.reason})`;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function read(args: readonly string[]): { action: Action; which: Which; json: boolean } {
  const { values, positionals } = parse(args);
  const [action, ...ids] = positionals;
  if (!isAction(action)) {
    const close = action && nearest(action, ACTIONS);
    const hint = close ? ` (did you mean "${close}"?)` : '';
    throw new ConfigError([
      action === undefined
        ? 'dead-letters: say what to do: list, retry or drop.'
        : `dead-letters: there is no "${action}"${hint}.`,
    ]);
  }
  const wrong = ids.find((id) => !/^\d{1,16}$/.test(id));
  if (wrong !== undefined)
    throw new ConfigError([
      `dead-letters ${action}: "${wrong}" is no id; "dead-letters list" shows them, at the beginning of each line.`,
    ]);
  const everything = values.all === true;
  if (everything && ids.length > 0) throw new ConfigError([`dead-letters ${action}: give ids or --all, not both.`]);
  if (action !== 'list' && !everything && ids.length === 0 && values.destination === undefined)
    throw new ConfigError([`dead-letters ${action}: say which: ids, --destination or --all.`]);
  if (action !== 'list' && values.json) throw new ConfigError([`dead-letters ${action}: --json is for list only.`]);
  const seqs = ids.length > 0 ? ids.map(Number) : undefined;
  return { action, which: { seqs, destination: values.destination }, json: values.json === true };
}

function parse(args: readonly string[]) {
  try {
    const options = { all: { type: 'boolean' }, destination: { type: 'string' }, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // What Node says after its first sentence is for programmers.
    const [fault = ''] = (error as Error).message.split(/\.\s/);
    throw new ConfigError([`dead-letters: ${fault}; --help lists what there is.`]);
  }
}

function isAction(word: string | undefined): word is Action {
  return ACTIONS.some((action) => action === word);
}
