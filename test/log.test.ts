/** How much is logged of what, and what never is. */
import { expect, test } from 'vitest';
import { readLevels } from '../src/config-log.ts';
import { type LogOutput, makeLog, partLog } from '../src/log.ts';

/** A log, and its lines. */
function logOf(levels: Parameters<typeof makeLog>[0], secrets: readonly string[] = [], format: LogOutput['format'] = 'json') {
  const lines: string[] = [];
  const log = makeLog(levels, secrets, { terminal: { print: (line) => void lines.push(line) }, format });
  return { log, lines };
}

test('each part and each adapter has its own level, and so have those who log for it; the others have the default', () => {
  const { log, lines } = logOf({ default: 'info', mqtt: 'debug', discord: 'warn' });
  partLog(log, 'mqtt').debug('packet');
  partLog(log, 'store').debug('written');
  const discord = log.child({ adapter: 'discord' });
  discord.info('connected');
  discord.child({ room: '1' }).warn('slow');
  log.child({ adapter: 'matrix' }).info('joined');
  log.info('ready');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['packet', 'slow', 'joined', 'ready']);
});

test('a secret is left out by its value, and what stands under the key of one by that', () => {
  const { log, lines } = logOf({ default: 'info' }, ['hunter22']);
  const answer = JSON.stringify({ access_token: 'syt_"abc', name: 'Alice', nested: { client_secret: 'ssss' } });
  log.info({ headers: { Authorization: 'Bearer xyz' }, api_key: 'k\\"zz', user: 'bob' }, `hunter22 logs in: ${answer}`);
  const [line = ''] = lines;
  for (const secret of ['hunter22', 'syt_', 'abc', 'ssss', 'xyz', 'zz']) expect(line).not.toContain(secret);
  expect(JSON.parse(line)).toMatchObject({ headers: { Authorization: '[secret]' }, api_key: '[secret]', user: 'bob' });
  expect(JSON.parse(line).msg).toContain('"name":"Alice"');
});

test('it is readable where a terminal looks, unless JSON is wanted', () => {
  const { log, lines } = logOf({ default: 'info' }, ['hunter22'], 'auto');
  log.info({ password: 'other' }, 'hello hunter22');
  expect(lines[0]).toContain('hello [secret]');
  expect(() => JSON.parse(lines[0] ?? '')).toThrow();
  expect(lines[0]).not.toContain('other');
});

test('levels in a variable', () => {
  expect(readLevels('debug')).toBe('debug');
  expect(readLevels('warn, mqtt=debug,discord = trace')).toEqual({ default: 'warn', mqtt: 'debug', discord: 'trace' });
});
