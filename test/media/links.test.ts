/** Signed addresses, as whoever has one meets them: by HTTP. */
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Adapter } from '../../src/adapter.ts';
import { type AdapterId, type Attachment, eventId, type Message, type Place, type ServerId } from '../../src/event.ts';
import { HttpServer } from '../../src/http/server.ts';
import type { MediaOptions } from '../../src/media/media.ts';
import { TestClock } from '../support/clock.ts';
import { shelf, shelved, testMedia } from '../support/media.ts';

const place: Place = { kind: 'server', server: 'alpha' as ServerId };

function withFiles(...attachments: Attachment[]): Message {
  const author = { id: '1', name: 'Alice' };
  return { kind: 'message', id: eventId(place, '1'), at: 0, place, tag: 'alpha', author, body: [], attachments };
}

/** What a bridge serves, and the addresses that it gives to files. */
async function site(files: Pick<Adapter, 'openMedia'>, options: Partial<MediaOptions> = {}) {
  const clock = options.clock ?? new TestClock();
  const media = testMedia({ shelf: files }, { publicUrl: 'https://bridge.example', clock, ...options });
  const routes = media.route ? [media.route] : [];
  const http = await HttpServer.start({ host: '127.0.0.1', port: 0, routes, clock, log: pino({ level: 'silent' }) });
  onTestFinished(() => http.stop());
  const urlOf = (file: Attachment) => media.linked(withFiles(file)).attachments[0]?.url ?? '';
  const fetchUrl = (url: string, init?: RequestInit) => fetch(url.replace('https://bridge.example', http.url), init);
  return { http, media, urlOf, fetchUrl };
}

test('a bridged picture can be looked at by whoever has its address', async () => {
  const { urlOf, fetchUrl } = await site(shelf({ 'mxc://hs.test/abc': 'a picture' }, 'image/png'));
  const url = urlOf(shelved('mxc://hs.test/abc', { name: 'my cat.png' }));
  expect(url).toMatch(/^https:\/\/bridge\.example\/media\/[\w.-]+\/my%20cat\.png$/);
  expect(url.length).toBeLessThan(200);
  const answer = await fetchUrl(url);
  expect(await answer.text()).toBe('a picture');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': '9',
    'content-disposition': "inline; filename*=UTF-8''my%20cat.png",
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining('sandbox'),
  });
  const head = await fetchUrl(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '9', '']);
});

test('an address is short enough for a line in a game, whatever the file is called', async () => {
  const { urlOf } = await site(shelf({ a: 'a' }));
  const names = ['ß'.repeat(300), `${'😀'.repeat(99)}.png`, '\u202e../..\\x', `(it's) "a" b.txt`, '\ud800'];
  const ends = names.map((name) => urlOf(shelved('a', { name })).split('/').at(-1));
  expect(ends).toEqual(['file', 'file.png', 'x', '%28it%27s%29%20_a_%20b.txt', '_']);
});

test('what a browser could run is only saved', async () => {
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/javascript',
    'application/pdf',
    'image/png\r\nx: y',
    '',
  ]) {
    const { urlOf, fetchUrl } = await site(shelf({ a: '<script>alert(1)</script>' }, type));
    const { headers } = await fetchUrl(urlOf(shelved('a', { name: 'a.html', mimeType: 'image/png' })));
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
  }
});

test('no other address works: not another file, name or time, and not that of another bridge', async () => {
  const files = shelf({ a: 'mine', b: 'not bridged' });
  const { urlOf, fetchUrl } = await site(files);
  const url = urlOf(shelved('a'));
  expect((await fetchUrl(url)).status).toBe(200);
  const [, said = '', signature = ''] = /media\/([\w-]+)\.([\w-]+)\//.exec(url) ?? [];
  const [expires, adapter] = JSON.parse(Buffer.from(said, 'base64url').toString()) as [number, string];
  const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const base = 'https://bridge.example/media';
  const wrong = [
    url.replace(/a$/, 'b'),
    `${url}/b`,
    `${base}/${forged([expires, adapter, 'b'])}.${signature}/a`,
    `${base}/${forged([expires + 1, adapter, 'a'])}.${signature}/a`,
    `${base}/${said}.${signature.slice(0, -2)}AA/a`,
    `${base}/${said}.${signature}`,
    `${base}/${said}./a`,
    `${base}/.${signature}/a`,
    `${base}/http%3A%2F%2F169.254.169.254%2F.${signature}/a`,
    `${base}/`,
    (await site(files, { key: Buffer.alloc(32, 'another') })).urlOf(shelved('a')),
  ];
  for (const one of wrong) expect([one, (await fetchUrl(one)).status]).toEqual([one, 404]);
});

