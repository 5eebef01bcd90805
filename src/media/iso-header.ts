/** The headers of MP4, QuickTime and AVIF, which consist of boxes. https://mp4ra.org/registered-types/boxes, ISO/IEC 14496-12 */
import type { Dimensions } from './dimensions.ts';

/** So many boxes are looked at. */
const MAX_BOXES = 1_000;

interface Box {
  readonly type: string;
  /** Where its content is. */
  readonly start: number;
  readonly end: number;
}

/** @throws {RangeError} where the file ends before it has told @returns undefined for none of these */
export function readIso(bytes: Buffer): Dimensions | undefined {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const budget = { left: MAX_BOXES };
  const brand = bytes.toString('latin1', 8, 12);
  const all = { type: '', start: 0, end: bytes.length };
  const within = (box: Box, ...path: string[]): Box[] => {
    const [next, ...rest] = path;
    if (next === undefined) return [box];
    return [...boxesIn(bytes, box, budget)].filter(({ type }) => type === next).flatMap((found) => within(found, ...rest));
  };
  if (brand === 'avif' || brand === 'avis') {
    const meta = within(all, 'meta')[0];
    // Before its boxes stand a version and flags.
    const sizes = meta ? within({ ...meta, start: meta.start + 4 }, 'iprp', 'ipco', 'ispe') : [];
    const sides = sizes.map(({ start }) => ({ width: bytes.readUInt32BE(start + 4), height: bytes.readUInt32BE(start + 8) }));
    // A large picture has parts, and a small copy of itself.
    const largest = sides.sort((a, b) => b.width * b.height - a.width * a.height)[0];
    return largest && { type: 'image/avif', ...largest };
  }
  const type = brand === 'qt  ' ? 'video/quicktime' : 'video/mp4';
  for (const { start } of within(all, 'moov', 'trak', 'tkhd')) {
    const sides = trackSides(bytes, start);
    // Sound has none.
    if (sides.width > 0) return { type, ...sides };
  }
  return undefined;
}

/** The boxes in a box, without what is in them. */
function* boxesIn(bytes: Buffer, { start, end }: Box, budget: { left: number }): Generator<Box> {
  for (let at = start; at + 8 <= end && budget.left > 0; budget.left--) {
    const short = bytes.readUInt32BE(at);
    const head = short === 1 ? 16 : 8;
    // 0 stands for all that is left, and 1 for a length that needs more room.
    const length = short === 0 ? end - at : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short;
    if (length < head) return;
    yield { type: bytes.toString('latin1', at + 4, at + 8), start: at + head, end: Math.min(end, at + length) };
    at += length;
  }
}

/** How a track is shown: phones film upright by telling how to turn it. */
function trackSides(bytes: Buffer, start: number): Pick<Dimensions, 'width' | 'height'> {
  const at = start + (bytes.readUInt8(start) === 1 ? 52 : 40);
  const isTurned = bytes.readInt32BE(at) === 0 && bytes.readInt32BE(at + 4) !== 0;
  // The fractions of pixels are left out.
  const [width, height] = [bytes.readUInt16BE(at + 36), bytes.readUInt16BE(at + 40)];
  return isTurned ? { width: height, height: width } : { width, height };
}
