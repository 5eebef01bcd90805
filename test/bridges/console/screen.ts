/** What a person sees on a terminal: the few control sequences that readline uses, applied to rows of text. */
import { PassThrough } from 'node:stream';
import { patience } from '../../support/patience.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: it reads what commands a terminal
const SEQUENCE_OR_CHARACTER = /\u001b\[(\d*)[;\d]*([A-Za-z])|./gsu;

/** A terminal window. */
export class Screen {
  /** To be handed to the program: what it writes appears on the screen. */
  readonly output: PassThrough & { isTTY?: boolean; columns?: number };
  /** Everything that was written, control sequences included. */
  raw = '';
  readonly #columns: number;
  readonly #waiting = new Set<() => void>();

  constructor(options: { tty?: boolean; columns?: number } = {}) {
    this.#columns = options.columns ?? (options.tty === true ? 80 : 1_000);
    this.output = Object.assign(new PassThrough(), options.tty === true && { isTTY: true, columns: this.#columns });
    this.output.on('data', (chunk: Buffer) => {
      this.raw += chunk.toString();
      for (const look of [...this.#waiting]) look();
    });
  }

  /** The rows, without trailing space; the last is where the cursor may be. */
  get rows(): string[] {
    const rows: string[][] = [[]];
    let row = 0;
    let column = 0;
    for (const [token, count, command] of this.raw.matchAll(SEQUENCE_OR_CHARACTER)) {
      const number = count === undefined || count === '' ? undefined : Number(count);
      if (command === 'A') row = Math.max(0, row - (number ?? 1));
      else if (command === 'B') row += number ?? 1;
      else if (command === 'C') column += number ?? 1;
      else if (command === 'D') column = Math.max(0, column - (number ?? 1));
      else if (command === 'G') column = (number ?? 1) - 1;
      else if (command === 'J') rows.splice(row, rows.length, (rows[row] ?? []).slice(0, column));
      else if (command === 'K') rows[row] = (rows[row] ?? []).slice(0, column);
      else if (token === '\r') column = 0;
      else if (token === '\n') {
        row += 1;
        column = 0;
      } else if (command === undefined) {
        if (column >= this.#columns) {
          row += 1;
          column = 0;
        }
        while (rows.length <= row) rows.push([]);
        const line = rows[row] ?? [];
        while (line.length < column) line.push(' ');
        line[column] = token;
        column += 1;
      }
      while (rows.length <= row) rows.push([]);
    }
    return rows.map((line) => line.join('').trimEnd());
  }

  /** Resolves with the first row, present or future, that fits. Rejects after a while, telling what is seen instead. */
  waitFor(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const row = this.rows.find((text) => pattern.test(text));
        if (row === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(row);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`No row fits ${pattern} in time, only:\n${this.rows.join('\n')}`));
      }, 5_000 * patience);
      this.#waiting.add(look);
      look();
    });
  }
}
