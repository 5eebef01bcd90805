import type { Names } from '../../bridges/discord/markdown/parse.ts';

/**
 * What Discord's members write, what it is in Matrix HTML, and what it is as plain text. Where HTML can't show something, the last
 * column is the markdown of what comes back from there; else what comes back looks like what went.
 */
export type DiscordCase = readonly [markdown: string, html: string, plain: string, back?: string];

/** Who and what the ids in the cases are. */
export const names: Names = {
  user: (id) => ({ 1: 'Alice', 2: '<b>*Bob*' })[id],
  role: (id) => ({ 5: 'Mods' })[id],
  channel: (id) => ({ 7: 'general' })[id],
};

const a = (href: string, words = href) => `<a href="${href}">${words}</a>`;
const spoiler = (html: string) => `<span data-mx-spoiler>${html}</span>`;
const pre = (code: string, language?: string) =>
  `<pre><code${language === undefined ? '' : ` class="language-${language}"`}>${code}\n</code></pre>`;

export const discordCases: Readonly<Record<string, readonly DiscordCase[]>> = {
  styles: [
    ['**a *b __c ~~d ||e||~~__***', `<strong>a <em>b <u>c <del>d ${spoiler('e')}</del></u></em></strong>`, 'a b c d [spoiler]'],
    ['***a** b*', '<em><strong>a</strong> b</em>', 'a b'],
    ['***a* b**', '<strong><em>a</em> b</strong>', 'a b'],
    ['___a___ _b_', '<u><em>a</em></u> <em>b</em>', 'a b'],
    ['**a ~~b** c~~', '<strong>a ~~b</strong> c~~', 'a ~~b c~~'],
    ['**a', '**a', '**a'],
    ['a || b', 'a || b', 'a || b'],
    ['*a*b_c_d', '<em>a</em>b_c_d', 'ab_c_d'],
    ['**a\n\nb**', '<strong>a<br><br>b</strong>', 'a\n\nb'],
    ['**a**\n**b**', '<strong>a</strong><br><strong>b</strong>', 'a\nb'],
    ['\\*a\\* \\_b\\_ \\\\', '*a* _b_ \\', '*a* _b_ \\'],
    ['¯\\_(ツ)_/¯', '¯\\_(ツ)_/¯', '¯\\_(ツ)_/¯'],
    ['a\n-# small', 'a<br>small', 'a\nsmall'],
  ],
  spoilers: [
    ['||a|| b', `${spoiler('a')} b`, '[spoiler] b'],
    ['||a **b**\nc||', spoiler('a <strong>b</strong><br>c'), '[spoiler]'],
    ['||`||` a||', spoiler('<code>||</code> a'), '[spoiler]'],
    ['||```\na\n```||', spoiler(pre('a')), '[spoiler]'],
    ['||https://a.test/b||', spoiler(a('https://a.test/b')), '[spoiler]'],
    ['> ||a||\n- ||b||', `<blockquote>${spoiler('a')}</blockquote><ul><li>${spoiler('b')}</li></ul>`, '> [spoiler]\n- [spoiler]'],
    ['||a', '||a', '||a'],
  ],
  code: [
    ['`a *b* <c>`', '<code>a *b* &lt;c&gt;</code>', 'a *b* <c>'],
    ['``a`b`` `c``d`', '<code>a`b</code> <code>c``d</code>', 'a`b c``d'],
    ['`` `a` ``', '<code>`a`</code>', '`a`'],
    ['`a\nb`', '<code>a\nb</code>', 'a\nb'],
    ['**`**`**', '<strong><code>**</code></strong>', '**'],
    ['`<@1> @everyone`', '<code>&lt;@1&gt; @everyone</code>', '<@1> @everyone'],
    ['```js\nlet a = `b`;\n```', pre('let a = `b`;', 'js'), 'let a = `b`;'],
    ['```c++\n<b>&amp;\n```', pre('&lt;b&gt;&amp;amp;', 'c++'), '<b>&amp;'],
    ['```a```', pre('a'), 'a'],
    ['```\n\n  a\n\n    b\n\n```', pre('  a\n\n    b'), '  a\n\n    b'],
    ['```\n# a\n> b\n- c\n||d||\n```', pre('# a\n&gt; b\n- c\n||d||'), '# a\n> b\n- c\n||d||'],
    ['a\n```\nb\n```\nc', `a${pre('b')}c`, 'a\nb\nc'],
    ['a\n\n```\nb\n```\n\nc', `a<br><br>${pre('b')}<br>c`, 'a\nb\n\nc'],
    ['```\na\n``````\nb\n```', pre('a') + pre('b'), 'a\nb'],
    ['```a', '```a', '```a'],
    ['`a', '`a', '`a'],
  ],
  'quotes and headings': [
    ['> a\n> **b**\nc', '<blockquote>a<br><strong>b</strong></blockquote>c', '> a\n> b\nc'],
    ['> a\n\n> b', '<blockquote>a</blockquote><blockquote>b</blockquote>', '> a\n> b'],
    ['>>> a\n\nb\n# c', '<blockquote>a<br><br>b<h1>c</h1></blockquote>', '> a\n> \n> b\n> c'],
    ['> a\n> > b', '<blockquote>a<br>&gt; b</blockquote>', '> a\n> > b'],
    ['> ```js\n> a\n> ```\nb', `<blockquote>${pre('a', 'js')}</blockquote>b`, '> a\nb'],
    ['> a\n\nb', '<blockquote>a</blockquote><br>b', '> a\n\nb'],
    ['>a', '&gt;a', '>a'],
    ['# a\n## *b*\n### c\nd', '<h1>a</h1><h2><em>b</em></h2><h3>c</h3>d', 'a\nb\nc\nd'],
    ['a\n\n# b\n\nc', 'a<br><br><h1>b</h1><br>c', 'a\nb\n\nc'],
    ['#a #### b', '#a #### b', '#a #### b'],
  ],
  lists: [
    ['- a\n- b\nc', '<ul><li>a</li><li>b</li></ul>c', '- a\n- b\nc'],
    [
      '* a\n  * b\n    * c\n* d',
      '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>',
      '- a\n  - b\n    - c\n- d',
    ],
    ['3. a\n3. b', '<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b'],
    ['0. a', '<ol start="0"><li>a</li></ol>', '0. a'],
    ['1. a\n  - b\n2. c', '<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>', '1. a\n   - b\n2. c'],
    ['- a\n\n- b', '<ul><li>a</li></ul><ul><li>b</li></ul>', '- a\n- b'],
    ['- a\n  b\n  \n  c\n- d', '<ul><li>a<br>b<br><br>c</li><li>d</li></ul>', '- a\n  b\n  \n  c\n- d'],
    ['- a\n  \n  - b\n- c', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>', '- a\n  - b\n- c'],
    ['- a\n  \nb', '<ul><li>a</li></ul> \u00a0<br>b', '- a\n  \nb'],
    ['a\n- b\n\nc', 'a<ul><li>b</li></ul><br>c', 'a\n- b\n\nc'],
    ['- ```\n  a\n    b\n  ```\n- c', `<ul><li>${pre('a\n  b')}</li><li>c</li></ul>`, '- a\n    b\n- c'],
    ['> - a\n>   - b', '<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>', '> - a\n>   - b'],
    ['- > a\n- # b', '<ul><li>&gt; a</li><li># b</li></ul>', '- > a\n- # b'],
    ['-a 1.b 1) c', '-a 1.b 1) c', '-a 1.b 1) c'],
  ],
  links: [
    ['[a](https://a.test/b_(c))', a('https://a.test/b_(c)', 'a'), 'a (https://a.test/b_(c))'],
    ['[a](<https://a.test> "t")', a('https://a.test', 'a'), 'a (https://a.test)'],
    ['[a **b** `c`](https://a.test)', a('https://a.test', 'a <strong>b</strong> <code>c</code>'), 'a b c (https://a.test)'],
    ['**[a](https://a.test)**', `<strong>${a('https://a.test', 'a')}</strong>`, 'a (https://a.test)'],
    ['https://a.test/b_c?d=e&f=*g*', a('https://a.test/b_c?d=e&amp;f=*g*'), 'https://a.test/b_c?d=e&f=*g*'],
    ['(see https://a.test/b_(c)).', `(see ${a('https://a.test/b_(c)')}).`, '(see https://a.test/b_(c)).'],
    ['<https://a.test/b>', a('https://a.test/b'), 'https://a.test/b'],
    ['https://a.test/"x', a('https://a.test/&quot;x'), 'https://a.test/"x'],
    [
      '[https://b.test](https://a.test/)',
      a('https://a.test/', 'https://b.test'),
      'https://b.test (https://a.test/)',
      'https://b.test (<https://a.test/>)',
    ],
    ['[https://a.test](https://a.test/)', a('https://a.test/', 'https://a.test'), 'https://a.test'],
    [
      '[a](javascript:alert(1)) mailto:b@c.test',
      '[a](javascript:alert(1)) mailto:b@c.test',
      '[a](javascript:alert(1)) mailto:b@c.test',
    ],
    ['[a] (https://a.test)', `[a] (${a('https://a.test')})`, '[a] (https://a.test)'],
  ],
  'mentions, emoji, times': [
    ['<@1> <@!1> <@&5> <#7>', '@Alice @Alice @Mods #general', '@Alice @Alice @Mods #general'],
    ['<@2>', '@&lt;b&gt;*Bob*', '@<b>*Bob*'],
    ['<@9> <@&9> <#9>', '@unknown-user @unknown-role #unknown', '@unknown-user @unknown-role #unknown'],
    ['@everyone @here', '@everyone @here', '@everyone @here'],
    ['**<@1>**, `<@1>`', '<strong>@Alice</strong>, <code>&lt;@1&gt;</code>', '@Alice, <@1>'],
    ['\u{1F600}<:blob_cat:12><a:dance:13>x', '\u{1F600}:blob_cat::dance:x', '\u{1F600}:blob_cat::dance:x'],
    ['</players:1> <id:browse>', '/players #Browse Channels', '/players #Browse Channels'],
    ['<t:0:F> <t:0:d>', '1970-01-01 00:00 UTC 1970-01-01', '1970-01-01 00:00 UTC 1970-01-01'],
  ],
  'what looks like HTML, and blanks': [
    ['<b>a</b> & "b" \'c\'', '&lt;b&gt;a&lt;/b&gt; &amp; &quot;b&quot; &#39;c&#39;', '<b>a</b> & "b" \'c\''],
    ['&lt;script&gt; &#64;', '&amp;lt;script&amp;gt; &amp;#64;', '&lt;script&gt; &#64;'],
    ['<script>a</script><!-- b', '&lt;script&gt;a&lt;/script&gt;&lt;!-- b', '<script>a</script><!-- b'],
    ['<mx-reply>a</mx-reply>b', '&lt;mx-reply&gt;a&lt;/mx-reply&gt;b', '<mx-reply>a</mx-reply>b'],
    ['a   b', 'a \u00a0\u00a0b', 'a   b'],
    ['a\n  b', 'a<br>\u00a0\u00a0b', 'a\n  b'],
    ['a\n\n\nb', 'a<br><br><br>b', 'a\n\n\nb'],
    ['a\r\nb', 'a<br>b', 'a\nb'],
    ['שלום **עולם** abc', 'שלום <strong>עולם</strong> abc', 'שלום עולם abc'],
    [
      '\u{1F600}**b**\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
      '\u{1F600}<strong>b</strong>\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
      '\u{1F600}b\u{1F468}\u200d\u{1F469}\u200d\u{1F467}',
    ],
  ],
};
