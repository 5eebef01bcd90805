import type { Clock } from './clock.ts';
import { toJson } from './json.ts';
import { MAX_REMOTE_LOG_LINES, MAX_REMOTE_LOG_TEXT, MAX_SERVERS, REMOTE_LOG_WINDOW } from './limits.ts';
import type { Log } from './log.ts';
import { oneLine } from './text.ts';

/** The OOC types that are log lines, with the level at which ours takes them. */
export const LOG_LEVELS: ReadonlyMap<string, 'debug' | 'info' | 'warn'> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warning', 'warn'],
]);

/** Log lines of other servers, on their way to our log: bounded in length and in number. */
export class RemoteLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #lines = new Map<string, number>();
  #windowStart = Number.NEGATIVE_INFINITY;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  add(serverId: string, level: 'debug' | 'info' | 'warn', payload: unknown): void {
    const now = this.#clock.now();
    if (now - this.#windowStart >= REMOTE_LOG_WINDOW) {
      this.#windowStart = now;
      this.#lines.clear();
    }
    const lines = (this.#lines.get(serverId) ?? 0) + 1;
    if (lines > MAX_REMOTE_LOG_LINES || (lines === 1 && this.#lines.size >= MAX_SERVERS)) return;
    this.#lines.set(serverId, lines);
    const server = oneLine(serverId, MAX_REMOTE_LOG_TEXT);
    const text = oneLine(typeof payload === 'string' ? payload : (toJson(payload) ?? ''), MAX_REMOTE_LOG_TEXT);
    this.#log[level]({ server }, `${server} says: ${text}`);
    if (lines === MAX_REMOTE_LOG_LINES)
      this.#log.warn({ server }, `${server} logs too much; the rest of this minute is left out.`);
  }
}
