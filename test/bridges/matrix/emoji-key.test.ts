import { expect, it } from 'vitest';
import { emojiKey } from '../../../bridges/matrix/emoji-key.ts';

it.each([
  ['👍', '👍\ufe0f'],
  ['👍\ufe0f', '👍\ufe0f'],
  ['👎', '👎\ufe0f'],
  ['❤', '❤\ufe0f'],
  ['❤\ufe0f', '❤\ufe0f'],
  ['🎉', '🎉'],
  ['😀', '😀'],
  ['👍🏽', '👍🏽'],
  ['✌🏽', '✌🏽'],
  ['👩‍❤‍👨', '👩‍❤\ufe0f‍👨'],
  ['🏳‍🌈', '🏳\ufe0f‍🌈'],
  ['1\u20e3', '1\ufe0f\u20e3'],
  ['🇩🇪', '🇩🇪'],
  ['☕', '☕\ufe0f'],
  ['LGTM', 'LGTM'],
  [':cat:', ':cat:'],
  ['100', '100'],
])('the key of %s is %s', (emoji, key) => expect(emojiKey(emoji)).toBe(key));
