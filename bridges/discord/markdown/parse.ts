import type { RichText, TextNode } from '../../../src/text/tree.ts';
import type { Names } from './atoms.ts';
import { append, parseInline } from './inline.ts';
import { Scanner } from './scan.ts';

export type { Names } from './atoms.ts';

/** Lists are nested this deep at most, as in Discord's clients. */
const maxListDepth = 11;

const quoteLine = / *> ([^\n]*)/y;
const quoteRest = / *>>> /y;
const heading = / *(#{1,3}) +(?=\S)/y;
const subtext = / *-# +(?=\S)/y;
const bullet = /( *)(?:[-*]|(\d{1,9})\.) +(?=\S)/y;
const continuation = / {2,}(?=\S)/y;
const blankLines = /(?: {2,}\n)*/y;

/**
 * Reads Discord's markdown as Discord's clients show it. Takes linear time, and the depth of the result is bounded, whatever is in
 * the text. https://support.discord.com/hc/en-us/articles/210298617
 */
export function parseMarkdown(source: string, names: Names): RichText {
  return new BlockParser(source.replaceAll('\r\n', '\n'), names, false).parse();
}

interface ListItem {
  readonly indent: number;
  /** Absent in a list with bullets. */
  readonly number: number | undefined;
  readonly text: string;
}

class BlockParser {
  readonly #text: string;
  readonly #names: Names;
  readonly #inQuote: boolean;
  readonly #scan: Scanner;
  readonly #nodes: TextNode[] = [];
  #at = 0;
  /** Whether the last thing read was a line of running text: the next one needs a line break. */
  #lineOpen = false;

  constructor(text: string, names: Names, inQuote: boolean) {
    this.#text = text;
    this.#names = names;
    this.#inQuote = inQuote;
    this.#scan = new Scanner(text);
  }

  parse(): RichText {
    while (this.#at < this.#text.length) {
      if (!(this.#quote() || this.#heading() || this.#subtext() || this.#list())) this.#paragraph();
    }
    return this.#nodes;
  }

  #match(sticky: RegExp, at = this.#at): RegExpExecArray | null {
    sticky.lastIndex = at;
    return sticky.exec(this.#text);
  }

  #block(node: TextNode): true {
    append(this.#nodes, node);
    this.#lineOpen = false;
    return true;
  }

  #running(text: string): true {
    if (this.#lineOpen) append(this.#nodes, { type: 'text', text: '\n' });
    const [first, ...others] = parseInline(text, this.#names);
    if (first !== undefined) append(this.#nodes, first);
    for (const node of others) this.#nodes.push(node);
    this.#lineOpen = true;
    return true;
  }

  #quote(): boolean {
    if (this.#inQuote) return false;
    const rest = this.#match(quoteRest);
    const lines: string[] = [];
    if (rest !== null) {
      lines.push(this.#text.slice(this.#at + rest[0].length));
      this.#at = this.#text.length;
    }
    for (let line = this.#match(quoteLine); line !== null; line = this.#match(quoteLine)) {
      lines.push(line[1] ?? '');
      this.#at += line[0].length + 1;
    }
    if (lines.length === 0) return false;
    const children = new BlockParser(lines.join('\n'), this.#names, true).parse();
    return this.#block({ type: 'quote', children });
  }

  #heading(): boolean {
    const mark = this.#match(heading);
    if (mark === null) return false;
    const text = this.#takeLine(this.#at + mark[0].length);
    return this.#block({ type: 'heading', level: mark[1]?.length ?? 1, children: parseInline(text, this.#names) });
  }

  #subtext(): boolean {
    const mark = this.#match(subtext);
    return mark !== null && this.#running(this.#takeLine(this.#at + mark[0].length));
  }

  #list(): boolean {
    const items: ListItem[] = [];
    for (let mark = this.#match(bullet); mark !== null; mark = this.#match(bullet)) {
      let text = outdent(this.#takeLine(this.#at + mark[0].length), mark[0].length);
      for (let breaks = this.#continued(); breaks !== ''; breaks = this.#continued()) {
        text += `${breaks}${this.#takeLine(this.#at).trimStart()}`;
      }
      items.push({ indent: mark[1]?.length ?? 0, number: mark[2] === undefined ? undefined : Number(mark[2]), text });
    }
    for (const list of nest(items, this.#names, 1)) this.#block(list);
    return items.length > 0;
  }

  /** The line breaks before the next line of the same item; none where the item ends. Goes on behind lines that only look empty. */
  #continued(): string {
    const blank = this.#match(blankLines)?.[0] ?? '';
    const next = this.#at + blank.length;
    const isItem = this.#match(bullet, next) !== null;
    if (!isItem && this.#match(continuation, next) === null) return '';
    this.#at = next;
    return isItem ? '' : '\n'.repeat(blank.split('\n').length);
  }

  /** Running text up to the next line that begins a block. */
  #paragraph(): void {
    const start = this.#at;
    let end: number;
    do {
      end = this.#scan.lineEnd(this.#at);
      this.#at = end + 1;
    } while (this.#at < this.#text.length && !this.#beginsBlock());
    this.#running(this.#text.slice(start, end));
  }

  #beginsBlock(): boolean {
    const marks = this.#inQuote ? [heading, subtext, bullet] : [quoteLine, quoteRest, heading, subtext, bullet];
    return marks.some((mark) => this.#match(mark) !== null);
  }

  #takeLine(start: number): string {
    const end = this.#scan.lineEnd(start);
    this.#at = end + 1;
    return this.#text.slice(start, end);
  }
}

/** Takes up to `width` spaces from the beginning of each line. */
function outdent(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => line.slice(Math.min(width, line.length - line.trimStart().length)))
    .join('\n');
}

/** Makes lists of list lines: one that stands two or more spaces further in belongs to the one before it. */
function nest(items: readonly ListItem[], names: Names, depth: number): RichText {
  const lists: { ordered: boolean; start: number | undefined; items: { own: ListItem; inner: ListItem[] }[] }[] = [];
  let indent = items[0]?.indent ?? 0;
  for (const item of items) {
    const parent = lists.at(-1)?.items.at(-1);
    if (parent !== undefined && item.indent >= indent + 2 && depth < maxListDepth) {
      parent.inner.push(item);
      continue;
    }
    indent = Math.min(indent, item.indent);
    const ordered = item.number !== undefined;
    if (lists.at(-1)?.ordered !== ordered) lists.push({ ordered, start: item.number, items: [] });
    lists.at(-1)?.items.push({ own: item, inner: [] });
  }
  return lists.map(({ ordered, start, items }) => ({
    type: 'list',
    ordered,
    ...(start !== undefined && start !== 1 ? { start } : {}),
    items: items.map(({ own, inner }) => [...parseInline(own.text, names), ...nest(inner, names, depth + 1)]),
  }));
}
