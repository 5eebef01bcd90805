/** What a browser, another page or somebody without one can't do. */
import { expect, test } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { TestClock } from '../../support/clock.ts';
import { deliver, fromPlayer, startSite, Visitor } from './visitor.ts';

test('the page may load from here only, runs nothing that stands in it, and sets no HTML', async () => {
  const site = await startSite();
  const answer = await new Visitor(site).fetch('');
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
    expect(policy.split('; ')).toContain(rule);
  expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  const html = await answer.text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="assets\/)|<style|\son\w+=|https?:|javascript:/);
});

test('the files of the page are small, compressed, kept for ever under their own address, and nothing else is there', async () => {
  const site = await startSite();
  const visitor = new Visitor(site);
  const html = await (await visitor.fetch('')).text();
  const files = [...html.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(files.length).toBeGreaterThan(10);
  let scripts = 0;
  for (const path of new Set(files)) {
    const answer = await visitor.fetch(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    await answer.arrayBuffer();
    if (path.endsWith('.js')) scripts += Number(answer.headers.get('content-length'));
  }
  process.stdout.write(`The web chat's scripts have ${scripts} bytes compressed.\n`);
  expect(scripts).toBeLessThan(100_000);
  const [version = ''] = files[0]?.match(/assets\/[\w-]+/) ?? [];
  for (const path of [`${version}/%2e%2e/package.json`, `${version}/chat/main.ts`, 'assets/x/chat/main.js', `${version}/`])
    expect([path, (await visitor.fetch(path)).status]).toEqual([path, 404]);
});

test('only the page itself may send anything', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const body = JSON.stringify({ room: 'main', text: 'hi', nonce: 'nonce-of-a-test' });
  const type = 'application/json';
  const send = async (headers: Record<string, string>) =>
    (await alice.fetch('say', { method: 'POST', headers: { 'content-type': type, ...headers }, body })).status;
  expect(await send({})).toBe(403);
  for (const origin of [
    'null',
    'https://evil.example',
    `${site.url}.evil.example`,
    site.url.replace('http', 'https'),
    'file://',
    '',
  ])
    expect([origin, await send({ origin })]).toEqual([origin, 403]);
  for (const wrong of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])
    expect([wrong, await send({ origin: site.url, 'content-type': wrong })]).toEqual([wrong, 415]);
  expect(await send({ origin: site.url })).toBe(200);
  expect(site.host.messages.all.length).toBe(1);
});

test('behind a public address, that is the origin, the cookie is for https only, and for this path', async () => {
  const site = await startSite({ publicUrl: 'https://games.example/bridge' });
  const send = (origin: string, name: string) =>
    new Visitor(site).fetch('guest', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ name }),
    });
  expect((await send('https://evil.example', 'Eve')).status).toBe(403);
  const [cookie = ''] = (await send('https://games.example', 'Alice')).headers.getSetCookie();
  expect(cookie).toMatch(/^crosschat_session=[\w-]{43}; Path=\/bridge\/chat\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/);
});

test('a name that somebody has pointed at this machine is no origin of ours', async () => {
  const { isOwnOrigin } = await import('../../../src/http/origin.ts');
  const url = 'http://127.0.0.1:8080';
  for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', '192.168.1.5:8080'])
    expect([host, isOwnOrigin(`http://${host}`, host, url)]).toEqual([host, true]);
  for (const host of ['evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example:8080', '', 'x@127.0.0.1'])
    expect([host, isOwnOrigin(`http://${host}`, host, url)]).toEqual([host, false]);
  expect(isOwnOrigin('http://127.0.0.1:9999', '127.0.0.1:8080', url)).toBe(false);
  expect(isOwnOrigin(undefined, '127.0.0.1:8080', url)).toBe(false);
});

test('nobody reads or writes without being signed in, and whoever leaves is out on all pages', async () => {
  const site = await startSite();
  const nobody = new Visitor(site);
  expect((await nobody.fetch('events')).status).toBe(401);
  expect((await nobody.fetch('earlier?room=main&before=9')).status).toBe(401);
  expect((await nobody.fetch('picture/eA')).status).toBe(401);
  expect(await nobody.say('hi')).toMatchObject({ status: 401 });
  nobody.cookie = `crosschat_session=${'A'.repeat(43)}`;
  expect(await nobody.say('hi')).toMatchObject({ status: 401 });
  const alice = await Visitor.enter(site, 'Alice');
  const page = await alice.open();
  const { cookie } = alice;
  expect(await alice.post('leave', {})).toEqual({ status: 200 });
  await page.waitFor('out');
  await page.ended;
  alice.cookie = cookie;
  expect(await alice.say('hi')).toMatchObject({ status: 401 });
  expect(site.host.messages.all).toEqual([]);
});

