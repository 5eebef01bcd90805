/** Days as the pages name them, also where a day has not 24 hours. */
import { expect, onTestFinished, test } from 'vitest';
import { dayName } from '../../web/parts/time.ts';

test.each([
  ['in the middle of the year', '2026-07-02T00:10', '2026-07-01T23:50', '2026-06-30T12:00'],
  ['after a day of 23 hours', '2026-03-30T00:10', '2026-03-29T23:50', '2026-03-28T23:50'],
  ['late on a day of 25 hours', '2026-10-25T23:50', '2026-10-24T12:00', '2026-10-23T23:50'],
])('yesterday is the day before, %s', (_, now, yesterday, before) => {
  const { TZ } = process.env;
  onTestFinished(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });
  process.env['TZ'] = 'Europe/Berlin';
  const at = (time: string) => new Date(time).getTime();
  expect(dayName(at(now), at(now))).toBe('Today');
  expect(dayName(at(yesterday), at(now))).toBe('Yesterday');
  expect(dayName(at(before), at(now))).not.toMatch(/^(Today|Yesterday)$/);
});
