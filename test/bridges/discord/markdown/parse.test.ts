import { describe, expect, it } from 'vitest';
import { type Names, parseMarkdown } from '../../../../bridges/discord/markdown/parse.ts';
import { outline } from './outline.ts';

const names: Names = {
  user: (id) => ({ 1: 'Alice', 2: '**Bob**' })[id],
  role: (id) => ({ 5: 'Mods' })[id],
  channel: (id) => ({ 7: 'general' })[id],
};
const read = (text: string) => outline(parseMarkdown(text, names));
const link = (url: string) => `<a ${url}>${url}</a>`;

describe('styles', () => {
  it.each([
    ['**a *b* c**', '<b>a <i>b</i> c</b>'],
    ['*a **b** c*', '<i>a <b>b</b> c</i>'],
    ['***a***', '<b><i>a</i></b>'],
    ['***a** b*', '<i><b>a</b> b</i>'],
    ['***a* b**', '<b><i>a</i> b</b>'],
    ['**b *a***', '<b>b <i>a</i></b>'],
    ['*b **a***', '<i>b <b>a</b></i>'],
    ['___a___', '<u><i>a</i></u>'],
    ['**a**b**c**', '<b>a</b>b<b>c</b>'],
    ['*a**b**c*', '<i>a<b>b</b>c</i>'],
    ['**a** **b**', '<b>a</b> <b>b</b>'],
    ['_a_ *b* __c__ ~~d~~ ||e||', '<i>a</i> <i>b</i> <u>c</u> <s>d</s> <spoiler>e</spoiler>'],
    ['||**a** ~~b~~||', '<spoiler><b>a</b> <s>b</s></spoiler>'],
    ['**a ~~b** c~~', '<b>a ~~b</b> c~~'],
    ['**a\nb**', '<b>a\nb</b>'],
    ['** a **', '<b> a </b>'],
    ['a*b*c', 'a<i>b</i>c'],
    ['||a\n# b\n- c||', '<spoiler>a\n# b\n- c</spoiler>'],
    ['~~~a~~~', '<s>~a</s>~'],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));
});

describe('what only looks like a style is literal', () => {
  it.each([
    '**a',
    'a**',
    '*a',
    'x * a*',
    '2 * 3 * 4',
    'snake_case_name',
    '_a_b',
    '****',
    '||||',
    '~a~',
    '|a|',
    '**a ||b',
    '`a',
    '```a',
    '``a`',
    '[a](b)',
    '[a] (b)',
    '[]()',
    '[a](javascript:alert(1))',
    '<@>',
    '<@x>',
    '<:a:>',
    '<t:99999999999999>',
    '<t:9999999999999>',
    '</:1>',
    '@Everyone',
    '@ everyone',
    '#nothing',
    '>nothing',
    '-nothing',
    '1.nothing',
    '#### four',
    '¯\\_(ツ)_/¯',
    'a\\b',
    '\u{1F600}\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
    'שלום *עולם',
  ])('%j', (text) => expect(read(text)).toBe(text));

  it.each([
    ['\\*a\\* \\_b\\_ \\`c\\`', '*a* _b_ `c`'],
    ['\\<@1> \\@x', '<@1> @x'],
    ['\\# a', '# a'],
    ['\\\\*a*', '\\<i>a</i>'],
    ['*a *b*', '*a <i>b</i>'],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));
});

describe('code', () => {
  it.each([
    ['`a *b* <@1>`', '<code>a *b* <@1></code>'],
    ['``a`b``', '<code>a`b</code>'],
    ['`` `a` ``', '<code>`a`</code>'],
    ['`a``b`', '<code>a``b</code>'],
    ['\\`a` b`', '`a<code> b</code>'],
    ['**`a`**', '<b><code>a</code></b>'],
    ['**a `**` b**', '<b>a <code>**</code> b</b>'],
    ['||a `||` b||', '<spoiler>a <code>||</code> b</spoiler>'],
    ['```js\nlet a = `b`;\n```', '<pre js>let a = `b`;</pre>'],
    ['```a```', '<pre>a</pre>'],
    ['```js```', '<pre>js</pre>'],
    ['```\n# a\n> b\n```', '<pre># a\n> b</pre>'],
    ['```c++\nx\n```', '<pre c++>x</pre>'],
    ['a\n```\nb\n```\nc', 'a<pre>b</pre>c'],
    ['||```\na\n```||', '<spoiler><pre>a</pre></spoiler>'],
    ['> ```\n> a\n> ```\nb', '<q><pre>a</pre></q>b'],
    ['```\nnever closed', '```\nnever closed'],
    ['`@everyone`', '<code>@everyone</code>'],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));
});

