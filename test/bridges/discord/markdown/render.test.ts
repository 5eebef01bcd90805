import { describe, expect, it } from 'vitest';
import { type Names, parseMarkdown } from '../../../../bridges/discord/markdown/parse.ts';
import { renderLiteral, renderMarkdown } from '../../../../bridges/discord/markdown/render.ts';
import { literal, type RichText, type StyleName, type TextNode } from '../../../../src/text/tree.ts';
import { cpuTime } from '../../../support/cpu-time.ts';
import { words } from '../../../support/words.ts';

const nobody: Names = { user: () => undefined, role: () => undefined, channel: () => undefined };
const gap = '\u200b';
const write = (said: string) => renderMarkdown(literal(said));
const text = (words: string): TextNode => ({ type: 'text', text: words });
const style = (type: StyleName, ...children: RichText): TextNode => ({ type, children });
const link = (href: string, words: string): TextNode => ({ type: 'link', href, children: literal(words) });
const code = (words: string): TextNode => ({ type: 'code', text: words });
const list = (...items: RichText[]): TextNode => ({ type: 'list', ordered: false, items });

describe('text is literal', () => {
  it.each([
    ['*a* **b** _c_ __d__ ~~e~~ ||f||', '\\*a\\* \\*\\*b\\*\\* \\_c\\_ \\_\\_d\\_\\_ \\~\\~e\\~\\~ \\|\\|f\\|\\|'],
    ['`a` ```b```', '\\`a\\` \\`\\`\\`b\\`\\`\\`'],
    ['\\*a\\*', '\\\\\\*a\\\\\\*'],
    ['# a\n## b\n-# c\n#d', '\\# a\n\\## b\n\\-# c\n\\#d'],
    ['- a\n  - b\n> c\n>>> d\n1. e\n12.5', '\\- a\n  \\- b\n\\> c\n\\>>> d\n1\\. e\n12\\.5'],
    ['a - b > c # d 1. e', 'a - b > c # d 1. e'],
    ['[a](https://evil.example)', '\\[a\\](https://evil.example)'],
    ['<:a:1> <a:b:2> <t:1:R> </x:1> <#1>', '\\<:a:1> \\<a:b:2> \\<t:1:R> \\</x:1> \\<#1>'],
    ['<@1> <@!2> <@&3>', `\\<@${gap}1> \\<@${gap}!2> \\<@${gap}&3>`],
    ['@everyone @here', `@${gap}everyone @${gap}here`],
    ['@every@everyoneone', `@every@${gap}everyoneone`],
    ['@@everyone', `@@${gap}everyone`],
    ['me@example.org @Alice', 'me@example.org @Alice'],
    ['שלום \u{1F600}', 'שלום \u{1F600}'],
  ])('%j', (words, expected) => expect(write(words)).toBe(expected));
});

describe('URLs stay whole', () => {
  it.each([
    ['https://a.example/b_c_d*e~f', 'https://a.example/b_c_d*e~f'],
    ['see https://a.example/_x_, _y_', 'see https://a.example/_x_, \\_y\\_'],
    ['(https://a.example/b_(c))', '(https://a.example/b_(c))'],
    ['<https://a.example/b_c>', '\\<<https://a.example/b_c>>'],
    ['https://a.example<@1>', `<https://a.example>\\<@${gap}1>`],
    ['[https://a.example]', '\\[https://a.example]'],
    ['https://a.example/@everyone', 'https://a.example/%40everyone'],
    ['https://a.example/\n# b', 'https://a.example/\n\\# b'],
  ])('%j', (words, expected) => expect(write(words)).toBe(expected));

  it.each<[string, RichText, string]>([
    ['bare', [link('https://a.example/b_c', 'https://a.example/b_c')], 'https://a.example/b_c'],
    ['masked', [link('https://a.example', 'a [b] *c*')], '[a \\[b\\] \\*c\\*](https://a.example/)'],
    ['parentheses', [link('https://a.example/b_(c)', 'a')], '[a](https://a.example/b_%28c%29)'],
    ['bare with parentheses', [link('https://a.example/(c)', 'https://a.example/(c)')], 'https://a.example/(c)'],
    ['ending in a dot', [link('https://a.example/b.', 'https://a.example/b.')], '<https://a.example/b.>'],
    ['misleading', [link('https://a.example', 'https://b.example')], 'https://b.example (<https://a.example/>)'],
    ['without words', [link('https://a.example/', '')], 'https://a.example/'],
    ['no address', [link('javascript:alert(1)', 'a')], 'a'],
    ['words behind', [link('https://a.example/', 'https://a.example/'), text('b')], 'https://a.example/ b'],
    ['a style behind', [text('https://a.example/'), style('bold', text('b'))], 'https://a.example/ **b**'],
    ['a full stop behind', [link('https://a.example/', 'https://a.example/'), text('.')], 'https://a.example/.'],
    ['in a style', [style('bold', text('https://a.example/**b'))], '**https://a.example/%2A%2Ab**'],
    ['in a spoiler', [style('spoiler', text('https://a.example/||b||'))], '||https://a.example/%7C%7Cb%7C%7C||'],
    ['line break in the words', [link('https://a.example', 'a\nb')], '[a b](https://a.example/)'],
  ])('%s', (_, tree, expected) => expect(renderMarkdown(tree)).toBe(expected));
});

