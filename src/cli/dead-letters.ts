/** `crosschat-bridge dead-letters list|retry|drop`. */
import { userInfo } from 'node:os';
import { ConfigError } from '../config.ts';
import { changeDeadLetters, changedWords, letterWords } from '../control/dead-letters.ts';
import { type DeadLetter, deadLetters, type Which } from '../store/dead-letters.ts';
import type { Store } from '../store/store.ts';
import { moment } from '../text/time.ts';
import { actionOf } from './arguments.ts';
import { besideBridge } from './beside.ts';
import { defineCommand, type Given, type Options } from './command.ts';

const OPTIONS = {
  destination: { type: 'string', value: 'NAME', help: 'those for one room or server' },
  all: { type: 'boolean', help: 'all of them' },
  json: { type: 'boolean', help: 'list as JSON lines, retry and drop as one JSON object: {action, count}' },
} as const satisfies Options;

export const deadLettersCommand = defineCommand({
  name: 'dead-letters',
  summary: 'list what could not be delivered, let it be tried again, or forget it',
  words: 'list|retry|drop [ID...]',
  options: OPTIONS,
  more: `  list    list what could not be delivered, with its id and the reason
  retry   let it be tried again
  drop    forget it

Ids are those that list shows. All of it works beside a bridge that runs, which takes notice within seconds.
It exits with 1 when there is nothing that was asked for.`,
  run(given, surroundings) {
    const request = read(given);
    return besideBridge(given.values.config, surroundings, ({ store }) => workOnDeadLetters(request, store, surroundings.print));
  },
});

/** Prints a line. Resolves when there is room for another one. */
type Print = (line: string) => Promise<void> | void;

/** What is asked for. */
interface Request {
  readonly action: 'list' | 'retry' | 'drop';
  readonly which: Which;
  readonly json: boolean;
}

/** @returns the exit code: 1 when there is nothing that was asked for */
export async function workOnDeadLetters({ action, which, json }: Request, store: Store, print: Print): Promise<number> {
  if (action === 'list') return list(deadLetters(store.database, which), which, json, print);
  const count = await changeDeadLetters(store, action, which, userInfo().username);
  if (json) await print(JSON.stringify({ action, count }));
  else
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
  return `${letter.seq}  ${moment(letter.storedAt)}  ${letter.destination}  ${letterWords(letter)}  (${letter.reason})`;
}

/** @throws {ConfigError} when it is not understood */
export function read({ values, words: [word, ...ids] }: Given<typeof OPTIONS>): Request {
  const action = actionOf('dead-letters', word, ['list', 'retry', 'drop']);
  const wrong = ids.find((id) => !/^\d{1,16}$/.test(id));
  if (wrong !== undefined)
    throw new ConfigError([
      `dead-letters ${action}: "${wrong}" is no id; "dead-letters list" shows them, at the beginning of each line.`,
    ]);
  const everything = values.all === true;
  if (everything && ids.length > 0) throw new ConfigError([`dead-letters ${action}: give ids or --all, not both.`]);
  if (action !== 'list' && !everything && ids.length === 0 && values.destination === undefined)
    throw new ConfigError([`dead-letters ${action}: say which: ids, --destination or --all.`]);
  const seqs = ids.length > 0 ? ids.map(Number) : undefined;
  return { action, which: { seqs, destination: values.destination }, json: values.json === true };
}
