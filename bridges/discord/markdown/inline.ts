import type { RichText, StyleName, TextNode } from '../../../src/text/tree.ts';
import { type Found, linkTargetAt, type Names, tagAt, urlAt } from './atoms.ts';
import { Scanner } from './scan.ts';

type Mark = '*' | '**' | '_' | '__' | '~~' | '||';
const styles: Record<Mark, StyleName> = {
  '*': 'italic',
  '**': 'bold',
  _: 'italic',
  __: 'underline',
  '~~': 'strike',
  '||': 'spoiler',
};

const doubles = { '*': '**', _: '__', '~': '~~', '|': '||' } as const;

/** A mark in the text: literal unless it got a role. */
interface Delimiter {
  readonly type: 'delimiter';
  mark: Mark;
  role: 'open' | 'close' | 'literal';
}
type Token = TextNode | Delimiter;

const special = /[\\`<[@*_~|¯]|https?:\/\//g;
const shrug = '¯\\_(ツ)_/¯';

/**
 * Reads styles, code, links, mentions and emoji in one paragraph. A mark of one kind is never open twice, which bounds the depth
 * of the tree, and every character is looked at a bounded number of times.
 */
export function parseInline(text: string, names: Names, inLink = false): RichText {
  return new InlineParser(text, names, inLink).parse();
}

class InlineParser {
  readonly #text: string;
  readonly #names: Names;
  readonly #inLink: boolean;
  readonly #scan: Scanner;
  readonly #tokens: Token[] = [];
  /** The tokens that opened the styles that are open at the moment, by mark; an inner one has the higher index. */
  readonly #open = new Map<Mark, number>();
  #brackets: ReadonlyMap<number, number> | undefined;
  #at = 0;

  constructor(text: string, names: Names, inLink: boolean) {
    this.#text = text;
    this.#names = names;
    this.#inLink = inLink;
    this.#scan = new Scanner(text);
  }

  parse(): RichText {
    const text = this.#text;
    while (this.#at < text.length) {
      special.lastIndex = this.#at;
      const next = special.exec(text)?.index ?? text.length;
      this.#literal(text.slice(this.#at, next));
      this.#at = next;
      if (next < text.length) this.#special();
    }
    return build(this.#tokens);
  }

  #literal(text: string): void {
    if (text !== '') this.#tokens.push({ type: 'text', text });
  }

  #special(): void {
    const char = this.#text[this.#at] ?? '';
    const found = this.#atom(char);
    if (found !== undefined) {
      this.#tokens.push(...found.nodes);
      this.#at = found.end;
    } else if (char === '*' || char === '_' || char === '~' || char === '|') {
      const end = this.#scan.runEnd(this.#at);
      this.#marks(char, this.#at, end);
      this.#at = end;
    } else {
      const end = char === '`' ? this.#scan.runEnd(this.#at) : this.#at + 1;
      this.#literal(this.#text.slice(this.#at, end));
      this.#at = end;
    }
  }

  /** What stands for itself and holds no open style. */
  #atom(char: string): Found | undefined {
    const text = this.#text;
    const at = this.#at;
    switch (char) {
      case '\\':
        return /^[^0-9A-Za-z\s]$/.test(text[at + 1] ?? '') ? literalAtom(text[at + 1] ?? '', at + 2) : undefined;
      case '¯':
        return text.startsWith(shrug, at) ? literalAtom(shrug, at + shrug.length) : undefined;
      case '`': {
        const code = this.#scan.codeAt(at);
        return code && { nodes: [code.node], end: code.end };
      }
      case '<':
        return tagAt(text, at, this.#names, this.#inLink);
      case '@': {
        const name = /^@(everyone|here)/.exec(text.slice(at, at + 9))?.[1];
        return name === undefined ? undefined : { nodes: [{ type: 'mention', name, of: 'everyone' }], end: at + 1 + name.length };
      }
      case '[':
        return this.#inLink ? undefined : this.#maskedLink();
      case 'h':
        return this.#inLink ? undefined : urlAt(text, at, (end) => this.#closesHere(end));
      default:
        return undefined;
    }
  }

  #maskedLink(): Found | undefined {
    this.#brackets ??= matchBrackets(this.#scan);
    const close = this.#brackets.get(this.#at);
    const target = close === undefined || close === this.#at + 1 ? undefined : linkTargetAt(this.#text, close + 1);
    if (close === undefined || target === undefined) return undefined;
    const children = parseInline(this.#text.slice(this.#at + 1, close), this.#names, true);
    return { nodes: [{ type: 'link', href: target.href, children }], end: target.end };
  }

  /** Whether a URL ends here, since a style that was opened before it is closed here. */
  #closesHere(at: number): boolean {
    for (const mark of this.#open.keys()) {
      if (!this.#text.startsWith(mark, at)) continue;
      if (mark !== '_' || !isWord(this.#text[at + 1])) return true;
    }
    return false;
  }

  /** Gives a run of equal mark characters its meaning: first it closes what is open, then it opens. */
  #marks(char: keyof typeof doubles, start: number, end: number): void {
    const double = doubles[char];
    const single = char === '*' || char === '_' ? char : undefined;
    const before = this.#text[start - 1];
    const after = this.#text[end];
    const mayOpen = char === '_' ? !isWord(before) : /\S/.test(after ?? ' ');
    const mayClose = char === '_' ? !isWord(after) : /\S/.test(before ?? ' ');
    let left = end - start;
    const first = this.#tokens.length;
    for (;;) {
      const outer = this.#closable(double, first, left >= 2);
      const inner = single && this.#closable(single, first, mayClose && left !== 2 && left > 0);
      if (single && inner !== undefined && (outer === undefined || (inner > outer && left >= 3))) {
        this.#close(single);
        left -= 1;
      } else if (outer !== undefined) {
        this.#close(double);
        left -= 2;
      } else break;
    }
    if (left >= 2 && (left <= 3 || !single) && !this.#open.has(double)) {
      this.#opener(double);
      left -= 2;
    }
    if (single && left === 1 && mayOpen) {
      this.#opener(single);
      left -= 1;
    }
    this.#literal(char.repeat(left));
  }

  /** The opener of `mark`, when the run of marks that begins with token `first` may close it and there is something between. */
  #closable(mark: Mark, first: number, allowed: boolean): number | undefined {
    const opener = this.#open.get(mark);
    return allowed && opener !== undefined && opener < first - 1 ? opener : undefined;
  }

  #opener(mark: Mark): void {
    this.#open.set(mark, this.#tokens.length);
    this.#tokens.push({ type: 'delimiter', mark, role: 'literal' });
  }

  #close(mark: Mark): void {
    let opener = this.#open.get(mark) ?? 0;
    let token = this.#tokens[opener];
    const twin = this.#tokens[opener + 1];
    if (twin?.type === 'delimiter' && token?.type === 'delimiter' && this.#open.get(twin.mark) === opener + 1) {
      // `***a** b*`: of two styles opened by one run of stars, the one that is closed first is the inner one.
      if (twin.mark[0] === mark[0]) {
        this.#open.set(twin.mark, opener);
        token.mark = twin.mark;
        twin.mark = mark;
        token = twin;
        opener += 1;
      }
    }
    if (token?.type === 'delimiter') token.role = 'open';
    this.#tokens.push({ type: 'delimiter', mark, role: 'close' });
    for (const [other, index] of this.#open) if (other === mark || index > opener) this.#open.delete(other);
  }
}

