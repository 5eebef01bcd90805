/** Whatever anybody writes: it is read without fault, and what is written of it is allowed and reads the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../bridges/discord/markdown/parse.ts';
import { contentsOf } from '../../bridges/discord/outgoing.ts';
import { toDrafts } from '../../bridges/matrix/content.ts';
import { parseHtml } from '../../bridges/matrix/parse-html.ts';
import { renderHtml } from '../../bridges/matrix/render-html.ts';
import { forGame } from '../../src/text/game.ts';
import { toPlain } from '../../src/text/plain.ts';
import type { RichText, TextNode } from '../../src/text/tree.ts';
import { anyCodePoints } from '../support/any-text.ts';
import { words } from '../support/words.ts';
import { forbidden } from './allowed.ts';
import { names } from './discord-cases.ts';
import { says } from './says.ts';

const runs = { numRuns: 300, seed: 20_261_121 };
const channel = { id: '100000000000000001', guildId: '100000000000000000' };

/** Everything that a text for people may hold, hostile or not. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<b>',
        '</b>',
        '&lt;',
        '&',
        '"',
        "'>",
        '<!--',
        '</code></pre>',
        ' ',
        '  ',
        '\n',
        '\n\n',
        '\t',
        '\r',
        '\0',
        '\u2028',
      ),
      fc.constantFrom('**', '||', '`', '```', '> ', '- ', '# ', '@everyone', '\u202e', '\u200b', '\ud800', '\u{1F600}', '\u0301'),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      anyCodePoints(4),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));
/** A text that HTML leaves as it is: no blanks at its edges, and single ones within. */
const plainText = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 })
  .chain((some) =>
    fc.constantFrom(' ', '\n', '\n\n').map((glue) => some.map((one) => one.replace(/[\s\p{C}]/gu, '.')).join(glue)),
  );

/** Trees of such texts. */
function trees(text: fc.Arbitrary<string>, least: number): fc.Arbitrary<RichText> {
  const hrefs = [
    'https://a.test/b_(c)?d=e&f="',
    'HTTP://a.test',
    'mailto:a@b.test',
    ...(least === 0 ? ['javascript:x', '', 'a"b<c>'] : []),
  ];
  return fc.letrec<{ tree: RichText; line: RichText; node: TextNode; inline: TextNode; leaf: TextNode }>((tie) => ({
    tree: fc.array(tie('node'), { minLength: least, maxLength: 4 }),
    line: fc.array(fc.oneof({ maxDepth: 2 }, tie('leaf'), tie('inline')), { minLength: least, maxLength: 3 }),
    leaf: fc.oneof(
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('code' as const), text }),
      fc.record({
        type: fc.constant('mention' as const),
        of: fc.constantFrom('user', 'role', 'room', 'everyone'),
        name: text.map((name) => name.replace(/\s+/g, ' ')),
      }),
      fc.record({ type: fc.constant('emoji' as const), name: text.map((name) => name.replace(/\s+/g, ' ')) }),
    ),
    inline: fc.record({ type: fc.constantFrom('bold', 'italic', 'underline', 'strike', 'spoiler'), children: tie('line') }),
    node: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.record({ type: fc.constant('codeBlock' as const), text }),
      fc.record({ type: fc.constant('codeBlock' as const), text, language: fc.constantFrom('js', 'c++', 'objective-c') }),
      fc.record({ type: fc.constantFrom('bold', 'italic', 'underline', 'strike', 'spoiler', 'quote'), children: tie('tree') }),
      fc.record({ type: fc.constant('heading' as const), level: fc.integer({ min: 1, max: 6 }), children: tie('tree') }),
      fc.record({ type: fc.constant('link' as const), href: fc.constantFrom(...hrefs), children: tie('line') }),
      fc.record({
        type: fc.constant('list' as const),
        ordered: fc.constant(false),
        items: fc.array(tie('tree'), { minLength: least, maxLength: 3 }),
      }),
      fc.record({
        type: fc.constant('list' as const),
        ordered: fc.constant(true),
        start: fc.integer({ min: 2, max: 99_999 }),
        items: fc.array(tie('tree'), { minLength: least, maxLength: 3 }),
      }),
    ),
  })).tree;
}

