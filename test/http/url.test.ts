/** Where people open what the bridge serves. */
import { expect, test } from 'vitest';
import { isEverywhere, urlAt } from '../../src/http/url.ts';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8080', false],
  ['localhost', 'http://localhost:8080', false],
  ['10.0.0.7', 'http://10.0.0.7:8080', false],
  ['::1', 'http://[::1]:8080', false],
  ['0.0.0.0', 'http://127.0.0.1:8080', true],
  ['::', 'http://[::1]:8080', true],
])('what listens on %s is opened at %s', (host, url, everywhere) => {
  expect([urlAt(host, 8_080), isEverywhere(host)]).toEqual([url, everywhere]);
});