/** Which `[` belongs to which `]`. */
function matchBrackets(scan: Scanner): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < scan.text.length; at += 1) {
    const char = scan.text[at];
    if (char === '\\') at += 1;
    else if (char === '`') at = (scan.codeAt(at)?.end ?? scan.runEnd(at)) - 1;
    else if (char === '[') open.push(at);
    else if (char === ']') {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, at);
    }
  }
  return pairs;
}

/** Makes the tree of tokens whose open and close roles are properly nested. */
function build(tokens: readonly Token[]): RichText {
  const frames: TextNode[][] = [[]];
  for (const token of tokens) {
    const siblings = frames.at(-1) ?? [];
    if (token.type !== 'delimiter') append(siblings, token);
    else if (token.role === 'open') frames.push([]);
    else if (token.role === 'literal') append(siblings, { type: 'text', text: token.mark });
    else {
      frames.pop();
      append(frames.at(-1) ?? [], { type: styles[token.mark], children: siblings });
    }
  }
  return frames[0] ?? [];
}

/** Adds a node; neighbouring texts become one, and the line breaks around a code block are its own. */
export function append(siblings: TextNode[], node: TextNode): void {
  const last = siblings.at(-1);
  if (node.type === 'text' && last?.type === 'text') {
    siblings[siblings.length - 1] = { type: 'text', text: last.text + node.text };
  } else if (node.type === 'text' && last?.type === 'codeBlock' && node.text.startsWith('\n')) {
    if (node.text.length > 1) siblings.push({ type: 'text', text: node.text.slice(1) });
  } else {
    if (node.type === 'codeBlock' && last?.type === 'text' && last.text.endsWith('\n')) {
      if (last.text.length === 1) siblings.pop();
      else siblings[siblings.length - 1] = { type: 'text', text: last.text.slice(0, -1) };
    }
    siblings.push(node);
  }
}

function literalAtom(text: string, end: number): Found {
  return { nodes: [{ type: 'text', text }], end };
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /\w/.test(char);
}
