/** How large pictures and videos are, by their first bytes: real files, and those that nobody should trust. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dimensionsOf } from '../../src/media/dimensions.ts';
import { cpuTime } from '../support/cpu-time.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/media/${name}`, import.meta.url));
const told = (bytes: Buffer) => {
  const { type, width, height } = dimensionsOf(bytes) ?? {};
  return `${type} ${width}x${height}`;
};

const files = {
  'picture.png': 'image/png 30x20',
  'picture.gif': 'image/gif 30x20',
  'picture.jpg': 'image/jpeg 30x20',
  'progressive.jpg': 'image/jpeg 30x20',
  'turned.jpg': 'image/jpeg 20x30',
  'lossy.webp': 'image/webp 30x20',
  'lossless.webp': 'image/webp 30x20',
  'extended.webp': 'image/webp 30x20',
  'picture.avif': 'image/avif 30x20',
  'video.mp4': 'video/mp4 64x48',
  'video.webm': 'video/webm 64x48',
};
const none = 'undefined undefinedxundefined';

test.each(Object.entries(files))('%s: %s', (name, expected) => {
  expect(told(fixture(name))).toBe(expected);
});

test('a video that was filmed upright is higher than it is wide', () => {
  const bytes = fixture('video.mp4');
  const matrix = bytes.indexOf('tkhd') + 4 + (bytes[bytes.indexOf('tkhd') + 4] === 1 ? 52 : 40);
  bytes.writeInt32BE(0, matrix);
  bytes.writeInt32BE(0x10000, matrix + 4);
  expect(told(bytes)).toBe('video/mp4 48x64');
});

test('the index of a video may stand at its end, behind much that is not read', () => {
  const bytes = fixture('video.mp4');
  const first = bytes.readUInt32BE(0);
  const filler = Buffer.alloc(1_000_000);
  filler.writeUInt32BE(filler.length);
  filler.write('mdat', 4);
  expect(told(Buffer.concat([bytes.subarray(0, first), filler, bytes.subarray(first)]))).toBe('video/mp4 64x48');
});

describe('what nobody should trust', () => {
  test.each(Object.keys(files))('%s, cut off anywhere or changed in any byte, throws nothing and is of bounded size', (name) => {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length++) dimensionsOf(bytes.subarray(0, length));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        const { width = 1, height = 1 } = dimensionsOf(changed) ?? {};
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        expect(Math.max(width, height)).toBeLessThanOrEqual(65_535);
      }),
      { numRuns: 200 },
    );
  });

  test('sides of nothing, or of millions of pixels, are none', () => {
    const png = fixture('picture.png');
    for (const side of [0, 65_536, 0xffff_ffff]) {
      const changed = Buffer.from(png);
      changed.writeUInt32BE(side, 16);
      expect(told(changed)).toBe(none);
    }
  });

  test('other files, also those that only call themselves pictures', () => {
    const others = ['', 'hello', '<svg width="5" height="5"/>', 'GIF89', '\x89PNG', '%PDF-1.7', 'RIFF....WAVE', 'PK\x03\x04'];
    for (const text of others) expect(told(Buffer.from(text, 'latin1'))).toBe(none);
  });

  test('files of many megabytes that consist of nothing but headers take no time', () => {
    const size = 20_000_000;
    const jpeg = Buffer.alloc(size, Buffer.from('ffe00002', 'hex'));
    jpeg.write('\xff\xd8', 0, 'latin1');
    const fill = Buffer.alloc(size, 0xff);
    fill.writeUInt8(0xd8, 1);
    const boxes = Buffer.alloc(size, Buffer.from('000000086d6f6f76', 'hex'));
    boxes.write('ftypisom', 4, 'latin1');
    const webm = Buffer.alloc(size, Buffer.from('ec80', 'hex'));
    webm.write('\x1a\x45\xdf\xa3\x80', 0, 'latin1');
    const began = cpuTime();
    for (const bytes of [jpeg, fill, boxes, webm]) expect(told(bytes)).toBe(none);
    expect(cpuTime() - began).toBeLessThan(200);
  });
});