test('an address works for thirty days', async () => {
  const clock = new TestClock();
  const { urlOf, fetchUrl } = await site(shelf({ a: 'a' }), { clock });
  const url = urlOf(shelved('a'));
  await clock.advance(30 * 86_400_000 - 1_000);
  expect((await fetchUrl(url)).status).toBe(200);
  await clock.advance(3_000);
  expect((await fetchUrl(url)).status).toBe(410);
});

test('a file that is gone, that can not be had, or that is too large', async () => {
  const files: Pick<Adapter, 'openMedia'> = {
    async openMedia(uri) {
      if (uri === 'gone') return undefined;
      if (uri === 'down') throw new Error('the homeserver at 10.0.0.1 is down');
      const size = uri === 'says so' ? 101 : undefined;
      return { stream: Readable.from([Buffer.alloc(60), Buffer.alloc(60)]), size, type: 'image/png' };
    },
  };
  const { urlOf, fetchUrl } = await site(files, { maxBytes: 100 });
  const at = async (uri: string) => {
    const answer = await fetchUrl(urlOf(shelved(uri)));
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  expect(await at('gone')).toBe('404 This file is not there any more.');
  expect(await at('down')).toBe('502 The file can not be had just now.');
  expect(await at('says so')).toBe('413 The file is too large.');
  await expect(at('lies')).rejects.toThrow();
  // What is too large beforehand gets no address.
  expect(urlOf(shelved('a', { size: 101 }))).toBe('');
});

test('parts of a video', async () => {
  const { urlOf, fetchUrl } = await site(shelf({ a: '0123456789' }, 'video/mp4'));
  const part = async (range: string) => {
    const answer = await fetchUrl(urlOf(shelved('a')), { headers: { range } });
    return [answer.status, answer.headers.get('content-range'), answer.headers.get('content-length'), await answer.text()];
  };
  expect(await part('bytes=0-3')).toEqual([206, 'bytes 0-3/10', '4', '0123']);
  expect(await part('bytes=4-')).toEqual([206, 'bytes 4-9/10', '6', '456789']);
  expect(await part('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '2', '89']);
  expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '3', '789']);
  expect((await part('bytes=10-')).slice(0, 2)).toEqual([416, 'bytes */10']);
  for (const odd of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'bytes=a-b']) expect((await part(odd))[0]).toBe(200);
});

test('readers who go away let go of what is read for them, and only so many read at once', async () => {
  const open = new Set<Readable>();
  const files: Pick<Adapter, 'openMedia'> = {
    async openMedia() {
      const stream = new Readable({ read() {} });
      stream.push('begun');
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      return { stream, size: undefined, type: undefined };
    },
  };
  const { urlOf, fetchUrl } = await site(files);
  const url = urlOf(shelved('a'));
  const ending = new AbortController();
  const answers = await Promise.all(Array.from({ length: 40 }, () => fetchUrl(url, { signal: ending.signal })));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(32).fill(200), ...Array(8).fill(503)]);
  expect(open.size).toBe(32);
  ending.abort();
  await expect.poll(() => open.size).toBe(0);
  const again = new AbortController();
  expect((await fetchUrl(url, { signal: again.signal })).status).toBe(200);
  again.abort();
});

test('without a public address, nothing is served and no address is given away', async () => {
  const { media, urlOf } = await site(shelf({ a: 'a' }), { publicUrl: undefined });
  expect(media.route).toBeUndefined();
  expect(urlOf(shelved('a'))).toBe('');
  expect(urlOf(shelved('a', { url: 'https://cdn.example/a' }))).toBe('https://cdn.example/a');
});

test('the picture of a person has one address for ever, and no other file has such a one', async () => {
  const clock = new TestClock();
  const { media, urlOf, fetchUrl } = await site(shelf({ me: 'my face', file: 'said once' }, 'image/png'), { clock });
  const reader = media.readerFor('shelf' as AdapterId);
  const url = reader.pictureUrl('me') ?? '';
  clock.advance(10 * 365 * 86_400_000);
  expect(reader.pictureUrl('me')).toBe(url);
  expect(reader.pictureUrl('you')).not.toBe(url);
  const answer = await fetchUrl(url);
  expect([answer.status, await answer.text()]).toEqual([200, 'my face']);
  expect((await fetchUrl(url.replace(/picture$/, 'picture.html'))).status).toBe(404);
  expect((await fetchUrl(url.replace(/media\/\w/, 'media/x'))).status).toBe(404);
  // Wherever else they are shown, the bridge reads it without asking itself by HTTP: but nothing that was no picture of anybody.
  const author = { id: '1', name: 'Alice' };
  expect(reader.pictureOf({ ...author, avatar: url }, place)).toEqual({ adapter: 'shelf', uri: 'me' });
  expect(reader.pictureOf({ ...author, avatar: urlOf(shelved('file')) }, place)).toBeUndefined();
  expect(
    testMedia()
      .readerFor('shelf' as AdapterId)
      .pictureUrl('me'),
  ).toBeUndefined();
});