describe('mentions, emoji, times', () => {
  it.each([
    ['<@1> <@!1>', '<at user>Alice</at> <at user>Alice</at>'],
    ['<@2>', '<at user>**Bob**</at>'],
    ['<@9> <@&9> <#9>', '<at user>unknown-user</at> <at role>unknown-role</at> <at room>unknown</at>'],
    ['<@&5> in <#7>', '<at role>Mods</at> in <at room>general</at>'],
    ['**<@1>**', '<b><at user>Alice</at></b>'],
    ['@everyone @here', '<at everyone>everyone</at> <at everyone>here</at>'],
    ['\u{1F600}<:wave:12>\u{1F600}', '\u{1F600}<emoji wave>\u{1F600}'],
    ['<a:dance:12>x', '<emoji dance>x'],
    ['</players:12>', '/players'],
    ['<t:0> <t:0:t> <t:0:T> <t:0:d> <t:0:F>', '1970-01-01 00:00 UTC 00:00 UTC 00:00:00 UTC 1970-01-01 1970-01-01 00:00 UTC'],
    ['<t:1700000000:R>', '2023-11-14 22:13 UTC'],
    ['<id:customize> <id:browse>', '<at room>Channels & Roles</at> <at room>Browse Channels</at>'],
    ['<id:guide> <id:home>', '<at room>Server Guide</at> <at room>Server Guide</at>'],
    ['<id:linked-roles> <id:linked-roles:1>', '<at room>Linked Roles</at> <at room>Linked Roles</at>'],
    ['<id:other> `<id:guide>`', '<id:other> <code><id:guide></code>'],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));

  it('gives custom emoji the address of their picture', () => {
    expect(parseMarkdown('<:a:1><a:b:2>', names)).toEqual([
      { type: 'emoji', name: 'a', url: 'https://cdn.discordapp.com/emojis/1.png' },
      { type: 'emoji', name: 'b', url: 'https://cdn.discordapp.com/emojis/2.gif' },
    ]);
  });
});

describe('links', () => {
  it.each([
    ['https://a.example/b_c_d', link('https://a.example/b_c_d')],
    ['see https://a.example.', `see ${link('https://a.example')}.`],
    ['(https://a.example/b)', `(${link('https://a.example/b')})`],
    ['https://a.example/b_(c)', link('https://a.example/b_(c)')],
    ['(https://a.example/b_(c)).', `(${link('https://a.example/b_(c)')}).`],
    ['[](https://a.example)', `[](${link('https://a.example')})`],
    ['**https://a.example**', `<b>${link('https://a.example')}</b>`],
    ['||https://a.example/b||', `<spoiler>${link('https://a.example/b')}</spoiler>`],
    ['_https://a.example/b_c_', `<i>${link('https://a.example/b_c')}</i>`],
    ['<https://a.example>', link('https://a.example')],
    ['https://a.example<@1>', `${link('https://a.example')}<at user>Alice</at>`],
    ['[a *b*](https://a.example)', '<a https://a.example>a <i>b</i></a>'],
    ['[a](<https://a.example>)', '<a https://a.example>a</a>'],
    ['[a](https://a.example "title")', '<a https://a.example>a</a>'],
    ['[a](https://a.example/b_(c))', '<a https://a.example/b_(c)>a</a>'],
    ['[a [b] c](https://a.example)', '<a https://a.example>a [b] c</a>'],
    ['[a](https://a.example)(b)', '<a https://a.example>a</a>(b)'],
    ['[https://b.example](https://a.example)', '<a https://a.example>https://b.example</a>'],
    ['http://[', 'http://['],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));
});

