/** What the page is shown of the log. */
import { expect, test } from 'vitest';
import { eventText } from '../../src/http/event-streams.ts';
import { makeLog } from '../../src/log.ts';
import { LogLines } from '../../src/operator/log-lines.ts';

/** A log whose lines are kept. */
function kept(secrets: readonly string[] = []) {
  const lines = new LogLines();
  const log = makeLog({ default: 'debug' }, secrets, { terminal: { print: () => {} }, keep: (line) => lines.add(line) });
  return { log, lines };
}

test('a line is taken apart, whatever stands in it', () => {
  const { log, lines } = kept();
  log.child({ part: 'outbox' }).warn({ event: 'server/alpha/1' }, 'slow');
  log.child({ adapter: 'discord' }).info('</script>\n\nevent: out\ndata: {}');
  log.info({ level: 'fatal', msg: 'not me', no: 99 }, 'me');
  const all = lines.after(0).lines;
  expect(all.map(({ level, from, text, more }) => [level, from, text, more])).toEqual([
    ['warn', 'outbox', 'slow', '{"event":"server/alpha/1"}'],
    ['info', 'discord', '</script>\n\nevent: out\ndata: {}', ''],
    [expect.any(String), '', 'me', '{"no":99}'],
  ]);
  expect(all.map(({ no }) => no)).toEqual([1, 2, 3]);
  expect(eventText('log', all).split('\n').length).toBe(4);
});

test('no secret gets there', () => {
  const { log, lines } = kept(['hunter22', 'the-token-of-the-operator']);
  log.info({ password: 'other', headers: { authorization: 'Bearer xyz' } }, 'hunter22 brought the-token-of-the-operator');
  const shown = JSON.stringify(lines.after(0));
  for (const secret of ['hunter22', 'the-token', 'other', 'xyz']) expect(shown).not.toContain(secret);
});

test('only so many lines are kept, and so much of each', () => {
  const { log, lines } = kept();
  for (let at = 1; at < 2_000; at++) lines.add(JSON.stringify({ level: 'info', msg: `${at} ${'x'.repeat(50_000)}` }));
  log.error('x'.repeat(50_000));
  const { lines: all, missed } = lines.after(0);
  expect([all.length, missed]).toEqual([500, 1_500]);
  expect(JSON.stringify(all).length).toBeLessThan(500 * 2_600);
  expect(all.at(-1)).toMatchObject({ no: 2_000, level: 'error', at: expect.any(Number), from: '' });
  expect(all.at(-1)?.at).toBeGreaterThan(0);
});

test('who was away for a moment is told what they missed, and how much is gone', () => {
  const { log, lines } = kept();
  for (let at = 1; at <= 10; at++) log.info(String(at));
  expect(lines.after(8).lines.map(({ text }) => text)).toEqual(['9', '10']);
  expect(lines.after(10)).toEqual({ lines: [], missed: 0 });
  expect(lines.after(2, 3)).toMatchObject({ lines: [{ text: '8' }, { text: '9' }, { text: '10' }], missed: 5 });
});
