import { describe, expect, test } from 'vitest';
import { codeIn, makeCode } from '../../src/accounts/code.ts';
import { numbers } from './numbers.ts';

describe('a code', () => {
  test('has six signs that nobody takes for one another, at least two of them digits', () => {
    const draw = numbers();
    for (let count = 0; count < 1_000; count++) {
      const code = makeCode(draw);
      expect(code).toMatch(/^[A-HJKMNP-Z2-9]{6}$/);
      expect(code.replace(/\D/g, '').length).toBeGreaterThanOrEqual(2);
      expect(codeIn(code)).toBe(code);
    }
  });

  test.each([
    ['AB23CD', 'AB23CD'],
    ['  ab23cd ', 'AB23CD'],
    ['Ab23cD\n', 'AB23CD'],
  ])('is read in any case, with blanks around it: %j', (line, code) => expect(codeIn(line)).toBe(code));

  test.each([
    'thanks',
    'hahaha',
    'ABC2DE',
    'AB23C',
    'AB23CDE',
    'AB 23CD',
    'my code is AB23CD',
    'AB23C!',
    'AB10CD',
    'ÄB23CD',
    '',
    'ſB23CD',
  ])('is none of what people mean to say: %j', (line) => expect(codeIn(line)).toBeUndefined());
});
