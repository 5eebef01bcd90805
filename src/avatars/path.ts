/** Paths as lines, and how far a point is from them. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A straight piece of a path. */
export interface Line {
  readonly from: Point;
  readonly to: Point;
}

/** Straight pieces that stand for one curve. */
const CURVE_PIECES = 8;

/** The lines of a path that is written with M, L, H, V and Q. */
export function linesOf(path: string): Line[] {
  const lines: Line[] = [];
  let at: Point = { x: 0, y: 0 };
  for (const [, command = '', written = ''] of path.matchAll(/([MLHVQ])([^MLHVQ]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0] = written.trim().split(/\s+/).map(Number);
    const end =
      command === 'H'
        ? { x: a, y: at.y }
        : command === 'V'
          ? { x: at.x, y: a }
          : command === 'Q'
            ? { x: c, y: d }
            : { x: a, y: b };
    if (command === 'Q') lines.push(...curve(at, { x: a, y: b }, end));
    else if (command !== 'M') lines.push({ from: at, to: end });
    at = end;
  }
  return lines;
}

function curve(from: Point, control: Point, to: Point): Line[] {
  const points = Array.from({ length: CURVE_PIECES + 1 }, (_, index) => {
    const t = index / CURVE_PIECES;
    const along = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
    return { x: along(from.x, control.x, to.x), y: along(from.y, control.y, to.y) };
  });
  return points.slice(1).map((point, index) => ({ from: points[index] ?? from, to: point }));
}

/** How far a point is from a line. */
export function distance({ x, y }: Point, { from, to }: Line): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}
