/** A command that somebody is still typing → what they are about to say with its last word. */
import type { CommandInfo, CommandOption } from './command.ts';
import { readCommand } from './typed-command.ts';

/** What the last word is part of. It begins at `from`, in UTF-16 units. */
export type Unfinished =
  /** The command's name: `typed` without the prefix. */
  | { readonly kind: 'name'; readonly typed: string; readonly from: number }
  /** The value of an option: `typed` without quotes; `options` are those before it. */
  | {
      readonly kind: 'option';
      readonly command: CommandInfo;
      readonly option: CommandOption;
      readonly options: ReadonlyMap<string, string>;
      readonly typed: string;
      readonly from: number;
    };

/** The last word, or what follows a quotation mark that has no other one behind it; with the name of its option, if that stands there. */
const LAST = /(?:^|\s)((?:[a-z][a-z-]*=)?(?:"[^"]*|“[^”]*|[^\s"“]\S*)?)$/;

/**
 * Reads `/kick "Gordon Fr` up to where somebody types.
 * @param prefix what commands begin with
 * @returns undefined where it is no command, or running text, for which there is nothing to choose from
 */
export function readUnfinished(text: string, prefix: string, commands: readonly CommandInfo[]): Unfinished | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const last = LAST.exec(text)?.[1] ?? '';
  const before = readCommand(text.slice(0, text.length - last.length), prefix, commands);
  if (before?.kind !== 'command') return { kind: 'name', typed: text.slice(prefix.length).toLowerCase(), from: 0 };
  const { command, options } = before;
  const free = command.options.filter(({ name }) => !options.has(name));
  const named = free.find(({ name }) => last.startsWith(`${name}=`));
  const option = named ?? free[0];
  const isRunning = option?.isText === true && option.suggests !== true;
  if (option === undefined || isRunning) return undefined;
  const value = named === undefined ? last : last.slice(named.name.length + 1);
  return { kind: 'option', command, option, options, typed: value.replace(/^["“]/, ''), from: text.length - value.length };
}

/** A value as it is typed: in quotes where it has blanks. Undefined for what can't be typed. */
export function typedValue(value: string): string | undefined {
  if (!/[\s"“”=]/.test(value)) return value;
  return /["“”\r\n]/.test(value) ? undefined : `"${value}"`;
}
