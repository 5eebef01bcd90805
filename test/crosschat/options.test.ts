import { expect, test } from 'vitest';
import { backoff } from '../../src/crosschat/backoff.ts';
import { CrossChat, CrossChatConfigError, type CrossChatOptions } from '../../src/crosschat/index.ts';

const login = { username: 'bridge', password: 'hunter2' };

function make(options: Partial<CrossChatOptions>): CrossChat {
  return new CrossChat({ serverId: 'bridge', urls: ['mqtt://broker.example:1883'], ...options });
}

test.each<[string, Partial<CrossChatOptions>, RegExp]>([
  ['no user name', {}, /mqtt\.allow_anonymous/],
  ['an empty user name', { username: '', password: '' }, /mqtt\.allow_anonymous/],
  ['a user name alone', { username: 'bridge', allowAnonymous: true }, /mqtt\.username and mqtt\.password/],
  ['a password alone', { password: 'hunter2', allowAnonymous: true }, /mqtt\.username and mqtt\.password/],
  ['a password in the clear', login, /broker\.example:1883.*mqtt\.allow_insecure_transport/],
  ['a password in the clear on the second address', { ...login, urls: ['mqtts://a.example', 'ws://b.example'] }, /b\.example/],
  ['a name that only looks local', { ...login, urls: ['mqtt://localhost.example'] }, /allow_insecure_transport/],
  ['a password in the address', { urls: ['mqtts://bridge:hunter2@broker.example'] }, /mqtt\.username/],
  ['no address', { ...login, urls: [] }, /no address/],
  ['an address of something else', { ...login, urls: ['http://broker.example'] }, /mqtt:\/\/host:1883/],
  ['an address that is none', { ...login, urls: ['broker.example'] }, /mqtt:\/\/host:1883/],
  ['an empty server id', { ...login, serverId: '' }, /server_id/],
  ['a long server id', { ...login, serverId: 'x'.repeat(65) }, /server_id/],
  ['a server id with a slash', { ...login, serverId: 'a/b' }, /server_id/],
  ['a server id with a wildcard', { ...login, serverId: '#' }, /server_id/],
  ['a server id with a control character', { ...login, serverId: 'a\u0000b' }, /server_id/],
  ['a topic prefix with a wildcard', { ...login, topicPrefix: 'cross+/' }, /topic_prefix/],
])('%s is refused in a sentence, without the password', (_what, options, sentence) => {
  const attempt = (): CrossChat => make({ urls: ['mqtt://broker.example:1883'], ...options });
  expect(attempt).toThrow(CrossChatConfigError);
  expect(attempt).toThrow(sentence);
  expect(attempt).not.toThrow(/hunter2/);
});

test.each<[string, Partial<CrossChatOptions>]>([
  ['TLS with a password', { ...login, urls: ['mqtts://broker.example', 'wss://broker.example/mqtt'] }],
  ['a password in the clear, said in words', { ...login, allowInsecureTransport: true }],
  ['nobody, said in words', { allowAnonymous: true }],
  [
    'a password to this machine',
    { ...login, urls: ['mqtt://127.0.0.1:1883', 'mqtt://localhost', 'mqtt://[::1]:1883', 'ws://127.9.9.9'] },
  ],
])('%s is fine', (_what, options) => {
  expect(make(options).status).toBe('stopped');
});

test('waiting grows up to ten seconds, with full jitter', () => {
  const longest = [1, 2, 3, 6, 7, 8, 100].map((attempt) => backoff(attempt, () => 1));
  expect(longest).toEqual([500, 1_000, 2_000, 10_000, 10_000, 10_000, 10_000]);
  expect(backoff(100, () => 0)).toBe(0);
});
