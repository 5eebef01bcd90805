import { expect, test } from 'vitest';
import { Pace } from '../../src/outbox/pace.ts';

test.each([-3_600_000, 3_600_000])('a clock that is set by %i ms is forgotten after some messages', (step) => {
  const pace = new Pace();
  for (let n = 0; n < 5; n++) pace.took(1_000);
  pace.took(step);
  for (let n = 0; n < 15; n++) pace.took(1_000);
  expect(pace.joinMode(3)).toBeUndefined();
  expect(pace.joinMode(5)).toBe('speaker');
  expect(pace.joinMode(20)).toBe('digest');
});
