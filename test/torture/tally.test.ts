/** The torture's own judgement: what it would call lost, doubled and out of order. */
import { expect, test } from 'vitest';
import { findIn } from './lines.ts';
import { type Said, type Sighting, tally } from './tally.ts';

const said = (text: string, taken = true): Said => ({
  speaker: 'Alice',
  text,
  items: text.split(' '),
  at: 0,
  taken,
});

/** What is wrong when these lines were said and these texts are seen in a game. */
function judge(lines: readonly Said[], texts: readonly string[]): Record<string, string[]> {
  const seen = texts.map((text): Sighting => ({ author: '', text: `Alice@bridge: ${text}` }));
  const { lost, doubled, disordered } = tally([{ where: 'alpha', said: lines, seen }]);
  return Object.fromEntries(
    Object.entries({ lost, doubled, disordered }).map(([what, faults]) => [what, faults.map((f) => f.text)]),
  );
}

const A = 'Alice1x000001p0';
const B = 'Alice2x000002p0';
const LONG = 'Alice3x000003p0 Alice3x000003p1';

test.each<[what: string, lines: readonly Said[], texts: readonly string[], wrong: Partial<Record<string, string[]>>]>([
  ['all is there', [said(A), said(LONG), said('gg')], [A, LONG, 'gg'], {}],
  ['a line in two parts', [said(LONG)], LONG.split(' '), {}],
  ['one is missing', [said(A), said(B)], [B], { lost: [A] }],
  ['a part is missing', [said(LONG)], ['Alice3x000003p1'], { lost: [LONG] }],
  ['one is there twice', [said(A)], [A, A], { doubled: [A] }],
  ['a part is there twice', [said(LONG)], [LONG, 'Alice3x000003p1'], { doubled: [LONG] }],
  ['the order is wrong', [said(A), said(B)], [B, A], { disordered: [A] }],
  ['the order of parts is wrong', [said(LONG)], LONG.split(' ').reverse(), { disordered: [LONG] }],
  ['one was not taken, and may be there', [said(A, false), said(B, false)], [B], {}],
  ['what was not taken must not be there twice', [said(A, false)], [A, A], { doubled: [A] }],
  ['an equal line is missing', [said('gg'), said(A), said('gg')], ['gg', A], { lost: ['gg'] }],
  ['an equal line is there twice', [said('gg')], ['gg', 'gg'], { doubled: ['gg'] }],
  ['equal lines are out of order', [said('gg'), said(A), said('gg')], ['gg', 'gg', A], { disordered: [A] }],
])('%s', (_what, lines, texts, wrong) => {
  expect(judge(lines, texts)).toEqual({ lost: [], doubled: [], disordered: [], ...wrong });
});

test('a message that holds lines of several speakers is taken apart', () => {
  const both = new Set(['Gordon', 'Alyx']);
  const found = (text: string, author: string) => findIn(text, author, both).map(({ speaker, item, as }) => [speaker, item, as]);
  expect(found('Gordon (alpha): Gordon1x00000ap0\nAlyx (alpha): gg\nAlyx2x00000bp0 **_Alyx2x00000bp1_**', '')).toEqual([
    ['Gordon', 'Gordon1x00000ap0', 'Gordon'],
    ['Alyx', 'gg', 'Alyx'],
    ['Alyx', 'Alyx2x00000bp0', 'Alyx'],
    ['Alyx', 'Alyx2x00000bp1', 'Alyx'],
  ]);
  expect(found('**Gordon** (alpha): gg\n**Alyx** (alpha):\n> gg\n> gg', 'Gordon, Alyx').map(([speaker]) => speaker)).toEqual([
    'Gordon',
    'Alyx',
    'Alyx',
  ]);
  expect(found('gg', 'Gordon [alpha]')).toEqual([['Gordon', 'gg', 'Gordon']]);
  expect(found('UnknownUser5@bridge: Alyx1x00000ap0', '')).toEqual([['Alyx', 'Alyx1x00000ap0', 'UnknownUser5']]);
});
