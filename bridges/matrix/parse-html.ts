/**
 * Matrix HTML → rich text. Works on parse5's tokens and not on its tree: a tree can be made to grow with the square of the input
 * (unclosed formatting elements are opened again in every paragraph); this takes one pass and a stack of bounded depth.
 */
import { type Token, Tokenizer, TokenizerMode } from 'parse5';
import { toPlain } from '../../src/text/plain.ts';
import type { RichText, StyleName } from '../../src/text/tree.ts';
import { type ElementKind, type Finish, Flow } from './flow.ts';
import { isOpenable, mentioned } from './links.ts';
import { raised } from './raised.ts';

const styles: Readonly<Record<string, StyleName>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strike',
  del: 'strike',
  strike: 'strike',
};

/** Elements that stand on lines of their own and mean nothing else; the number of line breaks around each. */
const margins: Readonly<Record<string, number>> = {
  p: 2,
  div: 1,
  details: 1,
  summary: 1,
  table: 1,
  caption: 1,
  tr: 1,
  hr: 1,
  // Not allowed, but they keep words apart that would run together.
  section: 1,
  article: 1,
  header: 1,
  footer: 1,
  center: 1,
  option: 1,
  dt: 1,
  dd: 1,
};

/** What is in these is no part of the message. `mx-reply` holds a copy of the message that is answered. */
const dropped: ReadonlySet<string> = new Set(['mx-reply', 'script', 'style', 'title']);

/**
 * Reads a `formatted_body` of `org.matrix.custom.html`. Unknown elements stand for what is in them; links other than http(s) and
 * mailto for their text; a table becomes lines of text. Takes any input, in time proportional to its length.
 * @see https://spec.matrix.org/v1.13/client-server-api/#mroommessage-msgtypes
 */
export function parseHtml(html: string): RichText {
  const reader = new Reader();
  const ignore = () => {};
  const onText = (token: Token.CharacterToken) => reader.text(token.chars);
  const tokenizer = new Tokenizer(
    {},
    {
      onStartTag(token) {
        if (token.tagName === 'script' || token.tagName === 'style') tokenizer.state = TokenizerMode.RAWTEXT;
        if (token.tagName === 'title') tokenizer.state = TokenizerMode.RCDATA;
        reader.open(token.tagName, new Map(token.attrs.map(({ name, value }) => [name, value])));
      },
      onEndTag: (token) => reader.close(token.tagName),
      onCharacter: onText,
      onWhitespaceCharacter: onText,
      onNullCharacter: ignore,
      onComment: ignore,
      onDoctype: ignore,
      onEof: ignore,
    },
  );
  tokenizer.write(html, true);
  return reader.flow.end();
}

type Attributes = ReadonlyMap<string, string>;

/** Does to the flow of text what a tag asks for. */
class Reader {
  readonly flow = new Flow();
  /** In the current row of a table. */
  #cells = 0;
  /** Of the current code block. */
  #language: string | undefined;
  /** Whether nothing came since a code block began. */
  #atCode = false;