test('sessions expire, and what is kept of them lets nobody in', async () => {
  const clock = new TestClock();
  const kept = new Map<string, string>();
  const memory = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string) => void kept.set(key, value),
  };
  const site = await startSite({ clock, memory });
  const alice = await Visitor.enter(site, 'Alice');
  const token = /crosschat_session=([\w-]+)/.exec(alice.cookie)?.[1] ?? '';
  expect(token.length).toBe(43);
  expect([...kept.values()].join()).toContain('Alice');
  expect([...kept.values()].join()).not.toContain(token);
  expect((await alice.welcome()).me?.person.name).toBe('Alice');
  await clock.advance(8 * 86_400_000);
  expect((await alice.welcome()).me).toBeUndefined();
});

test('guests get in where they may, under a name that is nobody else’s', async () => {
  const closed = await startSite({ config: {} });
  expect(await new Visitor(closed).post('guest', { name: 'Alice' })).toMatchObject({ status: 403 });
  expect((await new Visitor(closed).welcome()).ways).toEqual([]);
  const clock = new TestClock();
  const site = await startSite({ clock });
  await Visitor.enter(site, 'Gordon Freeman');
  for (const name of [
    'gordon freeman',
    'Gоrdon Freeman',
    'GordonFreeman',
    'G0rd0n_Freeman',
    'Admin',
    'Sеrver',
    ' [SYSTEM] ',
    '',
    '\u200b',
    'x'.repeat(33),
  ]) {
    await clock.advance(60_000);
    expect([name, (await new Visitor(site).post('guest', { name })).fault]).toEqual([name, expect.any(String)]);
  }
  await clock.advance(60_000);
  const eve = await Visitor.enter(site, ' Eve\n<b>\u202e ');
  expect((await eve.welcome()).me?.person.name).toBe('Eve <b>');
});

