/** The newest lines of the log, for whoever looks. Secrets are left out before they come here. */
import type { LogLine } from '../../web/operator/wire.ts';

/** So many lines are kept, and so many UTF-16 units of each: about two megabytes at most. */
const MAX_LINES = 500;
const MAX_LENGTH = 2_000;

/** Keys of a line that are shown by themselves. */
interface Known {
  readonly level?: unknown;
  readonly time?: unknown;
  readonly part?: unknown;
  readonly adapter?: unknown;
  readonly msg?: unknown;
}

/** The lines. */
export class LogLines {
  readonly #lines: { readonly no: number; readonly json: string }[] = [];
  #last = 0;

  /** The number of the last line. */
  get last(): number {
    return this.#last;
  }

  /** Takes a line of JSON as the log writes it. */
  add(json: string): void {
    this.#last += 1;
    // A slice alone would keep the whole line in memory.
    const kept = json.length > MAX_LENGTH ? Buffer.from(json.slice(0, MAX_LENGTH)).toString() : json;
    this.#lines.push({ no: this.#last, json: kept });
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
  }

  /** The lines after one, at most `most` of them, the newest; and how many of those after it are left out. */
  after(no: number, most = MAX_LINES): { readonly lines: readonly LogLine[]; readonly missed: number } {
    const count = Math.min(this.#last - no, most, this.#lines.length);
    const lines = count > 0 ? this.#lines.slice(-count) : [];
    return { lines: lines.map((line) => parse(line.no, line.json)), missed: Math.max(0, this.#last - no - lines.length) };
  }
}

/** A line as the page shows it. One that was cut is no JSON any more: its level and time still stand at its beginning. */
function parse(no: number, json: string): LogLine {
  try {
    const { level, time, part, adapter, msg, ...more } = JSON.parse(json) as Known;
    const from = textOf(adapter ?? part);
    const rest = Object.keys(more).length === 0 ? '' : JSON.stringify(more);
    return { no, level: textOf(level), at: timeOf(textOf(time)), from, text: textOf(msg), more: rest };
  } catch {
    const [, level = 'info', time = ''] = /^\{"level":"(\w+)","time":"([^"]+)"/.exec(json) ?? [];
    return { no, level, at: timeOf(time), from: '', text: `${json}…`, more: '' };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(text: string): number {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}
