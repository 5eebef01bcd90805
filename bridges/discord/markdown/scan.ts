import type { TextNode } from '../../../src/text/tree.ts';

/** A piece of code found in a text, and the position after it. */
export interface FoundCode {
  readonly node: TextNode & { readonly type: 'code' | 'codeBlock' };
  readonly end: number;
}

const fence = '```';
const languageLine = /^([a-z0-9_+\-.#]{1,64})\n/i;

/**
 * Answers where code and lines end in one Discord text. Everything that a line of thousands of back-ticks could make expensive is
 * worked out once, so that reading a text from front to back takes linear time.
 */
export class Scanner {
  readonly text: string;
  readonly #lastFence: number;
  readonly #lastBars: number;
  /** Where the runs of back-ticks of a length begin. */
  readonly #runs = new Map<number, number[]>();

  constructor(text: string) {
    this.text = text;
    this.#lastFence = text.lastIndexOf(fence);
    this.#lastBars = text.lastIndexOf('||');
    for (let at = text.indexOf('`'); at !== -1; ) {
      const end = this.runEnd(at);
      const starts = this.#runs.get(end - at);
      if (starts === undefined) this.#runs.set(end - at, [at]);
      else starts.push(at);
      at = text.indexOf('`', end);
    }
  }

  /** The position after the run of equal characters that begins at `at`. */
  runEnd(at: number): number {
    let end = at + 1;
    while (end < this.text.length && this.text[end] === this.text[at]) end += 1;
    return end;
  }

  /** The code that the back-tick at `at` opens, if it is ever closed. */
  codeAt(at: number): FoundCode | undefined {
    return this.#blockAt(at) ?? this.#spanAt(at);
  }

  /** Where the line that `at` stands in ends for a reader: a line break inside code or a spoiler ends none. */
  lineEnd(at: number): number {
    const { text } = this;
    let spoiler = false;
    for (let i = at; i < text.length; i += 1) {
      const char = text[i];
      if (char === '\n' && !spoiler) return i;
      if (char === '\\' && text[i + 1] !== '\n') i += 1;
      else if (char === '`') i = (this.codeAt(i)?.end ?? this.runEnd(i)) - 1;
      else if (char === '|' && text[i + 1] === '|') {
        spoiler = !spoiler && this.#lastBars > i + 1;
        i += 1;
      }
    }
    return text.length;
  }

  #blockAt(at: number): FoundCode | undefined {
    if (this.#lastFence < at + 4 || !this.text.startsWith(fence, at)) return undefined;
    const close = this.text.indexOf(fence, at + 4);
    const body = this.text.slice(at + 3, close);
    const language = languageLine.exec(body)?.[1];
    const code = trimNewlines(language === undefined ? body : body.slice(language.length));
    if (code !== '') {
      const node = { type: 'codeBlock', text: code } as const;
      return { node: language === undefined ? node : { ...node, language }, end: close + 3 };
    }
    return language === undefined ? undefined : { node: { type: 'codeBlock', text: language }, end: close + 3 };
  }

  #spanAt(at: number): FoundCode | undefined {
    const open = this.runEnd(at);
    const close = firstFrom(this.#runs.get(open - at) ?? [], open);
    if (close === undefined) return undefined;
    let text = this.text.slice(open, close);
    // One space is there only to keep a back-tick of the code from the delimiter.
    if (/^ +`/.test(text)) text = text.slice(1);
    if (text.endsWith('` ')) text = text.slice(0, -1);
    return { node: { type: 'code', text }, end: close + (open - at) };
  }
}

/** The first of ascending numbers that is `least` or more. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

function trimNewlines(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '\n') start += 1;
  while (end > start && text[end - 1] === '\n') end -= 1;
  return text.slice(start, end);
}
