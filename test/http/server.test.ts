import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { HttpAnswer, HttpRequest, Route } from '../../src/http/route.ts';
import { HttpServer } from '../../src/http/server.ts';
import { TestClock } from '../support/clock.ts';
import { Recorder } from '../support/host.ts';

type Answer = Route['answer'];

const lines = new Recorder<string>();
const log = pino({ level: 'trace', base: null }, { write: (line: string) => lines.add(line) });

function serve(routes: Readonly<Record<string, Answer>>, clock?: Clock): Promise<HttpServer> {
  return serveRoutes(
    Object.entries(routes).map(([prefix, answer]) => ({ prefix, answer })),
    clock,
  );
}

async function serveRoutes(routes: readonly Route[], clock: Clock = systemClock): Promise<HttpServer> {
  const http = await HttpServer.start({ host: '127.0.0.1', port: 0, routes, clock, log });
  onTestFinished(() => http.stop());
  return http;
}

/** Sends bytes as they are, and gives back all that comes until the connection ends. */
function raw(http: HttpServer, bytes: string): Promise<string> {
  const { hostname, port } = new URL(http.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let all = '';
    socket.on('data', (chunk) => {
      all += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(all));
  });
}

const hello: Answer = ({ path, query }) => ({ status: 200, body: `hello ${path} ${query.get('q')}` });

test('what is below a prefix is answered by its part, and nothing else is there', async () => {
  const http = await serve({ '/a/': hello, '/healthz': () => ({ status: 204 }) });
  const at = async (path: string, method = 'GET') => {
    const answer = await fetch(`${http.url}${path}`, { method });
    return `${answer.status} ${await answer.text()}`.trim();
  };
  expect(await at('/a/b%2f..?q=1')).toBe('200 hello b%2f.. 1');
  expect(await at('/a/b', 'HEAD')).toBe('200');
  expect(await at('/healthz')).toBe('204');
  expect(await at('/healthz/')).toBe('404 There is nothing here.');
  expect(await at('/')).toBe('404 There is nothing here.');
  expect(await at('/a/b', 'POST')).toBe('405 Only GET and HEAD.');
  expect(await at(`/a/${'x'.repeat(5_000)}`)).toBe('414 The address is too long.');
});

