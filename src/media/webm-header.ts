/** The header of WebM. https://www.rfc-editor.org/rfc/rfc8794, https://www.matroska.org/technical/elements.html */
import type { Dimensions } from './dimensions.ts';

/** So many elements are looked at. */
const MAX_ELEMENTS = 1_000;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const VIDEO = 0xe0;
const WIDTH = 0xb0;
const HEIGHT = 0xba;
/** What is in these is looked at as well. */
const PARENTS: ReadonlySet<number> = new Set([SEGMENT, TRACKS, TRACK, VIDEO]);

/** @throws {RangeError} where the file ends before it has told @returns undefined for anything else */
export function readWebm(bytes: Buffer): Dimensions | undefined {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== EBML) return undefined;
  let width: number | undefined;
  let at = 0;
  for (let count = 0; count < MAX_ELEMENTS; count++) {
    const id = element(bytes, at, true);
    const size = element(bytes, id.end, false);
    const value = () => bytes.readUIntBE(size.end, Math.min(6, size.value));
    if (id.value === WIDTH) width = value();
    else if (id.value === HEIGHT && width !== undefined) return { type: 'video/webm', width, height: value() };
    at = size.end + (PARENTS.has(id.value) ? 0 : size.value);
  }
  return undefined;
}

/** A number that begins with its own length: so many zero bits, then a one, which belongs to ids only. */
function element(bytes: Buffer, at: number, withMark: boolean): { readonly value: number; readonly end: number } {
  const first = bytes.readUInt8(at);
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new RangeError('no number');
  let value = withMark ? first : first & (0xff >> length);
  for (let index = 1; index < length; index++) value = value * 256 + bytes.readUInt8(at + index);
  return { value, end: at + length };
}