/** With names and emoji as the text that Matrix shows of them, and neighbouring texts as one. */
function asShown(tree: RichText): RichText {
  const shown: TextNode[] = [];
  for (const node of tree) {
    const last = shown.at(-1);
    if (node.type === 'list') shown.push({ ...node, items: node.items.map(asShown) });
    else if ('children' in node) shown.push({ ...node, children: asShown(node.children) });
    else if (node.type === 'code' || node.type === 'codeBlock') shown.push(node);
    else {
      const text = 'text' in node ? node.text : toPlain([node]);
      if (last?.type === 'text') shown[shown.length - 1] = { type: 'text', text: last.text + text };
      else shown.push({ type: 'text', text });
    }
  }
  return shown;
}

function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

describe('any tree', () => {
  it('reads the same in Matrix', () => {
    fc.assert(
      fc.property(trees(plainText, 1), (tree) => {
        expect(parseHtml(renderHtml(tree))).toEqual(asShown(tree));
      }),
      runs,
    );
  });

  it('is allowed HTML in which no word is lost, and that never changes again', () => {
    fc.assert(
      fc.property(trees(anyText, 0), (tree) => {
        const html = renderHtml(tree);
        expect(forbidden(html)).toEqual([]);
        const read = parseHtml(html);
        expect(letters(words(read))).toBe(letters(words(tree)));
        expect(parseHtml(renderHtml(read))).toEqual(read);
      }),
      runs,
    );
  });
});

const tags =
  'b i u s del span a p div br hr pre code ul ol li blockquote h1 h6 table tr td th details summary img font sup mx-reply';
const rare = 'script style title svg math template iframe textarea noscript plaintext xmp select option html body form input x-y';
const attributes = [
  'data-mx-spoiler="why"',
  'data-mx-spoiler',
  'data-mx-emoticon',
  'href="https://a.test"',
  'href=javascript:x',
  'href="https://matrix.to/#/@a:b"',
  'src=mxc://a/b',
  'alt=c',
  'start=-3',
  'class="language-js"',
  'onload=x',
  "style='",
  '"',
  '=',
];
const anyTag = fc
  .tuple(
    fc.constantFrom('<', '<', '</'),
    fc.constantFrom(...tags.split(' '), ...tags.split(' '), ...rare.split(' ')),
    fc.subarray(attributes),
    fc.constantFrom('>', '>', '/>', ''),
  )
  .map(([open, tag, some, close]) => `${open}${[tag, ...some.slice(0, 3)].join(' ')}${close}`);
const anyHtml = fc.array(fc.oneof(anyTag, anyTag, anyText), { maxLength: 30 }).map((pieces) => pieces.join(''));

describe('any HTML', () => {
  it('is read, and all that it becomes is allowed where it goes', () => {
    fc.assert(
      fc.property(anyHtml, (html) => {
        const said = says(parseHtml(html));
        for (const { content } of toDrafts(said, { nameTemplate: '{name}', serverId: 'a' })) {
          expect(forbidden(content.formatted_body)).toEqual([]);
        }
        for (const { text } of contentsOf(said, channel)) expect(text.length).toBeLessThanOrEqual(2_000);
        for (const line of forGame(said, 100)) expect(line).not.toMatch(/[\n\r\u2028\u2029\u202e]/);
      }),
      runs,
    );
  });

  it('says the same when it was read once', () => {
    fc.assert(
      fc.property(anyHtml, (html) => {
        const once = parseHtml(html);
        expect(parseHtml(renderHtml(once))).toEqual(asShown(once));
      }),
      runs,
    );
  });
});

it('any markdown becomes allowed HTML, and no word of it is lost', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, anyHtml), (markdown) => {
      const said = parseMarkdown(markdown, names);
      const html = renderHtml(said);
      expect(forbidden(html)).toEqual([]);
      expect(letters(words(parseHtml(html)))).toBe(letters(words(said)));
    }),
    runs,
  );
});