describe('blocks', () => {
  it.each([
    ['> a\n> **b**\nc', '<q>a\n<b>b</b></q>c'],
    ['>>> a\n\nb', '<q>a\n\nb</q>'],
    ['a\n> b', 'a<q>b</q>'],
    ['> > a', '<q>> a</q>'],
    ['> a\n\n> b', '<q>a</q><q>b</q>'],
    ['# a\n## *b*\n### c', '<h1>a</h1><h2><i>b</i></h2><h3>c</h3>'],
    ['a # b', 'a # b'],
    ['a\n-# small\nb', 'a\nsmall\nb'],
    ['- a\n- b\nc', '<ul><li>a</li><li>b</li></ul>c'],
    ['* a\n  * b\n  * c\n* d', '<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>'],
    ['3. a\n4. b', '<ol 3><li>a</li><li>b</li></ol>'],
    ['- a\n1. b', '<ul><li>a</li></ul><ol><li>b</li></ol>'],
    ['- a\n  more\n- b', '<ul><li>a\nmore</li><li>b</li></ul>'],
    ['- **a\n- b**', '<ul><li>**a</li><li>b**</li></ul>'],
    ['- ||a\n- b||\n- c', '<ul><li><spoiler>a\n- b</spoiler></li><li>c</li></ul>'],
    ['- ```\n  a\n    b\n  ```\n- c', '<ul><li><pre>a\n  b</pre></li><li>c</li></ul>'],
    ['> - a\n>   - b', '<q><ul><li>a<ul><li>b</li></ul></li></ul></q>'],
    ['a\r\nb', 'a\nb'],
    ['a\u2028b', 'a\u2028b'],
    ['> a\u2028b\nc', '<q>a\u2028b</q>c'],
    ['', ''],
    ['\n\n', '\n'],
  ])('%j', (markdown, expected) => expect(read(markdown)).toBe(expected));
});

describe('hostile input takes time in proportion to its length', () => {
  const size = 4_000;
  const growth = 8;
  it.each([
    '*',
    '**',
    '*a ',
    '**a*',
    '_a',
    '__ ',
    '||',
    '~~a',
    '`',
    '`a',
    '``a`',
    '```',
    '```\n',
    '```a\n',
    '\\`',
    '[',
    '[]',
    '](',
    '[a](',
    '[a](http://',
    '[[a](https://a(',
    '[a](https://a.b)',
    'http://',
    'https://a*b_||',
    '**http://a',
    '*_~~||http://a',
    '<',
    '<@1',
    '<@1>',
    '<a:',
    '<http://',
    '> ',
    '> a\n',
    '>>> ',
    '- ',
    '- a\n',
    ' ',
    ' - a\n',
    '-# ',
    '# ',
    '# a\n',
    '1. ',
    '||\n',
    '|| `\n',
    '\n',
    '\\',
    '@everyone',
    '<t:1>',
    '¯',
    '\ud800',
    '\u{1F600}*',
    '*a **b __c ~~d ||e _f ',
  ])('%j over and over', (unit) => {
    const short = unit.repeat(size / unit.length);
    const long = short.repeat(growth);
    // Eight times as much takes about eight times as long; if it grew with the square, 64 times.
    for (const end of ['', 'x']) expect(costRatio(short + end, long + end, 4 * growth)).toBeLessThan(4 * growth);
    expect(depthOf(JSON.stringify(parseMarkdown(long, names)))).toBeLessThan(100);
  });

  it('bounds the depth of lists', () => {
    const text = Array.from({ length: 200 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n');
    expect(depthOf(JSON.stringify(parseMarkdown(text, names)))).toBeLessThan(100);
  });
});

/** How many times more a long text costs than a short one, at their best: tried again, for a while, as long as that is too much. */
function costRatio(short: string, long: string, tooMuch: number): number {
  let [least, most] = [cost(short), cost(long)];
  for (let tries = 1; tries < 20 && most / least >= tooMuch; tries++) {
    [least, most] = [Math.min(least, cost(short)), Math.min(most, cost(long))];
  }
  return most / least;
}

/** Milliseconds of this process's own time that a text takes, whatever else the machine does; what is too little to be told apart counts as 0.2. */
function cost(markdown: string): number {
  const start = process.cpuUsage();
  parseMarkdown(markdown, names);
  const { user, system } = process.cpuUsage(start);
  return Math.max((user + system) / 1_000, 0.2);
}

/** How deep the brackets in a JSON text are nested. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of json.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (char === '[' || char === '{') depth += 1;
    if (char === ']' || char === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
