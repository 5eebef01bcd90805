import { describe, expect, it } from 'vitest';
import { toPlain } from '../../src/text/plain.ts';
import { splitText, splitTree } from '../../src/text/split.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import { cpuTime } from '../support/cpu-time.ts';

const t = (text: string): RichText => literal(text);

describe('splitText', () => {
  it.each<[string, string, number, string[]]>([
    ['nothing', '', 5, []],
    ['what fits', 'hello', 5, ['hello']],
    ['at a word', 'hello big world', 11, ['hello big', 'world']],
    ['at the limit exactly', 'hello world', 5, ['hello', 'world']],
    ['at a sentence rather than a word', 'One two. Three four five', 15, ['One two.', 'Three four five']],
    ['at a line rather than a sentence', 'aaaa bbbb\ncc. dddd eeee', 18, ['aaaa bbbb', 'cc. dddd eeee']],
    ['at a paragraph rather than a line', 'aaaa bbb\n\ncc\ndddd eeee ffff', 16, ['aaaa bbb', 'cc\ndddd eeee', 'ffff']],
    ['at a word far back rather than in a word', 'a bbbbbbbbbbbb', 12, ['a', 'bbbbbbbbbbbb']],
    ['a word that is too long', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    ['after a full stop without space', '你好世界。再见你们', 6, ['你好世界。', '再见你们']],
    ['never at a no-break space', 'aa 10\u00A0000 b', 8, ['aa', '10\u00A0000 b']],
    ['never inside a surrogate pair', '😀😀😀', 3, ['😀', '😀', '😀']],
    ['never inside a grapheme', 'ab👩‍👧cd', 5, ['ab', '👩‍👧', 'cd']],
    ['never between a letter and its mark', 'abce\u0301', 4, ['abc', 'e\u0301']],
    ['never inside a flag', '🇫🇮🇸🇪🇩🇪', 6, ['🇫🇮', '🇸🇪', '🇩🇪']],
    ['a grapheme that is too long, between code points', '👩‍👩‍👧', 4, ['👩‍', '👩‍', '👧']],
    ['a code point that is too long, not at all', '😀😀', 1, ['😀', '😀']],
    ['only white space', ' '.repeat(20), 5, []],
    ['white space at a cut is dropped, elsewhere kept', '  aa  bb  cc', 8, ['  aa  bb', 'cc']],
  ])('cuts %s', (_what, text, max, wanted) => {
    expect(splitText(text, max)).toEqual(wanted);
  });

  it('loses nothing but white space, keeps to the limit, leaves no half pair, whatever comes', () => {
    const pieces = [
      'word',
      ' ',
      '\n',
      '\n\n',
      '. ',
      '😀',
      '👩‍👩‍👧‍👦',
      'e\u0301\u0302',
      '🇫🇮',
      '。',
      'x'.repeat(30),
      '\r\n',
      '\u200D',
      '#',
    ];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 300; round += 1) {
      const text = Array.from({ length: random(60) }, () => pieces[random(pieces.length)]).join('');
      const max = 2 + random(40);
      const parts = splitText(text, max);
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(max);
        expect(part).not.toBe('');
        expect(part).not.toMatch(/\p{Cs}/u);
      }
      expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }
  });

  it.each(['x', ' ', '\n', '. ', '\u0301', '👩\u200D', 'ab '])('cuts a megabyte of %j in no time', (unit) => {
    const start = cpuTime();
    splitText(unit.repeat(Math.ceil(1_000_000 / unit.length)), 2000);
    expect(cpuTime() - start).toBeLessThan(1500);
  });
});

/** A markup like Discord's, as a stand-in for what the adapters write. */
function write(tree: RichText): string {
  return tree.map(writeNode).join('');
}

function writeNode(node: TextNode): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return `\`${node.text}\``;
    case 'codeBlock':
      return `\`\`\`${node.language ?? ''}\n${node.text}\n\`\`\`\n`;
    case 'quote':
      return `> ${write(node.children).replaceAll('\n', '\n> ')}\n`;
    case 'list':
      return node.items.map((item, index) => `${node.ordered ? `${(node.start ?? 1) + index}.` : '-'} ${write(item)}\n`).join('');
    case 'link':
      return `[${write(node.children)}](${node.href})`;
    case 'mention':
      return `@${node.name}`;
    case 'emoji':
      return `:${node.name}:`;
    case 'bold':
      return `**${write(node.children)}**`;
    case 'spoiler':
      return `||${write(node.children)}||`;
    default:
      return `_${write(node.children)}_`;
  }
}

function split(tree: RichText, max: number): string[] {
  return splitTree(tree, (part) => write(part).length <= max).map(write);
}

