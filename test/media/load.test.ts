/** Reading files whole, so that others can upload them: within bounds of size, memory and time. */
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Adapter, LoadedFile, Medium } from '../../src/adapter.ts';
import type { AdapterId } from '../../src/event.ts';
import { safeFileName } from '../../src/text/file-name.ts';
import { settle, TestClock } from '../support/clock.ts';
import { Recorder } from '../support/host.ts';
import { shelf, shelved, testMedia } from '../support/media.ts';

const bot = 'bot' as AdapterId;
const texts = async (loaded: readonly (LoadedFile | undefined)[]) => loaded.map((file) => file?.bytes.toString());

test('files are read in order; what is not there, too large or from nobody is left out', async () => {
  const media = testMedia(
    { shelf: shelf({ a: 'first', b: 'second', long: 'x'.repeat(101) }, 'Text/Plain; charset=x') },
    { maxBytes: 100 },
  );
  const files = [
    shelved('a'),
    shelved('gone'),
    { name: 'from nobody' },
    shelved('long'),
    shelved('b'),
    shelved('c', { size: 101 }),
  ];
  expect(await media.readerFor(bot).load(files, 1_000, new AbortController().signal, texts)).toEqual([
    'first',
    undefined,
    undefined,
    undefined,
    'second',
    undefined,
  ]);
  const types = media.readerFor(bot).load([shelved('a')], 1_000, new AbortController().signal, async ([file]) => file?.type);
  expect(await types).toBe('text/plain');
});

test('all of them together may be so large and no larger', async () => {
  const media = testMedia({ shelf: shelf({ a: 'aaaaaa', b: 'bbbbbb', c: 'cc' }) });
  const sized = (uri: string, size: number) => shelved(uri, { size });
  const files = [sized('a', 6), sized('b', 6), sized('c', 2)];
  expect(await media.readerFor(bot).load(files, 9, new AbortController().signal, texts)).toEqual(['aaaaaa', undefined, 'cc']);
});

test('a file that is larger than it was said to be does not get in', async () => {
  let read = 0;
  const endless = (size: number | undefined): Pick<Adapter, 'openMedia'> => ({
    openMedia: async () => ({
      stream: new Readable({
        read() {
          read += 1_000;
          this.push(Buffer.alloc(1_000));
        },
      }),
      size,
      type: undefined,
    }),
  });
  for (const told of [undefined, 10, 10_000_000]) {
    const media = testMedia({ shelf: endless(told) });
    expect(await media.readerFor(bot).load([shelved('a', { size: 10 })], 1_000_000, new AbortController().signal, texts)).toEqual(
      [undefined],
    );
  }
  const media = testMedia({ shelf: endless(undefined) });
  expect(await media.readerFor(bot).load([shelved('a')], 50_000, new AbortController().signal, texts)).toEqual([undefined]);
  expect(read).toBeLessThan(500_000);
});

test('a platform that fails is asked twice, one that hangs is not waited for, and the others are not lost by it', async () => {
  const clock = new TestClock();
  const asked: string[] = [];
  const lines = new Recorder<string>();
  const log = pino({ base: null }, { write: (line: string) => lines.add(line) });
  const moody: Pick<Adapter, 'openMedia'> = {
    async openMedia(uri, ending): Promise<Medium> {
      asked.push(uri);
      if (uri === 'fails once' && asked.filter((one) => one === uri).length > 1)
        return { stream: Readable.from([Buffer.from('at last')]), size: undefined, type: undefined };
      if (uri.startsWith('fails')) throw new Error('out of order');
      const stream = new Readable({ read() {} });
      ending.addEventListener('abort', () => stream.destroy());
      stream.push('begun');
      return { stream, size: undefined, type: undefined };
    },
  };
  const media = testMedia({ shelf: shelf({ a: 'first' }), moody }, { clock, log });
  const of = (uri: string) => ({ name: uri, media: { adapter: 'moody' as AdapterId, uri } });
  const files = [shelved('a', { size: 5 }), of('fails once'), of('fails'), of('hangs')].map((file) => ({ size: 20, ...file }));
  const loaded = media.readerFor(bot).load(files, 1_000_000, new AbortController().signal, texts);
  while (!asked.includes('hangs')) await settle();
  await clock.advance(15_000);
  expect(await loaded).toEqual(['first', 'at last', undefined, undefined]);
  expect(asked).toEqual(['fails once', 'fails once', 'fails', 'fails', 'hangs']);
  expect(lines.all.map((line) => JSON.parse(line).msg)).toEqual([
    'A file could not be fetched: out of order',
    'A file could not be fetched: it took too long',
  ]);
});

test('who gives up gets no files, and takes no room from others', async () => {
  const media = testMedia({ shelf: shelf({ a: 'a' }) }, { maxBytes: 64_000_000 });
  const reader = media.readerFor(bot);
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const first = reader.load([shelved('a')], 64_000_000, new AbortController().signal, () => held);
  const ending = new AbortController();
  const second = reader.load([shelved('a')], 64_000_000, ending.signal, texts);
  const third = reader.load([shelved('a', { size: 1 })], 64_000_000, new AbortController().signal, texts);
  ending.abort(new Error('no more time'));
  await expect(second).rejects.toThrow('no more time');
  finish();
  await first;
  expect(await third).toEqual(['a']);
});

test('a hundred files at once are in memory a few at a time, and all arrive', async () => {
  const size = 8_000_000;
  let inMemory = 0;
  let most = 0;
  const large: Pick<Adapter, 'openMedia'> = {
    openMedia: async () => ({
      stream: Readable.from(
        (function* () {
          for (let n = 0; n < 8; n++) {
            inMemory += size / 8;
            most = Math.max(most, inMemory);
            yield Buffer.allocUnsafe(size / 8);
          }
        })(),
      ),
      size,
      type: undefined,
    }),
  };
  const reader = testMedia({ shelf: large }, { maxBytes: 20_000_000 }).readerFor(bot);
  const all = Array.from({ length: 100 }, (_, n) =>
    reader.load([shelved(`${n}`, { size })], size, new AbortController().signal, async ([file]) => {
      await settle();
      inMemory -= size;
      return file?.bytes.length;
    }),
  );
  expect(await Promise.all(all)).toEqual(Array(100).fill(size));
  expect(most).toBeLessThanOrEqual(32_000_000);
  expect(inMemory).toBe(0);
});

test('names that came with a file', async () => {
  const names: [string, string][] = [
    ['cat.png', 'cat.png'],
    ['Grüße an die Welt 😀.tar.gz', 'Grüße an die Welt 😀.tar.gz'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system32\\cmd.exe', 'cmd.exe'],
    ['..', 'file'],
    ['', 'file'],
    ['\u202egpj.exe', '_gpj.exe'],
    ['a\u0000b\nc\r\nd.txt', 'a_b_c_d.txt'],
    ['<script>"alert"|*?.html', '_script_alert_.html'],
    ['\u200b\u200d', '_'],
    ['.htaccess', 'htaccess'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(96)}.png`],
    [`${'😀'.repeat(300)}`, '😀'.repeat(100)],
    [`a.${'b'.repeat(300)}`, `a.${'b'.repeat(98)}`],
  ];
  for (const [given, safe] of names) expect([given, safeFileName(given)]).toEqual([given, safe]);
});
