/** What can be typed next in a command: its name, or a value that fits, by the same suggestions as everywhere. */
import {
  type CommandInfo,
  type Commands,
  type Invocation,
  reaches,
  readUnfinished,
  typedValue,
  usageOf,
} from '../../src/adapter.ts';
import type { Completion, CompletionItem } from '../../web/chat/wire.ts';

/** So many are offered at once: all commands fit. */
const MAX_ITEMS = 40;
/** What can be typed like a command, and is none. */
const OTHERS: readonly CompletionItem[] = [
  { text: '/help ', label: '/help [command]', note: 'What there is, and how it is typed' },
  { text: '/me ', label: '/me <words>', note: 'Something that you do' },
];

/** What fits a text that ends where somebody types; undefined where there is nothing to offer. */
export async function completionOf(
  text: string,
  commands: Commands,
  given: Omit<Invocation, 'command' | 'options'>,
): Promise<Completion | undefined> {
  const mine = commands.all.filter(({ rank, needsListing }) => !needsListing && reaches(given.caller.rank, rank));
  const unfinished = readUnfinished(text, '/', mine);
  if (unfinished === undefined) return undefined;
  const { typed, from } = unfinished;
  if (unfinished.kind === 'name') {
    const items = [...mine.map(itemOf), ...OTHERS].filter((item) => item.text.startsWith(`/${typed}`));
    return items.length === 0 ? undefined : { from, items: items.slice(0, MAX_ITEMS) };
  }
  const { command, option, options } = unfinished;
  const invocation = { ...given, command: command.name, options: new Map([...options, [option.name, typed]]) };
  const values = option.choices
    ? option.choices.filter((choice) => choice.startsWith(typed)).map((value) => ({ value, label: value }))
    : await commands.complete(invocation, option.name);
  const items = values.flatMap(({ value, label }): CompletionItem[] => {
    const insert = typedValue(value);
    return insert === undefined ? [] : [{ text: `${insert} `, label }];
  });
  return items.length === 0 ? undefined : { from, items: items.slice(0, MAX_ITEMS) };
}

function itemOf(command: CommandInfo): CompletionItem {
  return { text: `/${command.name} `, label: usageOf(command, '/'), note: command.description };
}