describe('splitTree', () => {
  it('leaves alone what fits', () => {
    const tree = t('hello');
    expect(splitTree(tree, () => true)).toEqual([tree]);
    expect(splitTree([], () => true)).toEqual([]);
  });

  it('opens styles again in each part', () => {
    const tree: RichText = [{ type: 'bold', children: [...t('one two '), { type: 'italic', children: t('three four') }] }];
    expect(split(tree, 16)).toEqual(['**one two**', '**_three four_**']);
    expect(split(tree, 14)).toEqual(['**one two**', '**_three_**', '**_four_**']);
  });

  it('hides what a spoiler hides in each part', () => {
    expect(split([{ type: 'spoiler', children: t('the butler did it') }], 14)).toEqual(['||the butler||', '||did it||']);
  });

  it('cuts code at its lines and keeps indentation and language', () => {
    const tree: RichText = [...t('Look here:'), { type: 'codeBlock', language: 'js', text: 'if (a) {\n  b();\n  c();\n}' }];
    expect(split(tree, 26)).toEqual(['Look here:', '```js\nif (a) {\n  b();\n```\n', '```js\n  c();\n}\n```\n']);
  });

  it('cuts a quote at its lines', () => {
    expect(split([{ type: 'quote', children: t('aaa bbb\nccc ddd') }, ...t('yes')], 12)).toEqual([
      '> aaa bbb\n',
      '> ccc ddd\n',
      'yes',
    ]);
  });

  it('counts on in a list', () => {
    const tree: RichText = [{ type: 'list', ordered: true, items: [t('one'), t('two'), t('three'), t('four')] }];
    expect(split(tree, 14)).toEqual(['1. one\n2. two\n', '3. three\n', '4. four\n']);
    const bullets: RichText = [{ type: 'list', ordered: false, items: [t('one'), t('two')] }];
    expect(split(bullets, 7)).toEqual(['- one\n', '- two\n']);
  });

  it('cuts before a mention, not in it', () => {
    expect(split([...t('hello '), { type: 'mention', name: 'somebody', of: 'user' }], 12)).toEqual(['hello', '@somebody']);
  });

  it('sends what can never fit as its text', () => {
    const mention: RichText = [...t('hey '), { type: 'mention', name: 'x'.repeat(20), of: 'user' }, ...t(' you')];
    expect(split(mention, 10)).toEqual(['hey', '@xxxxxxxxx', 'xxxxxxxxxx', 'x you']);
    const link: RichText = [
      { type: 'bold', children: [{ type: 'link', href: `https://a/${'y'.repeat(12)}`, children: t('text') }] },
    ];
    expect(split(link, 16).join('')).toBe('**text****(https://a/y****yyyyyyyyyyy)**');
    expect(split([{ type: 'link', href: 'https://a/', children: [] }], 12)).toEqual(['https://a/']);
  });

  it('keeps both occurrences of one node apart', () => {
    const node: TextNode = { type: 'bold', children: t('aa') };
    expect(split([node, node, ...t(' x'.repeat(10))], 20)[0]).toMatch(/^\*\*aa\*\*\*\*aa\*\*/);
  });

  it('gives up on a letter that is refused, but loses nothing', () => {
    const parts = splitTree([{ type: 'bold', children: t('abc') }], () => false);
    expect(parts.map(toPlain)).toEqual(['abc']);
  });

  it('never hands out half a surrogate pair, not even to ask', () => {
    const parts = splitTree(
      [{ type: 'bold', children: t('😀'.repeat(50)) }],
      (part) => encodeURIComponent(toPlain(part)).length <= 130,
    );
    expect(parts.map(toPlain).join('')).toBe('😀'.repeat(50));
    expect(parts.length).toBe(5);
  });

  it('loses nothing but white space and keeps to the limit, whatever comes', () => {
    let seed = 3;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return (seed >> 8) % below;
    };
    const text = (): string => Array.from({ length: random(30) }, () => ['word', ' ', '\n', '. ', '😀', 'é'][random(6)]).join('');
    const grow = (depth: number): RichText =>
      Array.from({ length: 1 + random(4) }, (): TextNode => {
        const children = depth > 0 ? grow(depth - 1) : t(text());
        switch (random(8)) {
          case 0:
            return { type: 'bold', children };
          case 1:
            return { type: 'quote', children };
          case 2:
            return { type: 'list', ordered: true, items: [children, t(text()), []] };
          case 3:
            return { type: 'codeBlock', text: text(), language: 'js' };
          case 4:
            return { type: 'mention', name: 'n'.repeat(1 + random(60)), of: 'user' };
          case 5:
            return { type: 'link', href: `https://a/${random(1000)}`, children };
          case 6:
            return { type: 'spoiler', children };
          default:
            return { type: 'text', text: text() };
        }
      });
    const words = (trees: readonly RichText[]): string =>
      trees
        .map((tree) => leaves(tree))
        .join('')
        .replace(/[@\s]/g, '');
    for (let round = 0; round < 100; round += 1) {
      const tree = grow(2);
      const parts = splitTree(tree, (part) => write(part).length <= 120);
      for (const part of parts) expect(write(part).length).toBeLessThanOrEqual(120);
      expect(words(parts).replace(/\(https:..a.\d+\)/g, '')).toBe(words([tree]));
    }
  });

  it('asks seldom and is quick for a long message', () => {
    let asked = 0;
    const fits = (part: RichText): boolean => {
      asked += 1;
      return write(part).length <= 2000;
    };
    const tree: RichText = Array.from({ length: 5000 }, (_, index) => ({
      type: index % 2 ? 'bold' : 'italic',
      children: t(`word${index} `),
    }));
    const start = cpuTime();
    const parts = splitTree(tree, fits);
    expect(cpuTime() - start).toBeLessThan(1500);
    expect(asked / parts.length).toBeLessThan(20);
  });
});

function leaves(tree: RichText): string {
  return tree
    .map((node) => {
      if ('text' in node) return node.text;
      if ('items' in node) return node.items.map(leaves).join('');
      return 'children' in node ? leaves(node.children) : node.name;
    })
    .join('');
}
