import { describe, expect, test } from 'vitest';
import { suggest } from '../../src/commands/suggest.ts';
import { inWords, parseDuration } from '../../src/text/time.ts';
import { cpuTime } from '../support/cpu-time.ts';

const named = (...labels: string[]) => labels.map((label, index) => ({ value: `v${index}`, label }));
const labels = (typed: string, ...all: string[]) => suggest(typed, named(...all)).map(({ label }) => label);

describe('suggestions', () => {
  test('come best first: beginnings, then beginnings of words, then anything within', () => {
    expect(labels('go', 'Lego', 'Mister Gordon', 'Gordon', 'Alyx', 'GOOD')).toEqual(['GOOD', 'Gordon', 'Mister Gordon', 'Lego']);
  });

  test('are all there is when nothing was typed, by name, at most 25', () => {
    const all = Array.from({ length: 40 }, (_, n) => `p${String(n).padStart(2, '0')}`);
    expect(labels('', ...all.toReversed())).toEqual(all.slice(0, 25));
  });

  test('are found by their value too, as by a SteamID', () => {
    expect(suggest('0287930', [{ value: '76561197960287930', label: 'Gordon (alpha)' }])).toHaveLength(1);
  });

  test('know wide and small letters as the same', () => {
    expect(labels('ｇｏｒ', 'GORDON')).toEqual(['GORDON']);
  });

  test.each([
    ['line breaks', 'a\nb\r\nc', 'a / b / c'],
    ['bidi overrides', 'abc\u202Egnp', 'abcgnp'],
    ['control characters', 'a\u0000\u001bb', 'ab'],
    ['a half surrogate pair', 'a\ud800b', 'ab'],
    ['blanks', '   a   b   ', 'a b'],
  ])('hold no %s', (_what, hostile, shown) => {
    expect(labels('', hostile)).toEqual([shown]);
  });

  test('are never longer than Discord takes, nor empty, and values that are too long are left out', () => {
    const found = suggest('', [
      { value: 'long', label: '😀'.repeat(500) },
      { value: 'invisible', label: '\u202e\ufeff' },
      { value: 'v'.repeat(101), label: 'too long a value' },
    ]);
    expect(found.map(({ value }) => value).sort()).toEqual(['invisible', 'long']);
    for (const { label } of found) {
      expect(label.length).toBeGreaterThan(0);
      expect(label.length).toBeLessThanOrEqual(100);
      expect(label).not.toMatch(/\p{Cs}/u);
    }
  });

  test('are quick among very many', () => {
    const many = named(...Array.from({ length: 50_000 }, (_, n) => `player ${n} ${'x'.repeat(200)}`));
    const begin = cpuTime();
    expect(suggest('player 4999', many)).toHaveLength(11);
    expect(cpuTime() - begin).toBeLessThan(2_000);
  });
});

test.each([
  ['30m', 30],
  ['30 min', 30],
  ['2h', 120],
  ['7d', 10_080],
  ['1w', 10_080],
  ['1d 12h', 2_160],
  ['1d12h', 2_160],
  ['3650d', 5_256_000],
])('%s is a duration of %i minutes', (text, minutes) => {
  expect(parseDuration(text)).toBe(minutes * 60_000);
});

test.each(['', '0m', '7', 'd', '-1d', '1y', '1.5h', 'forever', '3651d', '999999w', '1d griefing', '1d\n2h'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  [0, 'less than a minute'],
  [29_999, 'less than a minute'],
  [59_999, '1 min'],
  [60_000, '1 min'],
  [299_999, '5 min'],
  [3_599_999, '1 h'],
  [3_600_000, '1 h'],
  [3_660_000, '1 h 1 min'],
  [86_399_999, '1 d'],
  [86_400_000, '1 d'],
  [90_000_000, '1 d 1 h'],
])('%i ms reads %s', (ms, words) => {
  expect(inWords(ms)).toBe(words);
});
