/** `crosschat-bridge dead-letters list|retry|drop`. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { ConfigError } from './config.ts';
import { describe } from './outbox/describe.ts';
import { type DeadLetter, deadLetters, dropLetter, retryLetter, type Which } from './store/dead-letters.ts';
import type { Store } from './store/store.ts';
import { nearest } from './text/nearest.ts';

const ACTIONS = ['list', 'retry', 'drop'] as const;
type Action = (typeof ACTIONS)[number];
/** How many are changed before it waits until that is written. */
const BATCH = 500;

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
  const found = deadLetters(store.database, which);
  if (action === 'list') return list(found, which, json, print);
  let count = 0;
  for await (const letter of found) {
    void store.writer.add(action === 'retry' ? retryLetter(letter) : dropLetter(letter));
    void store.audit.note({ ...who(), action: `dead-letters ${action}`, target: letter.destination, detail: words(letter) });
    count++;
    if (count % BATCH === 0) await store.writer.flushed();
  }
  await store.writer.flushed();
  const many = count === 1 ? '1 dead letter' : `${count} dead letters`;
  const done = action === 'retry' ? `${many} will be tried again, after all that waits now.` : `${many} dropped.`;
  await print(count === 0 ? 'There is no such dead letter; "dead-letters list" shows what there is.' : done);
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
  return `${letter.seq}  ${timeOf(letter.storedAt)}  ${letter.destination}  ${words(letter)}  (${letter.reason})`;
}

function words({ event }: DeadLetter): string {
  return event === undefined ? 'a message that can no longer be read' : describe(event);
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function who(): { who: string } {
  return { who: userInfo().username };
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
