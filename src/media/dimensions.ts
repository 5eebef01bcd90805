/** What the first bytes of a picture or video tell of it. Nothing is unpacked, so no file can be a bomb. */
import { readIso } from './iso-header.ts';
import { readPicture } from './picture-header.ts';
import { readWebm } from './webm-header.ts';

/** What a file is, and how large it is shown, in pixels. */
export interface Dimensions {
  /** Its media type. */
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

/** No side is longer: that of a JPEG can't be, and whoever claims more wants to do harm. */
const MAX_SIDE = 65_535;

/** Reads PNG, GIF, JPEG, WebP, AVIF, MP4, QuickTime and WebM; undefined for anything else, or where no side is plausible. Never throws. */
export function dimensionsOf(bytes: Buffer): Dimensions | undefined {
  try {
    const found = readPicture(bytes) ?? readIso(bytes) ?? readWebm(bytes);
    return found && isSide(found.width) && isSide(found.height) ? found : undefined;
  } catch (fault) {
    // It ends before it has told.
    if (fault instanceof RangeError) return undefined;
    throw fault;
  }
}

function isSide(pixels: number): boolean {
  return Number.isInteger(pixels) && pixels >= 1 && pixels <= MAX_SIDE;
}
