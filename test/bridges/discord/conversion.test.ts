/** What people on one side write, and what those on the others read: through both conversions, without a network between. */
import { describe, expect, it } from 'vitest';
import { type Names, parseMarkdown } from '../../../bridges/discord/markdown/parse.ts';
import { contentsOf } from '../../../bridges/discord/outgoing.ts';
import { parseHtml } from '../../../bridges/matrix/parse-html.ts';
import { renderHtml } from '../../../bridges/matrix/render-html.ts';
import { forGame } from '../../../src/text/game.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { says } from './setup.ts';

const names: Names = {
  user: (id) => ({ 1: 'Alice', 2: 'שרה', 3: '**Bob** @here' })[id],
  role: (id) => ({ 5: 'Mods' })[id],
  channel: (id) => ({ 7: 'general' })[id],
};
const channel = { id: '100000000000000001', guildId: '100000000000000000' };
const gap = '\u200b';
const onDiscord = (body: RichText) => contentsOf(says('', { body }), channel).map(({ text }) => text);

describe('from Matrix to Discord', () => {
  it.each([
    ['<b>a</b> <strong>b</strong>', '**a** **b**'],
    ['<i>a</i> <em>b</em>', '*a* *b*'],
    ['<u>a</u> <ins>b</ins>', '__a__ __b__'],
    ['<s>a</s> <del>b</del> <strike>c</strike>', '~~a~~ ~~b~~ ~~c~~'],
    ['<span data-mx-spoiler>a</span>', '||a||'],
    ['<b>a <i>b <u>c</u></i></b>', '**a *b __c__***'],
    ['<b><i>a</i></b>', '***a***'],
    ['<b>a</b><i>b</i>', `**a**${gap}*b*`],
    ['<b>a</b>b', '**a**b'],
    ['<b>never closed', '**never closed**'],
    ['<b>a<i>b</b>c</i>', '**a*b***c'],
    ['<code>a *b*</code>', '`a *b*`'],
    ['<code>a`b</code>', '``a`b``'],
    ['<pre><code class="language-lua">print("a")\nprint("b")\n</code></pre>', '```lua\nprint("a")\nprint("b")\n```'],
    ['<pre>a</pre>', '```\na\n```'],
    ['<blockquote>a</blockquote>b', '> a\nb'],
    ['<blockquote><p>a</p><p>b</p></blockquote>', '> a\n> \n> b'],
    ['<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>', '- a\n- b\n  - c'],
    ['<ol><li>a</li><li>b</li></ol>', '1. a\n2. b'],
    ['<ol start="7"><li>a</li><li>b</li></ol>', '7. a\n8. b'],
    ['<h1>a</h1><h2>b</h2><h6>c</h6>', '# a\n## b\n### c'],
    ['<p>a</p><p>b</p>', 'a\n\nb'],
    ['a<br>b', 'a\nb'],
    ['<a href="https://a.example/b">c</a>', '[c](https://a.example/b)'],
    ['<a href="https://a.example/b">https://a.example/b</a>', 'https://a.example/b'],
    ['<a href="https://a.example/b_(c)">d</a>', '[d](https://a.example/b_%28c%29)'],
    ['see https://a.example/b_(c), please', 'see https://a.example/b_(c), please'],
    ['<a href="https://matrix.to/#/@alice:x">Alice</a>: hi', '@Alice: hi'],
    ['<a href="https://matrix.to/#/%23games:x">#games:x</a>', '\\#games:x'],
    ['<img data-mx-emoticon src="mxc://a/b" alt=":wave:"> hi', ':wave: hi'],
    ['\u{1F600}<b>a</b>\u{1F600}', '\u{1F600}**a**\u{1F600}'],
    ['שלום <b>עולם</b>', 'שלום **עולם**'],
    ['<mx-reply><blockquote>x</blockquote></mx-reply>a', 'a'],
    ['1 &lt; 2 &amp;&amp; *a*', '1 \\< 2 && \\*a\\*'],
    ['<table><tr><td>a</td><td>b</td></tr></table>', 'a \\| b'],
    ['<font color="#ff0000">a</font>', 'a'],
    ['<script>x</script>a', 'a'],
  ])('%j', (html, expected) => expect(onDiscord(parseHtml(html))).toEqual([expected]));
});

describe('from games to Discord', () => {
  it.each([
    ['hello', 'hello'],
    ['*hello*', '\\*hello\\*'],
    ['a_b_c', 'a\\_b\\_c'],
    ['> hi', '\\> hi'],
    ['#1', '\\#1'],
    ['5. place', '5\\. place'],
    ['https://a.example/b_c?d=*e*', 'https://a.example/b_c?d=*e*'],
    ['(https://a.example)', '(https://a.example)'],
    ['C:\\path\\_x', 'C:\\\\path\\\\\\_x'],
    ['<color=red>a</color>', '\\<color=red>a\\</color>'],
    ['@everyone', `@${gap}everyone`],
    [':) \u{1F600}', ':) \u{1F600}'],
    ['¯\\_(ツ)_/¯', '¯\\\\\\_(ツ)\\_/¯'],
    ['x | y || z', 'x \\| y \\|\\| z'],
    ['a\nb', 'a\nb'],
  ])('%j', (text, expected) => expect(onDiscord(literal(text))).toEqual([expected]));
});

