import { describe, expect, it, test } from 'vitest';
import { parseHtml } from '../../../bridges/matrix/parse-html.ts';
import { renderHtml } from '../../../bridges/matrix/render-html.ts';
import type { RichText, TextNode } from '../../../src/text/tree.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const text = (value: string): TextNode => ({ type: 'text', text: value });
const bold = (...children: TextNode[]): TextNode => ({ type: 'bold', children });
const italic = (...children: TextNode[]): TextNode => ({ type: 'italic', children });
const quote = (...children: TextNode[]): TextNode => ({ type: 'quote', children });
const list = (...items: TextNode[][]): TextNode => ({ type: 'list', ordered: false, items });
const link = (href: string, ...children: TextNode[]): TextNode => ({ type: 'link', href, children });

describe('Matrix HTML is read', () => {
  test.each<[name: string, html: string, tree: RichText]>([
    // What clients really send.
    ['paragraphs of Element', '<p>a</p>\n<p>b <b>c</b></p>\n', [text('a\n\nb '), bold(text('c'))]],
    [
      'a list of Element',
      '<ul>\n<li>one</li>\n<li>two\n<ul>\n<li>deep</li>\n</ul>\n</li>\n</ul>\n',
      [list([text('one')], [text('two'), list([text('deep')])])],
    ],
    [
      'a loose list',
      '<ol start="3"><li><p>a</p>\n<p>b</p></li><li>c</li></ol>',
      [{ type: 'list', ordered: true, start: 3, items: [[text('a\n\nb')], [text('c')]] }],
    ],
    [
      'code with a language',
      '<pre><code class="language-rust">fn a() {\n  &lt;b&gt;\n}\n</code></pre>\n',
      [{ type: 'codeBlock', text: 'fn a() {\n  <b>\n}', language: 'rust' }],
    ],
    ['code without', 'x<pre>a  b</pre>y', [text('x'), { type: 'codeBlock', text: 'a  b' }, text('y')]],
    ['markup in code', '<code>a <b>b</b> <!-- c --></code>', [{ type: 'code', text: 'a b ' }]],
    ['br in pre', '<pre>a<br>b</pre>', [{ type: 'codeBlock', text: 'a\nb' }]],
    [
      'all styles',
      '<u>a</u><del>b</del><s>c</s><em>d</em>',
      [
        { type: 'underline', children: [text('a')] },
        { type: 'strike', children: [text('b')] },
        { type: 'strike', children: [text('c')] },
        italic(text('d')),
      ],
    ],
    ['a spoiler', 'a <span data-mx-spoiler>b</span>', [text('a '), { type: 'spoiler', children: [text('b')] }]],
    [
      'a spoiler with a reason',
      '<span data-mx-spoiler="the  end">b</span>',
      [text('(the end) '), { type: 'spoiler', children: [text('b')] }],
    ],
    [
      'a coloured span in a spoiler',
      '<span data-mx-spoiler><span data-mx-color="#fff">a</span>b</span>c',
      [{ type: 'spoiler', children: [text('ab')] }, text('c')],
    ],
    ['a pill', '<a href="https://matrix.to/#/@al:hs">Al</a>: hi', [{ type: 'mention', of: 'user', name: 'Al' }, text(': hi')]],
    ['a pill with an @', '<a href="https://matrix.to/#/%40al%3Ahs">@Al</a>', [{ type: 'mention', of: 'user', name: 'Al' }]],
    ['a room pill', '<a href="https://matrix.to/#/#a:hs?via=hs">#a:hs</a>', [{ type: 'mention', of: 'room', name: 'a:hs' }]],
    ['a matrix: pill', '<a href="matrix:u/al:hs">Al</a>', [{ type: 'mention', of: 'user', name: 'Al' }]],
    ['an event link', '<a href="https://matrix.to/#/!a:hs/$b">x</a>', [link('https://matrix.to/#/!a:hs/$b', text('x'))]],
    [
      'a custom emoji',
      'a <img data-mx-emoticon src="mxc://a/b" alt=":blob:" height=32> b',
      [text('a '), { type: 'emoji', name: 'blob' }, text(' b')],
    ],
    ['a picture', '<img src="mxc://a/b" alt="a cat">', [text('a cat')]],
    [
      'a table',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tr><td>1</td><td>2</td></tr></table>x',
      [text('a | b\n1 | 2\nx')],
    ],
    ['a rule', 'a<hr>b', [text('a\n---\nb')]],
    ['nested quotes', '<blockquote>a<blockquote>b</blockquote></blockquote>c', [quote(text('a'), quote(text('b'))), text('c')]],
    ['a heading', '<h2>a</h2>b', [{ type: 'heading', level: 2, children: [text('a')] }, text('b')]],
    ['the copy of an answered message', '<mx-reply><blockquote>x <b>y</b></blockquote></mx-reply>hi', [text('hi')]],

    // White space.
    ['runs of it', ' a \n\t b ', [text('a b')]],
    ['no-break spaces', 'a&nbsp;&nbsp;b', [text('a\u00a0\u00a0b')]],
    ['in front of a style', 'a<b> b </b>c', [text('a '), bold(text('b')), text(' c')]],
    ['line breaks', 'a<br>b<br/><br />c<br>', [text('a\nb\n\nc')]],
    ['a line break before a block', 'a<br><blockquote>b</blockquote>c', [text('a'), quote(text('b')), text('c')]],
    ['empty lines around a block', 'a<br><br><blockquote>b</blockquote><br>c', [text('a\n'), quote(text('b')), text('\nc')]],
    ['an empty block', 'a<blockquote> </blockquote>b', [text('a\nb')]],

    // Hostile and broken.
    ['nothing', '', []],
    ['only white space', ' <p> </p> <b></b>', []],
    ['text that looks like markup', '&lt;script&gt;alert(1)&lt;/script&gt;', [text('<script>alert(1)</script>')]],
    ['a script', 'a<script>b("<b>")</script>c', [text('ac')]],
    ['a style sheet', 'a<style>b{}</style>c', [text('ac')]],
    ['an unclosed script', 'a<script>b', [text('a')]],
    ['a javascript link', '<a href="javascript:alert(1)">x</a>', [text('x')]],
    ['a data link', '<a href=" data:text/html,x">x</a>', [text('x')]],
    ['a link without a text', '<a href="https://a.test"></a>', []],
    ['an unclosed style', '<b>a', [bold(text('a'))]],
    ['crossing styles', '<b>a<i>b</b>c</i>d', [bold(text('a'), italic(text('b'))), text('cd')]],
    ['a closing tag alone', 'a</b></blockquote></p>b', [text('a\n\nb')]],
    ['unknown elements', '<blink>a<custom-x y="1">b</custom-x></blink>', [text('ab')]],
    ['items without a list', '<li>a<li>b', [text('a\nb')]],
    ['text without an item', '<ul>a<li>b</li>c</ul>', [list([text('a')], [text('b')], [text('c')])]],
    ['unclosed items', '<ul><li>a<li>b</ul>', [list([text('a')], [text('b')])]],
    ['a list start that is no number', '<ol start="x"><li>a</ol>', [{ type: 'list', ordered: true, items: [[text('a')]] }]],
    ['event handlers', '<b onclick="x()" style="y">a</b>', [bold(text('a'))]],
    ['a comment', 'a<!-- <b> -->b', [text('ab')]],
    ['a null character', 'a\0b', [text('ab')]],
    [
      'a language that is none',
      '<pre><code class="language-a`b c">x</code></pre>',
      [{ type: 'codeBlock', text: 'x', language: 'a' }],
    ],
  ])('%s', (_, html, tree) => {
    expect(parseHtml(html)).toEqual(tree);
  });

  test.each<[string, string]>([
    ['deep divs', '<div>'.repeat(10_000)],
    ['deep quotes', '<blockquote>'.repeat(5_400)],
    ['deep lists', '<ul><li>'.repeat(8_000)],
    ['deep styles', '<b><i>'.repeat(10_000)],
    ['formatting that is opened again in each paragraph', `${numbered('<font a=', 3_000)}${'<p>x'.repeat(4_000)}`],
    ['many attributes', `<a${numbered(' b', 12_000)}>`],
    ['many closing tags', `${'<b>'.repeat(50)}${'</i>'.repeat(15_000)}`],
    ['many entities', '&amp;'.repeat(13_000)],
    ['open comments', '<!--'.repeat(16_000)],
  ])('a bomb of 64 KiB is harmless: %s', (_, html) => {
    const started = cpuTime();
    const tree = parseHtml(`${html}end`);
    expect(cpuTime() - started).toBeLessThan(1_000);
    expect(depthOf(tree)).toBeLessThan(60);
    expect(JSON.stringify(tree).length).toBeLessThan(200_000);
  });
});