describe('styles', () => {
  it.each<[string, RichText, string]>([
    ['nested', [style('bold', text('a '), style('italic', text('b')))], '**a *b***'],
    ['neighbours', [style('italic', text('a')), style('bold', text('b'))], `*a*${gap}**b**`],
    ['the same twice', [style('bold', text('a')), style('bold', text('b'))], `**a**${gap}**b**`],
    ['in itself', [style('bold', style('bold', text('a')))], '**a**'],
    ['blanks at the edges', [text('x'), style('italic', text(' a ')), text('y')], 'x *a* y'],
    ['only blanks', [style('italic', text('  '))], '  '],
    ['empty', [style('spoiler')], ''],
    ['a bar in a spoiler', [style('spoiler', text('a|'))], `||a\\|${gap}||`],
    ['bars in code in a spoiler', [style('spoiler', code('a||b'))], `||\`a|${gap}|b\`||`],
    ['bold around a list', [style('bold', list([text('a')], [text('b')]))], '- **a**\n- **b**'],
    ['a spoiler around a list', [style('spoiler', list([text('a')]))], '||- a||'],
  ])('%s', (_, tree, expected) => expect(renderMarkdown(tree)).toBe(expected));
});

describe('code', () => {
  it.each<[string, TextNode, string]>([
    ['plain', code('a *b* <x>'), '`a *b* <x>`'],
    ['a back-tick', code('a`b'), '``a`b``'],
    ['two back-ticks', code('a``b'), '`a``b`'],
    ['one and two', code('a`b``c'), `\`\`a\`b\`${gap}\`c\`\``],
    ['back-ticks at the edges', code('`a`'), '`` `a` ``'],
    ['a mention', code('<@1> @everyone'), `\`<@${gap}1> @${gap}everyone\``],
    ['block', { type: 'codeBlock', text: 'a\nb', language: 'js' }, '```js\na\nb\n```'],
    ['odd language', { type: 'codeBlock', text: 'a', language: '`x`\n' }, '```\na\n```'],
    ['a fence in a block', { type: 'codeBlock', text: 'a```b' }, `\`\`\`\na\`${gap}\`\`b\n\`\`\``],
    ['a long fence', { type: 'codeBlock', text: '````' }, `\`\`\`\n\`${gap}\`${gap}\`\`\n\`\`\``],
    ['empty', code(''), ''],
  ])('%s', (_, node, expected) => expect(renderMarkdown([node])).toBe(expected));
});

describe('blocks', () => {
  const quote = (...children: RichText): TextNode => ({ type: 'quote', children });
  const heading = (level: number, ...children: RichText): TextNode => ({ type: 'heading', level, children });
  it.each<[string, RichText, string]>([
    ['quote', [quote(text('a\nb')), text('c')], '> a\n> b\nc'],
    ['two quotes', [quote(text('a')), quote(text('b'))], '> a\n\n> b'],
    ['code in a quote', [quote({ type: 'codeBlock', text: 'a' })], '> ```\n> a\n> ```'],
    ['heading', [text('a'), heading(1, text('b\nc')), text('d')], 'a\n# b c\nd'],
    ['deep heading', [heading(6, text('a'))], '### a'],
    ['list', [list([text('a'), list([text('b')])], [text('c')])], '- a\n  - b\n- c'],
    ['ordered', [{ type: 'list', ordered: true, start: 9, items: [[text('a')], [text('b')]] }], '9. a\n10. b'],
    ['lines in an item', [list([text('a\nb')])], '- a\n  b'],
    ['heading in an item', [list([heading(1, text('a'))])], '- a'],
    [
      'emoji and mentions',
      [
        { type: 'emoji', name: 'x' },
        { type: 'mention', of: 'user', name: '*A*' },
      ],
      ':x:@\\*A\\*',
    ],
    ['a mention that would be a heading', [{ type: 'mention', of: 'room', name: '# a' }], '\\## a'],
    ['a mention of everyone', [{ type: 'mention', of: 'everyone', name: 'everyone' }], `@${gap}everyone`],
    ['everyone in two pieces', [text('@'), text('everyone')], `@${gap}everyone`],
    ['everyone in nested pieces', [style('bold', text('@'), style('bold', text('here')))], `**@${gap}here**`],
  ])('%s', (_, tree, expected) => expect(renderMarkdown(tree)).toBe(expected));

  it('writes a name on one line', () => expect(renderLiteral('**a**\n# @here')).toBe(`\\*\\*a\\*\\* # @${gap}here`));
});