test('what is no request is refused with a sentence, and harms nobody', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  const send = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/json', origin: site.url };
    const answer = await alice.fetch(path, { method: 'POST', headers, body });
    await answer.text();
    return answer.status;
  };
  for (const body of ['', 'null', '[]', '{', '{"room":"main"}', '{"room":1,"text":2,"nonce":3}', `{"__proto__":{"room":"main"}}`])
    expect([body, await send('say', body)]).toEqual([body, 400]);
  const deep = `${'['.repeat(7_000)}${']'.repeat(7_000)}`;
  expect(await send('say', deep)).toBe(400);
  expect(await send('say', JSON.stringify({ room: 'main', text: 'x'.repeat(20_000), nonce: 'nonce-of-a-test' }))).toBe(413);
  for (const path of ['', 'nothing', 'constructor', '__proto__', 'toString', 'say/']) expect(await send(path, '{}')).toBe(404);
  expect(await send('react', JSON.stringify({ room: 'main', id: '__proto__', emoji: '👍', on: true }))).toBe(200);
  expect(site.host.messages.all).toEqual([]);
  expect(site.host.lines.all.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test('one who says too much is told to wait, and so is a whole address', async () => {
  const clock = new TestClock();
  const site = await startSite({ clock });
  const people = await Promise.all(['Ann', 'Ben', 'Cid', 'Dora', 'Eva'].map((name) => Visitor.enter(site, name)));
  const statuses: number[] = [];
  for (const person of people) {
    for (let count = 0; count < 40; count++) statuses.push((await person.say(`${count}`)).status);
    // The server itself answers an address 10 times a second in the long run.
    await clock.advance(5_000);
  }
  const first = statuses.slice(0, 40);
  expect(first.filter((status) => status === 200).length).toBe(30);
  expect(first.filter((status) => status === 429).length).toBe(10);
  // 120 a minute for all from there, and what comes back in 20 s.
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(162);
  expect(site.host.messages.all.length).toBe(statuses.filter((status) => status === 200).length);
});

test('one has only so many pages', async () => {
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  for (let count = 0; count < 6; count++) await alice.open();
  await expect(alice.open()).rejects.toThrow('429');
});

const HOSTILE: RichText = [
  { type: 'link', href: 'javascript:alert(1)', children: literal('click') },
  { type: 'link', href: 'data:text/html,<script>alert(1)</script>', children: literal('me') },
  { type: 'link', href: ' JaVaScRiPt:alert(1)', children: literal('too') },
  { type: 'link', href: 'https://example.org/', children: literal('fine') },
  { type: 'emoji', name: 'x', url: 'https://evil.example/pixel.png' },
  { type: 'emoji', name: 'y', url: 'https://cdn.discordapp.com/emojis/123456789012345678.png?size=48' },
];

test('addresses lead nowhere bad, and pictures from elsewhere are not loaded', async () => {
  const site = await startSite();
  const page = await (await Visitor.enter(site, 'Alice')).open();
  const url = `${site.url}/media/signed/cat.png`;
  await deliver(
    site,
    fromPlayer('', {
      body: HOSTILE,
      author: { id: '7', name: 'Eve', avatar: 'https://evil.example/tracker.png', link: 'javascript:alert(1)' },
      attachments: [
        { name: 'a.png', url: 'https://evil.example/a.png', mimeType: 'image/png' },
        { name: 'b.svg', url, mimeType: 'image/svg+xml' },
        { name: 'c.png', url, mimeType: 'image/png', width: 20, height: Number.NaN },
        { name: 'd.png', url: 'javascript:alert(1)', mimeType: 'image/png' },
      ],
    }),
  );
  const entry = await page.waitFor('entry');
  const text = JSON.stringify(entry);
  expect(text).not.toMatch(/"href":"(?!https:\/\/example\.org)|tracker|pixel|"url":"javascript/);
  expect(entry.author).toEqual({ key: expect.any(String), name: 'Eve', player: { server: 'alpha', user: 7 } });
  expect(entry.files).toEqual([
    { name: 'a.png', url: 'https://evil.example/a.png' },
    { name: 'b.svg', url: '../media/signed/cat.png' },
    { name: 'c.png', url: '../media/signed/cat.png', shown: true, width: 20 },
    { name: 'd.png' },
  ]);
  expect(entry.body.at(-1)).toMatchObject({ type: 'emoji', url: expect.stringMatching(/^picture\/[\w-]+$/) });
});

test('only pictures of known places are fetched', async () => {
  const { pictureFor } = await import('../../../bridges/webchat/pictures.ts');
  const known = (url: string) => pictureFor(url, 'https://bridge.example') !== undefined;
  const steam = `https://avatars.steamstatic.com/${'a'.repeat(40)}_full.jpg`;
  for (const url of ['https://cdn.discordapp.com/avatars/1/abc.png?size=128', steam, 'https://bridge.example/avatar/1-41.png'])
    expect([url, known(url)]).toEqual([url, true]);
  for (const url of [
    'http://cdn.discordapp.com/avatars/1/abc.png',
    'https://cdn.discordapp.com.evil.example/avatars/1/abc.png',
    'https://cdn.discordapp.com@evil.example/avatars/1/abc.png',
    'https://cdn.discordapp.com/attachments/1/2/abc.png',
    'https://cdn.discordapp.com/avatars/../attachments/1/abc.png',
    'https://bridge.example.evil.example/avatar/1-41.png',
    'http://127.0.0.1/avatars/1/abc.png',
    'javascript:alert(1)',
  ])
    expect([url, known(url)]).toEqual([url, false]);
  const site = await startSite();
  const alice = await Visitor.enter(site, 'Alice');
  for (const url of ['http://127.0.0.1:1/x.png', 'file:///etc/passwd', ''])
    expect((await alice.fetch(`picture/${Buffer.from(url).toString('base64url')}`)).status).toBe(404);
});

test('a text is bounded, whoever sends it', async () => {
  const site = await startSite();
  const page = await (await Visitor.enter(site, 'Alice')).open();
  await deliver(site, fromPlayer('x'.repeat(100_000)));
  const { body } = await page.waitFor('entry');
  expect(JSON.stringify(body).length).toBeLessThan(12_000);
  expect(JSON.stringify(body)).toContain('there is more than fits here');
  let deep: RichText = literal('deep');
  for (let count = 0; count < 500; count++) deep = [{ type: 'quote', children: deep }];
  await deliver(site, fromPlayer('', { body: deep }));
  expect(site.chat.logs.get('main' as RoomRef)?.latest(1)[0]?.body.length).toBe(1);
});