describe('from Discord to Matrix', () => {
  it.each([
    ['**a *b* __c__**', '<strong>a <em>b</em> <u>c</u></strong>'],
    ['~~a~~ ||b||', '<del>a</del> <span data-mx-spoiler>b</span>'],
    ['**never closed', '**never closed'],
    ['`a <b>`', '<code>a &lt;b&gt;</code>'],
    ['``a`b``', '<code>a`b</code>'],
    ['```js\na < b\n```', '<pre><code class="language-js">a &lt; b\n</code></pre>'],
    ['> a\nb', '<blockquote>a</blockquote>b'],
    ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['# a', '<h1>a</h1>'],
    ['[a](https://a.example/b_(c))', '<a href="https://a.example/b_(c)">a</a>'],
    ['https://a.example/b', '<a href="https://a.example/b">https://a.example/b</a>'],
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<@1> <@&5> <#7>', '@Alice @Mods #general'],
    ['<@2>: שלום', '@שרה: שלום'],
    ['<@3>', '@**Bob** @here'],
    ['`<@1>`', '<code>&lt;@1&gt;</code>'],
    ['\u{1F600}<:wave:12>x', '\u{1F600}:wave:x'],
    ['<t:0:d>', '1970-01-01'],
    ['a\nb', 'a<br>b'],
    ['"a" & \'b\'', '&quot;a&quot; &amp; &#39;b&#39;'],
  ])('%j', (markdown, expected) => expect(renderHtml(parseMarkdown(markdown, names))).toBe(expected));
});

describe('from Discord to games', () => {
  it.each([
    ['**a *b* __c__** ~~d~~', 'a b c d'],
    ['||the end||', '[spoiler]'],
    ['```js\na\nb\n```', 'a / b'],
    ['> a\nb', '> a / b'],
    ['- a\n- b', '- a / - b'],
    ['# a\nb', 'a / b'],
    ['[a](https://a.example/b)', 'a (https://a.example/b)'],
    ['<https://a.example/b>', 'https://a.example/b'],
    ['<@1> <@&5> <#7> <@9>', '@Alice @Mods #general @unknown-user'],
    ['<@2>: שלום', '@שרה: שלום'],
    ['@everyone', '@everyone'],
    ['<:wave:12>\u{1F600}', ':wave:\u{1F600}'],
    ['<t:0:R>', '1970-01-01 00:00 UTC'],
    ['a\n\n\nb', 'a / b'],
    ['\u202ea\u0007b', 'ab'],
    ['*a\n**b', '*a / **b'],
    ['\\*a\\*', '*a*'],
    ['`<@1>`', '<@1>'],
  ])('%j', (markdown, expected) => {
    expect(forGame(says('', { body: parseMarkdown(markdown, names) }), 500)).toEqual([expected]);
  });
});

describe('at the edge of 2,000 characters', () => {
  const lengths = (body: RichText) => onDiscord(body).map((text) => text.length);
  const code = (text: string): RichText => [{ type: 'codeBlock', text, language: 'js' }];

  it.each<[string, RichText, number[]]>([
    ['just fits', literal('a'.repeat(2_000)), [2_000]],
    ['one too many', literal('a'.repeat(2_001)), [2_000, 1]],
    ['a word that does not fit', literal(`${'a'.repeat(1_995)} ${'b'.repeat(10)}`), [1_995, 10]],
    ['a pair of surrogates at the edge', literal(`${'a'.repeat(1_999)}\u{1F600}b`), [1_999, 3]],
    ['a family at the edge', literal(`${'a'.repeat(1_996)}\u{1F468}\u200d\u{1F469}\u200d\u{1F467}`), [1_996, 8]],
    ['a letter with marks at the edge', literal(`${'a'.repeat(1_999)}e\u0301`), [1_999, 2]],
    ['signs that take two', literal('*'.repeat(1_001)), [2_000, 2]],
    ['bold that takes four more', [{ type: 'bold', children: literal('a'.repeat(1_997)) }], [2_000, 5]],
    ['code that takes ten more', code('a'.repeat(1_990)), [2_000]],
    ['code that is one too long', code('a'.repeat(1_991)), [2_000, 11]],
    ['a quote that takes two more', [{ type: 'quote', children: literal('a'.repeat(1_999)) }], [2_000, 3]],
    ['a mention that has to be broken', literal(`${'a'.repeat(1_991)}@everyone`), [1_991 + 8, 1]],
  ])('%s', (_, body, expected) => expect(lengths(body)).toEqual(expected));

  it('a code block is closed and opened again, at a line', () => {
    const line = `${'x'.repeat(99)}\n`;
    const [first = '', second = ''] = onDiscord(code(line.repeat(30).trim()));
    expect([first.startsWith('```js\nx'), first.endsWith('x\n```')]).toEqual([true, true]);
    expect([second.startsWith('```js\nx'), second.endsWith('x\n```')]).toEqual([true, true]);
  });

  it('a quote goes on as a quote, and a list as a list', () => {
    const [, quoted = ''] = onDiscord([{ type: 'quote', children: literal('a b '.repeat(800)) }]);
    expect(quoted).toMatch(/^> [ab]/);
    const items = Array.from({ length: 300 }, (_, index) => literal(`item ${index}`));
    const [, listed = ''] = onDiscord([{ type: 'list', ordered: true, items }]);
    const [, number, item] = /^(\d+)\. item (\d+)/.exec(listed) ?? [];
    expect(Number(number)).toBe(Number(item) + 1);
  });
});
