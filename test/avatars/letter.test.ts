import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { COLORS, draw, drawingOf } from '../../src/avatars/letter.ts';
import { letterPath, letterRoute } from '../../src/avatars/letter-route.ts';
import { HttpServer } from '../../src/http/server.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { testHost } from '../support/host.ts';

/** The pixels of a picture, as numbers of its palette, row by row. */
function pixelsOf(file: Buffer): { size: number; palette: Buffer; rows: number[][] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const size = chunks.get('IHDR')?.readUInt32BE(0) ?? 0;
  const data = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const rows = Array.from({ length: size }, (_, row) => [...data.subarray(row * (size + 1) + 1, (row + 1) * (size + 1))]);
  return { size, palette: chunks.get('PLTE') ?? Buffer.alloc(0), rows };
}

const pictureOf = (key: string, name: string) => draw(drawingOf(key, name)) ?? Buffer.alloc(0);
const ink = (file: Buffer) =>
  pixelsOf(file)
    .rows.flat()
    .filter((pixel) => pixel === 16).length;

describe('an initial', () => {
  it.each([
    ['Gordon', 'G'],
    ['gordon', 'G'],
    ['[CLAN] Gordon', 'C'],
    ['  \u200b gordon', 'G'],
    ['Élodie', 'E'],
    ['ørsted', undefined],
    ['ß', 'S'],
    ['ﬁn', 'F'],
    ['Ｇordon', 'G'],
    ['7up', '7'],
    ['Жанна', 'Ж'],
    ['йогурт', 'И'],
    ['Ωmega', 'Ω'],
    ['ΰ', 'Υ'],
    ['李', undefined],
    ['שלום', undefined],
    ['\u{1F600}', undefined],
    ['', undefined],
  ])('of %j is %j', (name, initial) => {
    const { sign } = drawingOf('key', name);
    expect(typeof sign === 'string' ? sign : undefined).toBe(initial);
  });
});

describe('a picture', () => {
  it('is a square of 128 pixels with white on a color', () => {
    const { size, palette, rows } = pixelsOf(pictureOf('somebody', 'Gordon'));
    expect([size, rows.length, rows[0]?.length, palette.length]).toEqual([128, 128, 128, 51]);
    expect([...palette.subarray(48)]).toEqual([255, 255, 255]);
    expect(rows[0]?.every((pixel) => pixel === 0)).toBe(true);
  });

  it('shows a sign for each letter and digit, each another one, in the middle', () => {
    const signs = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789БГДЖИЛПУФЦЧШЩЪЫЬЭЮЯЄΔΘΛΞΣΨΩ'];
    const pictures = signs.map((sign) => draw({ color: 0, sign }) ?? Buffer.alloc(0));
    expect(new Set(pictures.map((file) => file.toString('base64'))).size).toBe(signs.length);
    for (const [index, file] of pictures.entries()) {
      expect(ink(file), signs[index]).toBeGreaterThan(800);
      expect(ink(file), signs[index]).toBeLessThan(4_500);
      const { rows } = pixelsOf(file);
      for (const edge of [0, 10, 117, 127]) {
        expect(
          rows[edge]?.some((pixel) => pixel > 0),
          signs[index],
        ).toBe(false);
        expect(
          rows.some((row) => (row[edge] ?? 0) > 0),
          signs[index],
        ).toBe(false);
      }
    }
  });

  it('is a pattern with two equal sides where there is no letter', () => {
    const { rows } = pixelsOf(pictureOf('somebody', '李'));
    for (const row of rows) expect([...row].reverse()).toEqual(row);
    const patterns = Array.from({ length: 50 }, (_, index) => pictureOf(`${index}`, '李').toString('base64'));
    expect(new Set(patterns).size).toBeGreaterThan(45);
  });

  it('is always the same for the same person, and of many colors for many', () => {
    expect(pictureOf('a', 'Gordon')).toEqual(pictureOf('a', 'Gordon'));
    expect(drawingOf('a', 'Gordon').color).toBe(drawingOf('a', 'Freeman').color);
    const colors = Array.from({ length: 300 }, (_, index) => drawingOf(`${index}`, 'x').color);
    expect(new Set(colors).size).toBe(COLORS.length);
  });

  it('can be read', () => {
    const light = ([red, green, blue]: (typeof COLORS)[number]) => {
      const linear = [red, green, blue].map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
    };
    for (const color of COLORS) expect(1.05 / (light(color) + 0.05), String(color)).toBeGreaterThanOrEqual(4.5);
  });

  it('is small and quickly drawn', () => {
    const start = cpuTime();
    for (const sign of 'ABCDEFGHIJ') expect(draw({ color: 0, sign })?.length).toBeLessThan(4_000);
    expect(cpuTime() - start).toBeLessThan(2_000);
  });
});

it('is served under an address that says what it shows, and nothing else is', async () => {
  const { clock, log } = testHost();
  const http = await HttpServer.start({ host: '127.0.0.1', port: 0, routes: [letterRoute()], clock, log });
  const get = (path: string) => fetch(`${http.url}${path}`);
  for (const name of ['Gordon', '李', 'Жанна', '7']) {
    const path = letterPath('somebody', name);
    const answer = await get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(pictureOf('somebody', name));
  }
  const wrong = [
    '',
    '1',
    '1-41',
    '1-41.jpg',
    '01-41.png',
    '99-41.png',
    '1-2603.png',
    '1-p8000.png',
    '1-p.png',
    '1-0.png',
    '1-041.png',
  ];
  for (const path of [
    ...wrong,
    '../1-41.png',
    '1-41.png/',
    '1-d800.png',
    '1-10ffff.png',
    '%31-41.png',
    `${'1'.repeat(500)}-41.png`,
  ]) {
    expect((await get(`/avatar/${path}`)).status, path).toBe(404);
  }
  await http.stop();
});
