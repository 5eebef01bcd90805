import { describe, expect, it } from 'vitest';
import { sanitizeName } from '../../src/text/names.ts';
import { cpuTime } from '../support/cpu-time.ts';

describe('sanitizeName', () => {
  it.each([
    ['a plain name', 'Alice', 'Alice'],
    ['a name of other scripts', 'Дмитрий 小明 ναι', 'Дмитрий 小明 ναι'],
    ['right-to-left letters', 'שלום', 'שלום'],
    ['punctuation and markup, which is each platform’s to escape', '<b>*A*</b> @everyone', '<b>*A*</b> @everyone'],
    ['decomposed letters', 'Zoe\u0308', 'Zoë'],
    ['line breaks', 'Eve\r\n[server] Alice:\u2028hi\u0085there', 'Eve [server] Alice: hi there'],
    ['surrounding and repeated space', '  A\u00A0 \t\u3000B ', 'A B'],
    ['control characters', 'A\u0000l\u001b[31mi\u007fc\u009be', 'Al[31mice'],
    ['bidi overrides and isolates', '\u202EecilA\u202C \u2066x\u2069\u200F\u061C', 'ecilA x'],
    ['zero-width characters', 'A\u200Bl\u200Ci\u200Dc\u2060e\uFEFF\u00AD\u034F', 'Alice'],
    ['tag characters', 'Bob\u{E0041}\u{E0042}\u{E007F}', 'Bob'],
    ['fillers that are letters by name only', 'Bob\u3164\uFFA0\u115F', 'Bob'],
    ['blank Braille and the null note', 'B\u2800\u{1D159}ob', 'B ob'],
    ['private use and unassigned code points, noncharacters', 'B\uE000o\u0378b\uFFFF\u{10FFFF}', 'Bob'],
    ['half surrogate pairs', 'B\uD83Dob\uDE00', 'Bob'],
    ['variation selectors beside letters', 'B\uFE0Fo\uFE00b\u{E0100}', 'Bob'],
    ['joined emoji', '👩‍👩‍👧‍👦 fam', '👩‍👩‍👧‍👦 fam'],
    ['emoji with skin tone, selector and joiner', '🏳️‍🌈👩🏽‍❤️‍💋‍👨🏿', '🏳️‍🌈👩🏽‍❤️‍💋‍👨🏿'],
    ['keycaps and flags', '1️⃣🇫🇮', '1️⃣🇫🇮'],
    ['a joiner that joins nothing', '👩\u200D', '👩'],
    ['a mark with no letter', '\u0301\u0302 Bob', 'Bob'],
    ['marks that one letter needs', 'Ẩn กี่ שָּׁ', 'Ẩn กี่ שָּׁ'.normalize('NFC')],
    ['nothing', '', ''],
    ['nothing that is visible', ' \u200B\u3164\u2800\u202E\u{E0041}\u0301 ', ''],
  ])('cleans %s', (_what, given, wanted) => {
    expect(sanitizeName(given)).toBe(wanted);
  });

  it('bounds stacks of combining marks', () => {
    const zalgo = [...'HE COMES'].map((letter) => letter + '\u0315\u0336\u0489\u0353\u031A'.repeat(30)).join('');
    const name = sanitizeName(zalgo);
    expect(name.replace(/\p{M}/gu, '')).toBe('HE COMES');
    expect(name.match(/\p{M}{4,}/u)).toBeNull();
  });

  it('keeps at most 64 graphemes', () => {
    expect(sanitizeName('x'.repeat(65))).toBe('x'.repeat(64));
    expect(sanitizeName('👍🏽'.repeat(65))).toBe('👍🏽'.repeat(64));
  });

  it('keeps at most 128 code points, and no half grapheme', () => {
    const name = sanitizeName('👩‍👩‍👧‍👦'.repeat(40));
    expect(name).toBe('👩‍👩‍👧‍👦'.repeat(18));
    const jamo = sanitizeName('ᄀ'.repeat(1000));
    expect([...jamo]).toHaveLength(128);
  });

  it.each(['x', ' ', '\u200B', '\u0301', '👩\u200D', 'e\u0301', '\u202E', '\uD83D', 'ﷺ', '1\uFE0F'])(
    'reads a megabyte of %j in no time',
    (unit) => {
      const start = cpuTime();
      const name = sanitizeName(unit.repeat(1_000_000));
      expect(cpuTime() - start).toBeLessThan(200);
      expect([...name].length).toBeLessThanOrEqual(128);
    },
  );

  it('changes nothing that it has sanitised', () => {
    const nasty = [
      'e\u034F\u0301\u0302\u0303\u0304',
      'a\u200B \u200B b',
      '👩\u200D\u200D👩',
      `${'x'.repeat(63)} y`,
      'ᄀ\u200Bᅡ',
      '\u200B\u0301a\u0344\u0344',
    ];
    for (const name of nasty) {
      const once = sanitizeName(name);
      expect(sanitizeName(once)).toBe(once);
    }
  });
});