describe('Matrix HTML is written', () => {
  test.each<[name: string, tree: RichText, html: string]>([
    ['markup in a text', [text(`<b onclick='x'>&amp;"`)], '&lt;b onclick=&#39;x&#39;&gt;&amp;amp;&quot;'],
    ['markup in code', [{ type: 'code', text: '</code><script>' }], '<code>&lt;/code&gt;&lt;script&gt;</code>'],
    [
      'markup in a language',
      [{ type: 'codeBlock', text: 'a', language: '"><script>' }],
      '<pre><code class="language-&quot;&gt;&lt;script&gt;">a\n</code></pre>',
    ],
    [
      'a quote in a link',
      [link('https://a.test/"onclick="x', text('a'))],
      '<a href="https://a.test/&quot;onclick=&quot;x">a</a>',
    ],
    ['a javascript link', [link('javascript:alert(1)', text('a'))], 'a'],
    ['markup in a mention', [{ type: 'mention', of: 'user', name: '<b>' }], '@&lt;b&gt;'],
    ['markup in an emoji', [{ type: 'emoji', name: '<b>', url: 'https://a.test' }], ':&lt;b&gt;:'],
    ['lines', [text('a\nb')], 'a<br>b'],
    ['styles', [bold(italic(text('a')))], '<strong><em>a</em></strong>'],
    ['a spoiler', [{ type: 'spoiler', children: [text('a')] }], '<span data-mx-spoiler>a</span>'],
    ['a list', [{ type: 'list', ordered: true, start: 2, items: [[text('a')]] }], '<ol start="2"><li>a</li></ol>'],
    ['a heading beyond the sixth', [{ type: 'heading', level: 9, children: [text('a')] }], '<h6>a</h6>'],
  ])('%s', (_, tree, html) => {
    expect(renderHtml(tree)).toBe(html);
  });

  it('and read again as it was: there and back changes nothing', () => {
    const random = seeded(20_261_121);
    for (let round = 0; round < 2_000; round++) {
      const once = parseHtml(renderHtml(randomTree(random, 4)));
      expect(parseHtml(renderHtml(once))).toEqual(once);
    }
  });

  it('whatever was read: broken HTML is stable too', () => {
    const random = seeded(7);
    const tags = [
      'b',
      'i',
      'a href="https://x.test"',
      'blockquote',
      'ul',
      'ol',
      'li',
      'pre',
      'code',
      'p',
      'br',
      'h1',
      'td',
      'span data-mx-spoiler=r',
    ];
    for (let round = 0; round < 2_000; round++) {
      let html = '';
      for (let i = 0; i < 12; i++) {
        const tag = pick(random, tags);
        html += pick(random, [`<${tag}>`, `</${tag.split(' ')[0]}>`, ' a ', 'b', '\n', '&lt;x&gt;']);
      }
      const once = parseHtml(html);
      expect(parseHtml(renderHtml(once)), html).toEqual(once);
    }
  });
});

