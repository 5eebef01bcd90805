import { describe, expect, it } from 'vitest';
import { toLine } from '../../src/text/line.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal, type RichText } from '../../src/text/tree.ts';
import { cpuTime } from '../support/cpu-time.ts';

const t = (text: string): RichText => literal(text);

describe('toPlain', () => {
  it.each<[string, RichText, string]>([
    ['nothing', [], ''],
    ['styles', [{ type: 'bold', children: [{ type: 'italic', children: t('hi') }] }, ...t(' all')], 'hi all'],
    ['a spoiler, kept secret', [...t('he '), { type: 'spoiler', children: t('dies') }, ...t('!')], 'he [spoiler]!'],
    ['code', [...t('run '), { type: 'code', text: 'a*b' }], 'run a*b'],
    [
      'a code block on lines of its own',
      [...t('see'), { type: 'codeBlock', text: 'if x:\n    y', language: 'py' }, ...t('ok')],
      'see\nif x:\n    y\nok',
    ],
    ['a quote', [{ type: 'quote', children: t('one\ntwo') }, ...t('agreed')], '> one\n> two\nagreed'],
    ['a quote in a quote', [{ type: 'quote', children: [{ type: 'quote', children: t('a') }, ...t('b')] }], '> > a\n> b'],
    ['a heading', [{ type: 'heading', level: 1, children: t('News') }, ...t('none')], 'News\nnone'],
    ['no empty line where the text brings its own break', [...t('see\n'), { type: 'quote', children: t('a') }], 'see\n> a'],
    ['a list', [{ type: 'list', ordered: false, items: [t('a'), t('b\nc')] }], '- a\n- b\n  c'],
    [
      'a numbered list with a list inside',
      [
        {
          type: 'list',
          ordered: true,
          start: 9,
          items: [t('a'), [...t('b'), { type: 'list', ordered: false, items: [t('c')] }]],
        },
      ],
      '9. a\n10. b\n    - c',
    ],
    ['a link with a text', [{ type: 'link', href: 'https://a.example/', children: t('here') }], 'here (https://a.example/)'],
    ['a bare link', [{ type: 'link', href: 'https://a.example/', children: t('https://a.example/') }], 'https://a.example/'],
    ['a link without text', [{ type: 'link', href: 'https://a.example/', children: [] }], 'https://a.example/'],
    [
      'mentions',
      [
        { type: 'mention', name: 'Bob', of: 'user' },
        ...t(' '),
        { type: 'mention', name: 'general', of: 'room' },
        ...t(' '),
        { type: 'mention', name: 'everyone', of: 'everyone' },
      ],
      '@Bob #general @everyone',
    ],
    ['emoji', [{ type: 'emoji', name: 'blob', url: 'https://a.example/1.png' }], ':blob:'],
    [
      'a style around blocks',
      [...t('x'), { type: 'bold', children: [{ type: 'quote', children: t('q') }, ...t('y')] }],
      'x\n> q\ny',
    ],
  ])('writes %s', (_what, tree, wanted) => {
    expect(toPlain(tree)).toBe(wanted);
  });

  it('survives a tree a thousand levels deep', () => {
    let tree: RichText = t('x');
    for (let level = 0; level < 1000; level += 1) tree = [{ type: level % 2 ? 'bold' : 'quote', children: tree }];
    expect(toPlain(tree)).toBe(`${'> '.repeat(500)}x`);
  });
});

describe('toLine', () => {
  it.each([
    ['line breaks of every kind', 'a\nb\r\n\r\nc\u2028d\u0085e\vf', 'a / b / c / d / e / f'],
    ['breaks and space at the ends', ' \n a \t b \n ', 'a b'],
    ['controls between breaks', 'a\n\u0000\n\u001bb', 'a / b'],
    ['bidi characters', 'a\u202Eb\u2066c', 'abc'],
    ['half surrogate pairs', 'a\uD800b', 'ab'],
    ['emoji with joiners', '👩‍👧 ❤️', '👩‍👧 ❤️'],
  ])('puts %s on one line', (_what, given, wanted) => {
    expect(toLine(given)).toBe(wanted);
  });

  it.each([' ', '\n', ' \u0000', '\u202E', 'a '])('reads a megabyte of %j in no time', (unit) => {
    const start = cpuTime();
    toLine(`x${unit.repeat(500_000)}x`);
    expect(cpuTime() - start).toBeLessThan(500);
  });
});
