/** What an instance tells of itself that is not the one which is active. */
import { expect, onTestFinished, test } from 'vitest';
import { CrossChat } from '../../src/crosschat/index.ts';
import { standingBy, watched } from './setup.ts';

test('while it stands by, it lives and is not ready', async () => {
  const active = await watched();
  const lines = await standingBy(active);
  await lines.waitFor((line) => line.includes('stands by'));
  const [, url] = /serves HTTP at ([^"]+)/.exec(lines.all.join('\n')) ?? [];
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([
    503,
    'This instance stands by: it takes over when no other one is active.\n',
  ]);
  expect((await fetch(`${url}/metrics`)).status).toBe(503);
});

test('one whose place another bridge has taken says so, and serves nothing else', async () => {
  const seen = await watched();
  const other = new CrossChat({ serverId: 'bridge', urls: [seen.broker.url], allowAnonymous: true });
  onTestFinished(() => other.stop());
  other.start();
  const told = async () => (await seen.ask('/readyz')).text;
  await expect.poll(told).toMatch(/^Another bridge has connected as bridge\./);
  expect((await seen.ask('/readyz')).status).toBe(503);
  expect((await seen.ask('/healthz')).status).toBe(200);
  expect((await seen.ask('/avatar/letter/x')).text).toBe('There is nothing here.\n');
});