function numbered(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${prefix}${index.toString(36)}${prefix.startsWith('<') ? '>' : ''}`).join(
    '',
  );
}

function depthOf(tree: RichText): number {
  const depths = tree.map((node) => {
    if (node.type === 'list') return 1 + Math.max(0, ...node.items.map(depthOf));
    return 'children' in node ? 1 + depthOf(node.children) : 1;
  });
  return Math.max(0, ...depths);
}

/** A small generator of pseudo-random numbers (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function randomTree(random: () => number, depth: number): RichText {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomNode(random, depth));
}

const texts = ['a', ' b', 'c ', '\n', 'd\ne', '<b>', '&amp;', '  ', 'ünï 👩‍👩‍👧', '"\'>', '- x', 'f\n\n\ng', '\u202e'];

function randomNode(random: () => number, depth: number): TextNode {
  const leaves: TextNode[] = [
    text(pick(random, texts)),
    { type: 'code', text: pick(random, texts) },
    { type: 'codeBlock', text: pick(random, texts) },
    { type: 'codeBlock', text: pick(random, texts), language: 'js' },
    { type: 'mention', of: 'user', name: pick(random, texts) },
    { type: 'emoji', name: 'blob' },
  ];
  if (depth === 0 || random() < 0.4) return pick(random, leaves);
  const children = randomTree(random, depth - 1);
  return pick<TextNode>(random, [
    bold(...children),
    italic(...children),
    { type: 'spoiler', children },
    quote(...children),
    { type: 'heading', level: 3, children },
    link('https://a.test/?b=c&d', ...children),
    { type: 'list', ordered: true, start: 4, items: [children, randomTree(random, depth - 1)] },
    { type: 'list', ordered: false, items: [children] },
  ]);
}
