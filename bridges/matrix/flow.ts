/** Puts a flow of text and elements together to rich text, with HTML's rules for white space and with a bound to the depth. */
import { isBlock, type RichText, type TextNode } from '../../src/text/tree.ts';

/** Deeper elements than this stand for what is in them, so that whoever walks the tree may do so by recursion. */
const maxDepth = 50;
/** The same for quotes and lists in each other: each one's sign stands before every line, and makes many parts of a message. */
const maxBlocks = 8;

/**
 * `inline` is part of a line; `block` stands on lines of its own; in a `list` there are only items; in `raw` there is only text,
 * taken as it is.
 */
export type ElementKind = 'inline' | 'block' | 'list' | 'raw';

/** What is in an element when it ends. */
interface Content {
  readonly children: RichText;
  /** Of a list. */
  readonly items: readonly RichText[];
  /** Of a raw element. */
  readonly text: string;
}

/** What an element becomes in the tree. */
export type Finish = (content: Content) => RichText;

interface OpenElement {
  readonly tag: string;
  readonly kind: ElementKind | 'item';
  readonly finish: Finish;
  readonly children: TextNode[];
  readonly items: RichText[];
  text: string;
  /** What stood before it, and how many line breaks after that. */
  readonly after: Position;
  readonly lineBreaks: number;
}

/** What stands right before the place where the text goes on. */
type Position = 'start' | 'inline' | 'block';

export class Flow {
  readonly #root = element('', 'block', ({ children }) => children);
  readonly #open: OpenElement[] = [this.#root];
  #position: Position = 'start';
  // White space counts only if something visible stands before and after it: it waits until that is known.
  #space = false;
  #lineBreaks = 0;
  #margin = 0;

  /** Whether the innermost element is of this kind of tag. */
  inside(tag: string): boolean {
    return this.#top.tag === tag;
  }

  /** Begins an element. */
  open(tag: string, kind: ElementKind, finish: Finish): void {
    if (this.#top.kind === 'raw') return;
    const isBlock = kind === 'block' || kind === 'list';
    const around = this.#open.filter((one) => one.kind === 'block' || one.kind === 'list').length - 1;
    if ((isBlock && around >= maxBlocks) || (kind !== 'raw' && this.#open.length > maxDepth)) {
      if (isBlock) this.margin(1);
      return;
    }
    this.#enterItem();
    this.#open.push(element(tag, kind, finish, this.#position, this.#lineBreaks));
    if (isBlock) this.#startBlock('start');
  }

  /** Begins an item of the list around; where there is none, just a line. */
  openItem(): void {
    if (this.#top.kind === 'raw') return;
    const list = this.#open.findLastIndex(({ kind }) => kind === 'list');
    if (list === -1) {
      this.margin(1);
    } else {
      while (this.#open.length > list + 1) this.#closeTop();
      this.#pushItem();
    }
  }

  /** Ends the innermost element with this tag and all that is open in it; nothing, if there is none. */
  close(tag: string): void {
    const from = this.#top.kind === 'raw' ? this.#open.length - 1 : 1;
    const index = this.#open.findLastIndex((one) => one.tag === tag);
    if (index < from) return;
    while (this.#open.length > index) this.#closeTop();
  }

  /** Text with HTML's white space: runs of it are one space. */
  text(chars: string): void {
    if (this.#top.kind === 'raw') {
      this.#top.text += chars;
      return;
    }
    const text = chars.replace(/[ \t\n\f\r]+/g, ' ');
    if (text.startsWith(' ')) this.#space = true;
    const visible = text.replace(/^ | $/g, '');
    if (visible === '') return;
    this.add({ type: 'text', text: visible });
    this.#space = text.endsWith(' ');
  }

  /** A node as it is. */
  add(node: TextNode): void {
    if (this.#top.kind === 'raw') return;
    this.#enterItem();
    if (isBlock(node)) {
      this.#leaveText();
      this.#startBlock('block');
    } else this.#settle();
    append(this.#top.children, node);
  }

  lineBreak(): void {
    if (this.#top.kind === 'raw') this.#top.text += '\n';
    else this.#lineBreaks++;
  }

  /** What comes next starts a line, `lines` below the last one. */
  margin(lines: number): void {
    if (this.#top.kind !== 'raw') this.#margin = Math.max(this.#margin, lines);
  }

  /** Ends all that is open. */
  end(): RichText {
    while (this.#open.length > 1) this.#closeTop();
    return this.#root.children;
  }

  get #top(): OpenElement {
    return this.#open.at(-1) ?? this.#root;
  }

  /** Something right in a list, outside of its items, is an item. */
  #enterItem(): void {
    if (this.#top.kind === 'list') this.#pushItem();
  }

  #pushItem(): void {
    this.#startBlock('start');
    this.#open.push(element('li', 'item', ({ children }) => children));
  }

  #closeTop(): void {
    const closed = this.#top;
    const nodes = closed.finish(closed);
    this.#open.pop();
    if (closed.kind === 'item') {
      if (nodes.length > 0) this.#top.items.push(nodes);
      this.#startBlock('start');
    } else if (closed.kind === 'inline') {
      for (const node of nodes) append(this.#top.children, node);
    } else {
      if (closed.kind !== 'raw') {
        this.#startBlock(closed.after);
        this.#lineBreaks = closed.lineBreaks;
      }
      for (const node of nodes) this.add(node);
      if (nodes.length === 0 && closed.kind !== 'raw') this.margin(1);
    }
  }

  /** Before a block, the first line break ends the line, and the others are empty lines. */
  #leaveText(): void {
    const text = this.#position === 'inline' ? '\n'.repeat(Math.max(this.#lineBreaks - 1, 0)) : '';
    if (text !== '') append(this.#top.children, { type: 'text', text });
  }

  /** Around a block there is no white space but line breaks that somebody asked for. */
  #startBlock(position: Position): void {
    this.#position = position;
    this.#space = false;
    this.#lineBreaks = 0;
    this.#margin = 0;
  }

  /** Writes the white space that was waiting: outside of the elements that begin here. */
  #settle(): void {
    const afterText = this.#position === 'inline';
    const breaks = Math.max(this.#lineBreaks, afterText ? this.#margin : 0);
    const text = breaks > 0 ? '\n'.repeat(breaks) : this.#space && afterText ? ' ' : '';
    if (this.#position !== 'start' && text !== '') {
      const begun = this.#open.findLastIndex(({ kind, children }) => kind !== 'inline' || children.length > 0);
      append((this.#open[begun] ?? this.#root).children, { type: 'text', text });
    }
    this.#startBlock('inline');
  }
}

function element(tag: string, kind: OpenElement['kind'], finish: Finish, after: Position = 'start', lineBreaks = 0): OpenElement {
  return { tag, kind, finish, children: [], items: [], text: '', after, lineBreaks };
}

function append(children: TextNode[], node: TextNode): void {
  const last = children.at(-1);
  if (node.type === 'text' && last?.type === 'text')
    children[children.length - 1] = { type: 'text', text: last.text + node.text };
  else children.push(node);
}
