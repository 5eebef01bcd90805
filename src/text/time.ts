/** Times, as people write and read them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, min: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const MAX = 3_650 * DAY;

/** Milliseconds of a text like `30m`, `2h`, `7d`, `1w` or `1d 12h`, up to ten years; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const pieces = [...text.toLowerCase().matchAll(/(\d{1,6}) ?(min|[mhdw]) */gy)];
  if (pieces.length === 0 || pieces.map(([piece]) => piece).join('') !== text.toLowerCase()) return undefined;
  const sum = pieces.reduce((total, [, count, unit = '']) => total + Number(count) * (UNITS[unit] ?? 0), 0);
  return sum > 0 && sum <= MAX ? sum : undefined;
}

/** A span of milliseconds in its two largest units: `3 d 4 h`, `12 min`. To the nearest minute: five minutes are that also a moment after they began. */
export function inWords(ms: number): string {
  const total = Math.round(ms / MINUTE);
  const [days, hours, minutes] = [Math.floor(total / 1_440), Math.floor(total / 60) % 24, total % 60];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min` : 'less than a minute';
}

/** A moment, for readers in any time zone: `2026-11-21 14:02 UTC`. @param at milliseconds since the epoch */
export function moment(at: number): string {
  const date = new Date(at);
  // What a peer says of itself may be beyond any date.
  return Number.isNaN(date.getTime()) ? 'an unknown time' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
