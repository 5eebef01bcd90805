/** Figures and times as the page says them. */
import { clockTime, dayOf, span } from '../parts/time.ts';

let offset = 0;

/** The bridge's clock says this now. */
export function setClock(now: number): void {
  offset = now - Date.now();
}

/** By the bridge's clock, in milliseconds since the epoch. */
function now(): number {
  return Date.now() + offset;
}

/** How long ago that was. */
export function ago(at: number): string {
  return span(now() - at);
}

const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** `14:05`, and the day where it is not today. */
export function moment(at: number): string {
  return dayOf(at) === dayOf(now()) ? clockTime(at) : `${date.format(at)}, ${clockTime(at)}`;
}

const number = new Intl.NumberFormat();

/** `12,345` */
export function figure(value: number): string {
  return number.format(value);
}

/** `1 message`, `3 messages` */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${figure(value)} ${value === 1 ? one : many}`;
}

/** `120 ms`, `1.2 s`, `3 min` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s` : span(ms);
}