  text(chars: string): void {
    // A line break right behind `<pre>` is none.
    this.flow.text(this.#atCode ? chars.replace(/^\n/, '') : chars);
    this.#atCode = false;
  }

  open(tag: string, attributes: Attributes): void {
    const { flow } = this;
    this.#atCode = tag === 'pre';
    // Links hold no links: as in browsers, the next one ends the one before.
    if (tag === 'a') flow.close(tag);
    if (tag === 'code' && flow.inside('pre')) {
      this.#language ??= languageOf(attributes.get('class') ?? '');
    } else if (tag === 'pre' && !flow.inside('pre')) {
      this.#language = undefined;
      flow.open(tag, 'raw', ({ text }) => codeBlock(text, this.#language));
    } else if (tag === 'br') {
      if (this.#cells > 0) flow.text(' ');
      else flow.lineBreak();
    } else if (tag === 'li') {
      flow.openItem();
    } else if (tag === 'img') {
      this.#addImage(attributes);
    } else if (tag === 'td' || tag === 'th') {
      if (this.#cells++ > 0) flow.text(' | ');
    } else {
      this.#openLine(tag);
      const reason = tag === 'span' ? attributes.get('data-mx-spoiler') : undefined;
      if (reason) flow.text(`(${reason}) `);
      const { kind, finish } = elementOf(tag, attributes) ?? {};
      if (kind !== undefined && finish !== undefined) flow.open(tag, kind, finish);
    }
  }

  close(tag: string): void {
    if (tag === 'tr' || tag === 'table') this.#cells = 0;
    const margin = margins[tag];
    if (margin !== undefined) this.#endLine(margin);
    else this.flow.close(tag);
  }

  /** In a table, which becomes text, a row is one line. */
  #endLine(margin: number): void {
    if (this.#cells > 0) this.flow.text(' ');
    else this.flow.margin(margin);
  }

  #openLine(tag: string): void {
    const margin = margins[tag];
    if (margin === undefined) return;
    if (tag === 'tr' || tag === 'table') this.#cells = 0;
    this.#endLine(margin);
    if (tag !== 'hr') return;
    this.flow.text('---');
    this.#endLine(margin);
  }

  #addImage(attributes: Attributes): void {
    const name = (attributes.get('alt') || attributes.get('title') || '').trim();
    if (attributes.has('data-mx-emoticon')) this.flow.add({ type: 'emoji', name: name.replace(/^:(.+):$/s, '$1') || 'emoji' });
    else this.flow.text(name);
  }
}

/** What an element holds and becomes; undefined for one that stands for what is in it. */
function elementOf(tag: string, attributes: Attributes): { kind: ElementKind; finish: Finish } | undefined {
  const style = styles[tag];
  if (style !== undefined) return { kind: 'inline', finish: ({ children }) => styled(style, children) };
  if (dropped.has(tag)) return { kind: 'raw', finish: () => [] };
  switch (tag) {
    case 'span':
      return {
        kind: 'inline',
        finish: ({ children }) => (attributes.has('data-mx-spoiler') ? styled('spoiler', children) : children),
      };
    case 'a':
      return { kind: 'inline', finish: linkReader(attributes.get('href') ?? '') };
    case 'sup':
    case 'sub':
      return { kind: 'inline', finish: ({ children }) => raised(tag, children) };
    case 'code':
    case 'tt':
    case 'kbd':
    case 'samp':
      return { kind: 'raw', finish: ({ text }) => (text === '' ? [] : [{ type: 'code', text }]) };
    case 'blockquote':
      return { kind: 'block', finish: ({ children }) => (children.length === 0 ? [] : [{ type: 'quote', children }]) };
    case 'ul':
      return { kind: 'list', finish: listReader(false, undefined) };
    case 'ol':
      return { kind: 'list', finish: listReader(true, attributes.get('start')) };
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6':
      return { kind: 'block', finish: headingReader(Number(tag[1])) };
    default:
      return undefined;
  }
}

function styled(type: StyleName, children: RichText): RichText {
  return children.length === 0 ? [] : [{ type, children }];
}

function linkReader(href: string): Finish {
  const of = mentioned(href);
  return ({ children }) => {
    if (of !== undefined) return [{ type: 'mention', of, name: toPlain(children).replace(/^[@#]/, '') || 'unknown' }];
    return isOpenable(href) && children.length > 0 ? [{ type: 'link', href, children }] : children;
  };
}

/** @param className `language-x` */
function languageOf(className: string): string | undefined {
  return /(?:^|\s)language-([^\s`]{1,32})/.exec(className)?.[1];
}

function codeBlock(raw: string, language: string | undefined): RichText {
  const text = raw.replace(/\n$/, '');
  return text === '' ? [] : [{ type: 'codeBlock', text, ...(language !== undefined && { language }) }];
}

function listReader(ordered: boolean, start: string | undefined): Finish {
  const first = ordered && /^\d{1,9}$/.test(start ?? '') ? Number(start) : 1;
  return ({ items }) => (items.length === 0 ? [] : [{ type: 'list', ordered, ...(first !== 1 && { start: first }), items }]);
}

function headingReader(level: number): Finish {
  return ({ children }) => (children.length === 0 ? [] : [{ type: 'heading', level, children }]);
}