test('a browser may do nothing with an answer unless its part says so', async () => {
  const http = await serve({ '/a/': hello, '/b/': () => ({ status: 200, headers: { 'content-type': 'image/png' }, body: 'x' }) });
  const { headers } = await fetch(`${http.url}/a/b`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  expect((await fetch(`${http.url}/b/`)).headers.get('content-type')).toBe('image/png');
  expect((await fetch(`${http.url}/nothing`)).headers.get('x-content-type-options')).toBe('nosniff');
});

test('a part that fails says so to the operator, and nothing to whoever asks', async () => {
  const http = await serve({
    '/bad/': () => {
      throw new Error('the inside story');
    },
  });
  const answer = await fetch(`${http.url}/bad/token-in-the-path`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).toBe('Something went wrong.\n');
  const line = await lines.waitFor((text) => text.includes('the inside story'));
  expect(line).not.toContain('token-in-the-path');
});

test('an answer that breaks off does not look like a whole one, and a reader who goes away ends the stream', async () => {
  const broken = new Readable({ read() {} });
  broken.push('half');
  let endless: Readable | undefined;
  const http = await serve({
    '/broken': (): HttpAnswer => ({ status: 200, body: broken }),
    '/endless': (): HttpAnswer => {
      endless = new Readable({
        read() {
          this.push(Buffer.alloc(65_536));
        },
      });
      return { status: 200, body: endless };
    },
  });
  const answer = await fetch(`${http.url}/broken`);
  broken.destroy(new Error('the source is gone'));
  await expect(answer.text()).rejects.toThrow();
  const ending = new AbortController();
  const long = await fetch(`${http.url}/endless`, { signal: ending.signal });
  const ended = new Promise((resolve) => endless?.once('close', resolve));
  ending.abort();
  await ended;
  expect(long.status).toBe(200);
});

test('one address may ask so often and no more; a proxy on this machine says whose it is', async () => {
  const clock = new TestClock();
  const http = await serve({ '/a/': hello }, clock);
  const ask = async (from?: string) => {
    const answer = await fetch(`${http.url}/a/`, { headers: from === undefined ? {} : { 'x-forwarded-for': from } });
    await answer.arrayBuffer();
    return `${answer.status} ${answer.headers.get('retry-after') ?? ''}`.trim();
  };
  const together = (from: (n: number) => string) => Promise.all(Array.from({ length: 100 }, (_, n) => ask(from(n))));
  expect(new Set(await together(() => '9.9.9.9'))).toEqual(new Set(['200']));
  expect(await ask('9.9.9.9')).toBe('429 1');
  expect(await ask('1.2.3.4, 9.9.9.9')).toBe('429 1');
  expect(await ask('8.8.8.8')).toBe('200');
  expect(await ask()).toBe('200');
  await clock.advance(100);
  expect(await ask('9.9.9.9')).toBe('200');
  expect(await ask('9.9.9.9')).toBe('429 1');
  await together((n) => `2a00:1:2:3::${n.toString(16)}`);
  expect(await ask('2a00:1:2:3:4:5:6:7')).toBe('429 1');
  expect(await ask('2a00:1:2:4::1')).toBe('200');
});

test('nothing that is sent ends the server', async () => {
  const seen: HttpRequest[] = [];
  const http = await serve({
    '/a/': (request) => {
      seen.push(request);
      return { status: 200, body: 'well' };
    },
  });
  const hostile = [
    'GARBAGE\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET // HTTP/1.0\r\n\r\n',
    'GET http://169.254.169.254/a/ HTTP/1.0\r\n\r\n',
    'GET /../a/ HTTP/1.0\r\n\r\n',
    'CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n',
    `GET /a/ HTTP/1.0\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    'GET /a/?%ff%00=%zz HTTP/1.0\r\n\r\n',
    'GET /a/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nffffffffff\r\n',
    'GET /a/ HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade, close\r\nhost: x\r\n\r\n',
  ];
  for (const bytes of hostile) await raw(http, bytes);
  expect(await (await fetch(`${http.url}/a/`)).text()).toBe('well');
  expect(seen.every(({ path }) => path === '')).toBe(true);
});

test('it stops within a second, whoever is still there', async () => {
  const clock = new TestClock();
  const asked = new Recorder<string>();
  const never: Answer = ({ path, signal }) => {
    asked.add(path);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 503 })));
  };
  const http = await serve({ '/never': never }, clock);
  const waiting = fetch(`${http.url}/never`).catch((error: unknown) => error);
  const open = raw(http, 'GET /slow HTTP/1.1\r\n');
  await asked.waitFor(() => true);
  const stopped = http.stop();
  await clock.advance(1_000);
  await stopped;
  await Promise.all([waiting, open]);
});

test('an address that is taken, or none of this machine, is said in a sentence', async () => {
  const http = await serve({});
  const port = Number(new URL(http.url).port);
  const options = { routes: [], clock: systemClock, log };
  await expect(HttpServer.start({ ...options, host: '127.0.0.1', port })).rejects.toThrow(
    `http: another program listens on 127.0.0.1 port ${port} already; set HTTP_PORT or http.port to a free one.`,
  );
  await expect(HttpServer.start({ ...options, host: '203.0.113.7', port: 0 })).rejects.toThrow(
    'http: 203.0.113.7 is no address of this machine; set HTTP_HOST or http.host to 127.0.0.1, or to 0.0.0.0 for all of them.',
  );
});

test('what is sent along is read by the part that asks for it, up to its limit, and by no other', async () => {
  const http = await serveRoutes([
    {
      prefix: '/say',
      methods: ['POST'],
      maxBody: 10,
      answer: async ({ body, address }) => ({ status: 200, body: `${address}: ${await body()}` }),
    },
    { prefix: '/refuse', methods: ['PUT'], maxBody: 10, answer: () => ({ status: 403, body: 'no' }) },
  ]);
  const post = (path: string, method: string, body: string | ReadableStream) =>
    fetch(`${http.url}${path}`, { method, body, ...(body instanceof ReadableStream && { duplex: 'half' }) });
  const answered = async (answer: Promise<Response>) => `${(await answer).status} ${await (await answer).text()}`.trim();
  expect(await answered(post('/say', 'POST', 'hello'))).toBe('200 127.0.0.1: hello');
  expect(await answered(post('/say', 'POST', 'hello, all of you'))).toBe('413 That is more than 10 bytes.');
  const unannounced = new Blob(['hello, ', 'all of you']).stream();
  expect(await answered(post('/say', 'POST', unannounced))).toBe('413 That is more than 10 bytes.');
  expect(await answered(post('/say', 'PUT', 'hello'))).toBe('405 Only POST.');
  const length = 'content-length: 1000000\r\n';
  expect(await raw(http, `PUT /refuse HTTP/1.1\r\nhost: x\r\n${length}\r\nthe rest never comes`)).toMatch(/^HTTP\/1.1 403 /);
  const broken = await raw(http, `POST /say HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n`);
  expect(broken).not.toContain('200');
});

test('a connection is used again, whether something was sent along or not', async () => {
  const http = await serveRoutes([
    { prefix: '/say', methods: ['POST'], maxBody: 10, answer: async ({ body }) => ({ status: 200, body: await body() }) },
    { prefix: '/hello', answer: hello },
  ]);
  const posted = await fetch(`${http.url}/say`, { method: 'POST', body: 'hello' });
  const got = await fetch(`${http.url}/hello`);
  expect([posted, got].map(({ headers }) => headers.get('connection'))).toEqual(['keep-alive', 'keep-alive']);
});

test('an address may ask as often as it wants where the part sees to it itself', async () => {
  const http = await serveRoutes([{ prefix: '/a/', unlimited: true, answer: hello }], new TestClock());
  const answers = await Promise.all(Array.from({ length: 150 }, () => fetch(`${http.url}/a/`)));
  expect(answers.every(({ ok }) => ok)).toBe(true);
});

test('what is sent along can be read piece by piece, and whoever sends too slowly is told so', async () => {
  const clock = new TestClock();
  const pieces = new Recorder<string>();
  const up: Route = {
    prefix: '/up',
    methods: ['POST'],
    maxBody: 320_000,
    async answer({ stream }) {
      let size = 0;
      for await (const piece of stream()) {
        size += piece.length;
        pieces.add(piece.toString());
      }
      return { status: 200, body: String(size) };
    },
  };
  const http = await serveRoutes([up], clock);
  const whole = await fetch(`${http.url}/up`, { method: 'POST', body: 'x'.repeat(320_000) });
  expect(await whole.text()).toBe('320000');
  const slow = raw(http, 'POST /up HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhello');
  await pieces.waitFor((piece) => piece === 'hello');
  // 15 s, and 10 s for what may come at 32 kB a second.
  await clock.advance(26_000);
  expect(await slow).toMatch(/^HTTP\/1.1 408 [\s\S]*That came too slowly\./);
});

test('what was read of what is sent along is not kept: a large file takes no more memory than a small one', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const kept: WeakRef<Buffer>[] = [];
  let stillThere = 0;
  const up: Route = {
    prefix: '/up',
    methods: ['POST'],
    maxBody: 4_000_000,
    async answer({ stream }) {
      let size = 0;
      for await (const piece of stream()) {
        size += piece.length;
        kept.push(new WeakRef(piece));
        if (size < 4_000_000) continue;
        await new Promise(setImmediate);
        collect();
        stillThere = kept.filter((one) => one.deref() !== undefined).length;
      }
      return { status: 200, body: String(size) };
    },
  };
  const http = await serveRoutes([up]);
  const answer = await fetch(`${http.url}/up`, { method: 'POST', body: 'x'.repeat(4_000_000) });
  expect(await answer.text()).toBe('4000000');
  expect(kept.length).toBeGreaterThan(20);
  expect(stillThere).toBeLessThan(10);
});
