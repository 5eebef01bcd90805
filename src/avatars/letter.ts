/** Pictures for people who have none: their initial, or a pattern, on a color of their own. */
import { createHash } from 'node:crypto';
import { sanitizeName } from '../text/names.ts';
import { glyphOf } from './glyphs.ts';
import { distance, linesOf } from './path.ts';
import { png, type Rgb } from './png.ts';

/** What a picture shows. */
export interface Drawing {
  /** The number of its color. */
  readonly color: number;
  /** A capital letter or digit, or the cells of a pattern as 15 bits. */
  readonly sign: string | number;
}

/** Pixels of each side. */
const SIZE = 128;
/** Pixels for one unit of a glyph, and of the pen that draws it. */
const UNIT = 10.5;
const PEN = 11;
/** Cells of a pattern on each side, and the pixels of one. */
const CELLS = 5;
const CELL = 18;
/** Steps between the two colors, for smooth edges. */
const STEPS = 16;
const WHITE: Rgb = [255, 255, 255];

/** Dark enough that white can be read on them, with a contrast of 4.5 at least. https://www.w3.org/TR/WCAG22/#contrast-minimum */
export const COLORS: readonly Rgb[] = [
  [178, 34, 52],
  [194, 65, 12],
  [161, 98, 7],
  [77, 124, 15],
  [21, 128, 61],
  [15, 118, 110],
  [14, 116, 144],
  [3, 105, 161],
  [37, 99, 235],
  [79, 70, 229],
  [124, 58, 237],
  [162, 28, 175],
  [190, 24, 93],
  [87, 83, 78],
  [71, 85, 105],
  [120, 72, 48],
];

/** What stands for somebody, always the same for the same key. The initial is that of the name, where there is a glyph for it. */
export function drawingOf(key: string, name: string): Drawing {
  const hash = createHash('sha256').update(key).digest();
  return { color: hash.readUInt8(0) % COLORS.length, sign: initialOf(name) ?? hash.readUInt16BE(1) & 0x7fff };
}

function initialOf(name: string): string | undefined {
  const [initial = ''] = sanitizeName(name).match(/[\p{L}\p{N}]/u) ?? [];
  const [capital = ''] = initial.normalize('NFKD').toUpperCase();
  return glyphOf(capital) === undefined ? undefined : capital;
}

/** A PNG file; undefined when there is no such color or glyph. */
export function draw({ color, sign }: Drawing): Buffer | undefined {
  const ground = COLORS[color];
  const pixels = typeof sign === 'number' ? pattern(sign) : letter(sign);
  return ground && pixels && png(SIZE, between(ground, WHITE), pixels);
}

/** The palette: from the ground to the ink. */
function between(ground: Rgb, ink: Rgb): Rgb[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const mix = (from: number, to: number) => Math.round(from + ((to - from) * step) / STEPS);
    return [mix(ground[0], ink[0]), mix(ground[1], ink[1]), mix(ground[2], ink[2])];
  });
}

function letter(sign: string): Uint8Array | undefined {
  const glyph = glyphOf(sign);
  if (glyph === undefined) return undefined;
  const lines = linesOf(glyph);
  const points = lines.flatMap(({ from, to }) => [from, to]);
  const middle = (values: readonly number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const center = { x: middle(points.map(({ x }) => x)), y: middle(points.map(({ y }) => y)) };
  const pixels = new Uint8Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row += 1) {
    for (let column = 0; column < SIZE; column += 1) {
      const point = { x: (column + 0.5 - SIZE / 2) / UNIT + center.x, y: (row + 0.5 - SIZE / 2) / UNIT + center.y };
      const gap = Math.min(...lines.map((line) => distance(point, line))) * UNIT - PEN / 2;
      pixels[row * SIZE + column] = Math.round(STEPS * Math.min(1, Math.max(0, 0.5 - gap)));
    }
  }
  return pixels;
}

/** A pattern that is the same on the left and on the right. */
function pattern(bits: number): Uint8Array {
  const pixels = new Uint8Array(SIZE * SIZE);
  const margin = (SIZE - CELLS * CELL) / 2;
  for (let row = 0; row < CELLS * CELL; row += 1) {
    for (let column = 0; column < CELLS * CELL; column += 1) {
      const across = Math.floor(column / CELL);
      const cell = Math.floor(row / CELL) * 3 + Math.min(across, CELLS - 1 - across);
      if (((bits >> cell) & 1) === 1) pixels[(row + margin) * SIZE + column + margin] = STEPS;
    }
  }
  return pixels;
}
