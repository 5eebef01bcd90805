/** The headers of PNG, GIF, JPEG and WebP. */
import type { Dimensions } from './dimensions.ts';

/** So many segments of a JPEG are looked at, in which cameras and programs have left notes. */
const MAX_SEGMENTS = 500;

/** @throws {RangeError} where the file ends before it has told @returns undefined for none of these */
export function readPicture(bytes: Buffer): Dimensions | undefined {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return png(bytes);
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return gif(bytes);
  if (startsWith(bytes, '\xff\xd8\xff')) return jpeg(bytes);
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return webp(bytes);
  return undefined;
}

function startsWith(bytes: Buffer, sign: string, at = 0): boolean {
  return bytes.toString('latin1', at, at + sign.length) === sign;
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function png(bytes: Buffer): Dimensions {
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt, 18 */
function gif(bytes: Buffer): Dimensions {
  return { type: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B */
function jpeg(bytes: Buffer): Dimensions | undefined {
  let isTurned = false;
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    if (bytes.readUInt8(at) !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      // It fills a gap.
      at++;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    // Of these markers all begin a frame but those for tables and for extensions.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      return isTurned ? { type: 'image/jpeg', width: height, height: width } : { type: 'image/jpeg', width, height };
    }
    if (marker === 0xe1) isTurned = isTurnedBy(bytes.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  return undefined;
}

/** Whether a camera was held upright, and the picture is to be turned. https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6 */
function isTurnedBy(exif: Buffer): boolean {
  if (!startsWith(exif, 'Exif\0\0')) return false;
  const tiff = exif.subarray(6);
  const isLittle = startsWith(tiff, 'II');
  const two = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  try {
    const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
    for (let entry = 0; entry < two(first); entry++) {
      const at = first + 2 + 12 * entry;
      if (two(at) === 0x0112) return two(at + 8) >= 5 && two(at + 8) <= 8;
    }
  } catch (fault) {
    // Bad notes make no bad picture.
    if (!(fault instanceof RangeError)) throw fault;
  }
  return false;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webp(bytes: Buffer): Dimensions | undefined {
  const type = 'image/webp';
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { type, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
    case 'VP8X':
      return { type, width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
    default:
      return undefined;
  }
}
