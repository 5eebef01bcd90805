/** Long messages of Matrix in the 2,000 characters of Discord: cut where it does no harm, and the same when read one after the other. */
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../bridges/discord/markdown/parse.ts';
import { contentsOf } from '../../bridges/discord/outgoing.ts';
import { parseHtml } from '../../bridges/matrix/parse-html.ts';
import { words } from '../support/words.ts';
import { names } from './discord-cases.ts';
import { says } from './says.ts';

const channel = { id: '100000000000000001', guildId: '100000000000000000' };
const split = (html: string) => contentsOf(says(parseHtml(html)), channel).map(({ text }) => text);
const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}';
const x = (count: number) => 'x'.repeat(count);

describe('what begins and ends each part', () => {
  it.each<[what: string, html: string, ...edges: RegExp[]]>([
    ['as long as can be', x(2_000), /^x{2000}$/],
    ['one more', x(2_001), /^x{2000}$/, /^x$/],
    ['a word at the edge', `${x(1_990)} &amp; ${x(20)}`, /^x{1990} &$/, /^x{20}$/],
    ['surrogates at the edge', `${x(1_999)}\u{1F600}`, /^x{1999}$/, /^\u{1F600}$/u],
    ['a family at the edge', `<b>${x(1_992)}${family}</b>`, /^\*\*x{1992}\*\*$/, new RegExp(`^\\*\\*${family}\\*\\*$`, 'u')],
    ['an escaped sign at the edge', `${x(1_999)}*`, /^x{1999}$/, /^\\\*$/],
    [
      'code with a language',
      `<pre><code class="language-js">${`${x(99)}\n`.repeat(25)}</code></pre>`,
      /^```js\n(x{99}\n)+```$/,
      /^```js\n(x{99}\n)+```$/,
    ],
    [
      'code in a quote',
      `<blockquote><pre>${`${x(99)}\n`.repeat(25)}</pre></blockquote>`,
      /^> ```\n(> x{99}\n)+> ```$/,
      /^> ```\n(> x{99}\n)+> ```$/,
    ],
    ['a spoiler', `<span data-mx-spoiler>${`${x(9)} `.repeat(250)}</span>`, /^\|\|x[^|]*\|\|$/, /^\|\|x[^|]*\|\|$/],
    ['styles in each other', `<b><i>${`${x(9)} `.repeat(250)}</i></b>`, /^\*{3}x[^*]*\*{3}$/, /^\*{3}x[^*]*\*{3}$/],
    ['a numbered list', `<ol>${`<li>${x(495)}</li>`.repeat(5)}</ol>`, /^1\. x+\n2\. x+\n3\. x+\n4\. x+$/, /^5\. x+$/],
    [
      'a link at the edge',
      `${x(1_980)} <a href="https://a.test/b_(c)">d</a>`,
      /^x{1980}$/,
      /^\[d\]\(https:\/\/a\.test\/b_%28c%29\)$/,
    ],
    ['an address at the edge', `${x(1_980)} https://a.test/b_c_d_e_f_g`, /^x{1980}$/, /^https:\/\/a\.test\/b_c_d_e_f_g$/],
    ['from right to left', `${'שלום '.repeat(399)}<b>עולם ועוד</b>`, /^(שלום ?)+$/, /^\*\*עולם ועוד\*\*$/],
  ])('%s', (_, html, ...edges) => {
    const parts = split(html);
    expect(parts).toHaveLength(edges.length);
    for (const [index, edge] of edges.entries()) expect(parts[index]).toMatch(edge);
    const read = parts.map((part) => words(parseMarkdown(part, names))).join('');
    expect(read.replace(/\s/g, '')).toBe(words(parseHtml(html)).replace(/\s/g, ''));
    for (const part of parts) expect(part).not.toMatch(/\p{Cs}/u);
  });
});
