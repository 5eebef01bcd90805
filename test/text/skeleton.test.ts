import { describe, expect, it } from 'vitest';
import { skeleton } from '../../src/text/skeleton.ts';
import { cpuTime } from '../support/cpu-time.ts';

describe('names that look alike have the same skeleton', () => {
  it.each([
    ['Alice', 'alice'],
    ['Alice', ' A l i c e '],
    ['Alice', 'Аliсе'],
    ['Alice', 'Αlice'],
    ['Alice', 'AIice'],
    ['Alice', 'A1ice'],
    ['Alice', 'A|ice'],
    ['Alice', 'A\u200bli\u2060ce\ufeff'],
    ['Alice', '\u202eAlice\u202c'],
    ['Alice', 'Ａｌｉｃｅ'],
    ['Alice', '𝓐𝓵𝓲𝓬𝓮'],
    ['Alice', '🅰🅻🅸🅲🅴'],
    ['Alice', '🇦🇱🇮🇨🇪'],
    ['Alice', 'Ⓐⓛⓘⓒⓔ'],
    ['Alice', 'ᴀʟɪᴄᴇ'],
    ['Alice', 'Álïcé'],
    ['Alice', 'A\u0301lice\u0336'],
    ['Alice', '[Alice]'],
    ['Alice', 'Al.i_c-e'],
    ['Alice', 'Al\u05dfce'],
    ['Alice', 'Alice\u3164'],
    ['Bob', 'B0b'],
    ['Bob', 'Воb'],
    ['Bob', 'ВОВ'],
    ['Admin', 'Adrnin'],
    ['Admin', 'Аdmіn'],
    ['Walter', 'VValter'],
    ['Hauska', 'Наuskа'],
    ['Наташа', 'НАТАША'],
    ['Наташа', 'наташа'],
    ['★', ' ★ '],
  ])('%j and %j', (one, other) => expect(skeleton(other)).toBe(skeleton(one)));
});

describe('other names do not', () => {
  it.each([
    ['Alice', 'Bob'],
    ['Alice', 'Alice2'],
    ['Alice', 'Alicia'],
    ['Anna', 'Hannah'],
    ['★', '☆'],
    ['李', '王'],
    ['Наташа', 'Наталья'],
  ])('%j and %j', (one, other) => expect(skeleton(other)).not.toBe(skeleton(one)));
});

it('of nothing that can be seen is empty', () => expect(skeleton('\u200b\u202e\u3164 \u0301')).toBe(''));

it('takes little time for a long name', () => {
  const start = cpuTime();
  skeleton('Ａ'.repeat(100_000));
  expect(cpuTime() - start).toBeLessThan(1_000);
});
