/** Who gets to the operator's page, and who does not. */
import { connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { HttpServer } from '../../src/http/server.ts';
import { standingOf } from '../../src/operator/access.ts';
import { LogLines } from '../../src/operator/log-lines.ts';
import { Operator } from '../../src/operator/operator.ts';
import { Sessions } from '../../src/operator/sessions.ts';
import { standbySource } from '../../src/operator/source.ts';
import { TestClock } from '../support/clock.ts';
import { Visitor } from './visitor.ts';

const TOKEN = 'a-token-of-the-operator';

/** The page of an instance that stands by, served. */
async function served(http: { operatorToken?: string; publicUrl?: string } = {}, clock = systemClock) {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const operator = new Operator({
    http: { host: '127.0.0.1', port: 0, publicUrl: undefined, monitoringToken: undefined, operatorToken: undefined, ...http },
    source: standbySource(['bridge'], 'It stands by.'),
    lines: new LogLines(),
    clock,
    log,
  });
  const server = await HttpServer.start({ host: '127.0.0.1', port: 0, routes: operator.routes, clock: systemClock, log });
  operator.start(server.url);
  onTestFinished(async () => {
    operator.stop();
    await server.stop();
  });
  return { url: server.url, lines };
}

describe('without a token', () => {
  test('a browser on this machine gets in, by any of its own names', async () => {
    const { url } = await served();
    const visitor = new Visitor(url);
    expect(await visitor.welcome()).toEqual({ entry: 'in', signedIn: false });
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `127.0.0.2:${port}`, `[::1]:${port}`, 'localhost:9999'])
      expect([host, JSON.parse((await visitor.raw('welcome', { host })).text).entry]).toEqual([host, 'in']);
  });

  test.each([
    ['a name that somebody has pointed here', { host: 'evil.example' }],
    ['such a name that looks like ours', { host: 'localhost.evil.example' }],
    ['another one', { host: '127.0.0.1.evil.example:8080' }],
    ['an address of this network', { host: '192.168.1.5:8080' }],
    ['a proxy that says from where', { 'x-forwarded-for': '127.0.0.1' }],
    ['a proxy that lies', { 'x-forwarded-for': '9.9.9.9, 127.0.0.1' }],
    ['a proxy that says it otherwise', { forwarded: 'for=127.0.0.1' }],
    ['a proxy that names itself', { via: '1.1 proxy' }],
    ['nginx', { 'x-real-ip': '127.0.0.1' }],
    ['a proxy that tells the host', { 'x-forwarded-host': 'games.example' }],
  ])('nobody gets in by %s, and is told what to set', async (_, headers) => {
    const visitor = new Visitor((await served()).url);
    const welcome = JSON.parse((await visitor.raw('welcome', headers)).text);
    expect(welcome).toMatchObject({ entry: 'refused', why: expect.stringContaining('HTTP_OPERATOR_TOKEN') });
    for (const path of ['events', 'audit']) expect((await visitor.raw(path, headers)).status).toBe(403);
    const sent = { 'content-type': 'application/json', ...headers };
    for (const origin of [visitor.url, `http://${new Headers(headers).get('host')}`])
      expect((await visitor.raw('drop', { ...sent, origin }, '{}')).status).toBe(403);
  });

  test('nobody gets in by an nginx that is set to nothing but where to: it says neither for whom nor that it is one', async () => {
    const { port, host } = new URL((await served()).url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`GET /operator/welcome HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect((await socket.toArray()).join('')).toMatch(/"entry":"refused".*HTTP_OPERATOR_TOKEN/);
  });

  test.each(['10.0.0.7', '192.168.1.5', '172.17.0.1', '8.8.8.8', '::ffff:127.0.0.1.evil', '', 'fe80::1%lo'])(
    'nobody gets in from %s',
    (address) => {
      const asked = { headers: { host: 'localhost' }, httpVersion: '1.1', address };
      const nobody = standingOf(asked, { operatorToken: undefined, publicUrl: undefined });
      expect(nobody).toMatchObject({ refused: expect.stringContaining('only in a browser on the machine') });
    },
  );

  test('nobody gets in at all where the bridge has a public address', async () => {
    const visitor = new Visitor((await served({ publicUrl: 'https://games.example' })).url);
    const welcome = await visitor.welcome();
    expect(welcome).toMatchObject({ entry: 'refused', why: expect.stringContaining('PUBLIC_URL') });
    expect((await visitor.get('events')).status).toBe(403);
  });

  test('no other page can act for a browser on this machine', async () => {
    const { url } = await served();
    const visitor = new Visitor(url);
    const target = { channel: 'main' };
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `${url}.evil.example`, 'http://127.0.0.1'])
      expect([origin, (await visitor.post('pause', { target }, { origin })).status]).toEqual([origin, 403]);
    expect((await visitor.post('pause', { target }, { 'content-type': 'text/plain' })).status).toBe(415);
    const own = await visitor.post('pause', { target });
    expect(own).toMatchObject({ status: 409, fault: expect.stringContaining('does nothing now') });
  });

  test('nothing can be signed in to', async () => {
    expect(await new Visitor((await served()).url).post('sign-in', { token: TOKEN })).toMatchObject({ status: 409 });
  });
});

describe('with a token', () => {
  test('only whoever brings it gets in, and out again', async () => {
    const { url, lines } = await served({ operatorToken: TOKEN });
    const visitor = new Visitor(url);
    expect(await visitor.welcome()).toEqual({ entry: 'token' });
    expect((await visitor.get('events')).status).toBe(401);
    expect(await visitor.post('pause', { target: { channel: 'main' } })).toMatchObject({ status: 401 });
    expect(await visitor.post('sign-in', { token: `${TOKEN}x` })).toMatchObject({ status: 401, fault: 'That is not the token.' });
    expect((await visitor.post('sign-in', { token: TOKEN })).status).toBe(200);
    expect(await visitor.welcome()).toEqual({ entry: 'in', signedIn: true });
    const page = await visitor.open();
    await page.waitFor('state');
    const { cookie } = visitor;
    expect((await visitor.post('sign-out', {})).status).toBe(200);
    await page.waitFor('out');
    await page.ended;
    expect(visitor.cookie).toBe('');
    visitor.cookie = cookie;
    expect(await visitor.welcome()).toEqual({ entry: 'token' });
    expect(lines.join()).not.toContain(TOKEN);
  });

  test('the cookie is read by no script and sent by no other page, and over https only where the bridge is there', async () => {
    const sign = async (http: { publicUrl?: string }) => {
      const { url } = await served({ operatorToken: TOKEN, ...http });
      const headers = { 'content-type': 'application/json', origin: http.publicUrl ? new URL(http.publicUrl).origin : url };
      const answer = await fetch(`${url}/operator/sign-in`, { method: 'POST', headers, body: JSON.stringify({ token: TOKEN }) });
      return answer.headers.getSetCookie().join();
    };
    expect(await sign({})).toMatch(/^crosschat_operator=[\w-]{43}; Path=\/operator\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(await sign({ publicUrl: 'https://games.example/bridge' })).toMatch(
      /; Path=\/bridge\/operator\/; .*; SameSite=Strict; Secure$/,
    );
  });

  test('nobody can try many, and a wrong one is in the log', async () => {
    const { url, lines } = await served({ operatorToken: TOKEN }, new TestClock());
    const statuses: number[] = [];
    for (let at = 0; at < 15; at++) statuses.push((await new Visitor(url).post('sign-in', { token: `guess ${at}` })).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.slice(10)).toEqual(Array(5).fill(429));
    // The right one has to wait as well: otherwise it would be told apart.
    expect((await new Visitor(url).post('sign-in', { token: TOKEN })).status).toBe(429);
    expect(lines.filter((line) => line.includes('wrong token')).length).toBe(10);
  });

  test('one household counts as one, another one is not held up', () => {
    const clock = new TestClock();
    const sessions = new Sessions(TOKEN, clock);
    for (let at = 0; at < 10; at++) sessions.enter('x', `2a00:1:2:3::${at}`);
    expect(sessions.enter(TOKEN, '2a00:1:2:3::99')).toBe('wait');
    expect(sessions.enter(TOKEN, '2a00:1:2:4::1')).toMatchObject({ cookie: expect.any(String) });
  });

  test('a session ends after twelve hours, and there are only so many', async () => {
    const clock = new TestClock();
    const sessions = new Sessions(TOKEN, clock);
    const enter = (at: number) => {
      const entered = sessions.enter(TOKEN, `10.0.0.${at}`);
      return typeof entered === 'string' ? undefined : entered.cookie;
    };
    const first = enter(0);
    expect(sessions.of(first)).toBeDefined();
    await clock.advance(12 * 3_600_000);
    expect(sessions.of(first)).toBeUndefined();
    const cookies = Array.from({ length: 51 }, (_, at) => enter(at));
    expect(sessions.of(cookies[0])).toBeUndefined();
    expect(cookies.slice(1).every((cookie) => sessions.of(cookie) !== undefined)).toBe(true);
    expect(sessions.of('')).toBeUndefined();
    expect(sessions.of(`${cookies[1]}x`)).toBeUndefined();
  });
});

test('the page may load from here only, and its scripts are small', async () => {
  const visitor = new Visitor((await served()).url);
  const answer = await visitor.get('');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
  const html = await answer.text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="assets\/)|<style|\son\w+=|https?:|javascript:/);
  let scripts = 0;
  for (const path of new Set([...html.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, one = '']) => one))) {
    const file = await visitor.get(path);
    expect([path, file.status]).toEqual([path, 200]);
    await file.arrayBuffer();
    if (path.endsWith('.js')) scripts += Number(file.headers.get('content-length'));
  }
  process.stdout.write(`The operator's page has scripts of ${scripts} bytes compressed.\n`);
  expect(scripts).toBeLessThan(100_000);
  expect((await fetch(`${visitor.url}/operator`)).url).toBe(`${visitor.url}/operator/`);
});

test('only so many pages can be open', async () => {
  const { url } = await served();
  const visitor = new Visitor(url);
  const pages = [];
  for (let at = 0; at < 20; at++) pages.push(await visitor.open());
  expect((await visitor.get('events')).status).toBe(429);
  pages[0]?.close();
  await expect.poll(async () => (await visitor.open().catch(() => undefined)) !== undefined).toBe(true);
});