it('takes little time for hostile texts', () => {
  for (const unit of ['*', ')', 'https://', 'https://)', ' ', '\n', '@everyone', '`', '||', '<', 'https://a<', '1. ']) {
    const start = cpuTime();
    const words = unit.repeat(100_000 / unit.length);
    renderMarkdown([text(`${words}x`), code(words), style('spoiler', text(words)), link('https://a.example', words)]);
    expect(cpuTime() - start).toBeLessThan(1_000);
  }
});

describe('what was written is read as it was meant', () => {
  it('for texts of all kinds', () => {
    const random = generator(1);
    for (let round = 0; round < 3_000; round += 1) {
      const said = nastyText(random);
      const seen = words(parseMarkdown(write(said), nobody));
      expect(visible(seen).trim()).toBe(visible(said).trim());
    }
  });

  it('for trees of all kinds', () => {
    const random = generator(2);
    for (let round = 0; round < 3_000; round += 1) {
      const tree = someTree(random, 3);
      const once = renderMarkdown(tree);
      expect(styledRuns(parseMarkdown(once, nobody)), once).toEqual(styledRuns(tree));
    }
  });
});

/** What a reader can tell apart. */
function visible(words: string): string {
  return words.replaceAll(gap, '').replaceAll('%40', '@');
}

/** Each stretch of text with all that is special about it: in which order styles are nested, nobody sees. */
function styledRuns(tree: RichText, around: readonly string[] = [], runs: [string, string][] = []): [string, string][] {
  for (const node of tree) {
    if (node.type === 'text' || node.type === 'code') {
      if (visible(node.text) === '') continue;
      const look = [...around, ...(node.type === 'code' ? ['code'] : [])].sort().join(' ');
      const last = runs.at(-1);
      if (last?.[1] === look) last[0] += visible(node.text);
      else runs.push([visible(node.text), look]);
    } else if ('children' in node) styledRuns(node.children, [...around, node.type], runs);
  }
  return runs;
}

/** Numbers below `below`, the same ones in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const nasty =
  '* ** _ __ ~~ || ` `` ``` \\ # > >>> - -# 1. [ ] ( ) < > @everyone @here <@1> <:a:1> <t:1> : \u{1F600} ¯\\_(ツ)_/¯ a b é ש'.split(
    ' ',
  );

function nastyText(random: (below: number) => number): string {
  let words = '';
  for (let count = 1 + random(12); count > 0; count -= 1) {
    words += random(20) === 0 ? ' https://a.example/b_c ' : (nasty[random(nasty.length)] ?? '') + ['', '', ' ', '\n'][random(4)];
  }
  return words;
}

/** A tree without the few things that Discord can't show: a style in itself, blanks at the edges of a style, empty nodes. */
function someTree(random: (below: number) => number, depth: number, open: readonly string[] = []): RichText {
  const nodes: TextNode[] = [];
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const styles = (['bold', 'italic', 'underline', 'strike', 'spoiler'] as const).filter((name) => !open.includes(name));
    const type = styles[random(styles.length)];
    if (depth > 0 && type !== undefined && random(2) === 0) {
      nodes.push({ type, children: someTree(random, depth - 1, [...open, type]) });
    } else if (random(6) === 0) nodes.push(code(`a${nasty[random(nasty.length)]}b`));
    else if (random(8) === 0) nodes.push({ type: 'link', href: 'https://a.example/', children: literal('words') });
    else nodes.push(text(`x${nasty[random(nasty.length)]}y`));
  }
  return nodes;
}
