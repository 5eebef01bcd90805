/** Who counts as near. */
import { expect, test } from 'vitest';
import { askerOf } from '../../src/http/address-limit.ts';
import { isPrivateAddress } from '../../src/http/private-address.ts';

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['100.64.0.1', true],
  ['169.254.1.1', true],
  ['fd00::1', true],
  ['fe80::1%eth0', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['8.8.8.8', false],
  ['2001:4860:4860::8888', false],
  ['2002:0a00:0001::1', false],
  ['0.0.0.0', false],
  ['', false],
  ['localhost', false],
])('%s is private: %s', (address, isPrivate) => {
  expect(isPrivateAddress(address)).toBe(isPrivate);
});

test('a public address can not say that it is another one, however it is written', () => {
  expect(askerOf('::ffff:8.8.8.8', '127.0.0.1')).toBe('8.8.8.8');
  expect(askerOf('8.8.8.8', '127.0.0.1')).toBe('8.8.8.8');
  expect(askerOf('::ffff:127.0.0.1', '9.9.9.9')).toBe('9.9.9.9');
});
