/** What somebody typed → the command that they give. */
import type { CommandInfo, CommandOption } from './command.ts';

/** A command as it was typed. */
export type Typed =
  | { readonly kind: 'command'; readonly command: CommandInfo; readonly options: ReadonlyMap<string, string> }
  | { readonly kind: 'help'; readonly about: string }
  /** It can't be meant as it stands: a sentence says why. */
  | { readonly kind: 'wrong'; readonly sentence: string };

const quoted = /"([^"]*)"(?!\S)|“([^”]*)”(?!\S)/y;
const word = /\S+/y;
const blanks = /\s*/y;
const namedValue = /([a-z][a-z-]*)=(?=\S)/y;

/**
 * Reads `!kick "Gordon Freeman" spam`. Values come in the order of the options, or as `duration=2h`; what has blanks is in quotes.
 * @param prefix what commands begin with
 * @returns undefined for chat: no prefix, or an unknown word after it
 */
export function readCommand(text: string, prefix: string, commands: readonly CommandInfo[]): Typed | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const line = new Line(text.slice(prefix.length));
  const first = /^\S+/.exec(line.rest)?.[0].toLowerCase();
  if (first === undefined || commands.length === 0) return undefined;
  line.take(word);
  if (first === 'help') return { kind: 'help', about: line.rest.toLowerCase() };
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  const second = group.length > 0 ? line.take(word)?.[0].toLowerCase() : undefined;
  const name = second === undefined ? first : `${first} ${second}`;
  const command = commands.find((known) => known.name === name);
  if (command !== undefined) return withOptions(command, line, prefix);
  if (group.length === 0) return undefined;
  const known = group.map((one) => one.name.slice(first.length + 1)).join(', ');
  return { kind: 'wrong', sentence: `After ${prefix}${first} comes one of ${known}.` };
}

/** How a command is typed: `!kick <player> [reason]`. */
export function usageOf({ name, options }: CommandInfo, prefix: string): string {
  return [`${prefix}${name}`, ...options.map((option) => (option.required ? `<${option.name}>` : `[${option.name}]`))].join(' ');
}

function withOptions(command: CommandInfo, line: Line, prefix: string): Typed {
  const options = new Map<string, string>();
  const isFree = ({ name }: CommandOption) => !options.has(name);
  while (line.rest !== '') {
    const named = command.options.find(({ name }) => line.rest.startsWith(`${name}=`) && !options.has(name));
    if (named !== undefined && line.take(namedValue, false) !== undefined) {
      options.set(named.name, line.value());
      continue;
    }
    const next = command.options.find(isFree);
    if (next === undefined) {
      const sentence = `That is too much. It goes ${usageOf(command, prefix)}, with quotes around what has blanks in it.`;
      return { kind: 'wrong', sentence };
    }
    options.set(next.name, next.isText === true ? line.text() : line.value());
  }
  return { kind: 'command', command, options };
}

/** A line that is read from left to right. */
class Line {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trimEnd();
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  /** What matches here, and the blanks behind it, unless they matter. */
  take(sticky: RegExp, withBlanks = true): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    if (withBlanks) this.take(blanks, false);
    return match;
  }

  /** One value: in quotes, or a word. */
  value(): string {
    const inQuotes = this.take(quoted);
    return inQuotes ? (inQuotes[1] ?? inQuotes[2] ?? '') : (this.take(word)?.[0] ?? '');
  }

  /** All that is left, without quotes around the whole of it. */
  text(): string {
    const { rest } = this;
    const inQuotes = this.take(quoted);
    const all = inQuotes !== undefined && this.rest === '' ? (inQuotes[1] ?? inQuotes[2] ?? '') : rest;
    this.#at = this.#text.length;
    return all;
  }
}
