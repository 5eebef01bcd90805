/** The log: JSON lines, or readable ones where a terminal looks. No secret gets through. */
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** Where readable lines are shown. */
export interface LineOutput {
  print(line: string): void;
}

/**
 * Makes the log.
 * @param secrets texts that are replaced wherever they would appear
 * @param terminal where it is shown readable; without one, JSON lines go to the standard output
 */
export function makeLog(level: string, secrets: readonly string[], terminal?: LineOutput): Logger {
  // A secret stands in the JSON as JSON writes it; the longest first, should one hold another.
  const written = secrets
    .filter((secret) => secret.length >= 4)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: (line: string) => written.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line) },
  };
  // Each line is out before the work goes on: the last words of a process that ends are not lost, and not before those ahead of them.
  if (!terminal) return pino(options, pino.destination({ dest: 1, sync: true }));
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      terminal.print(chunk.toString().replace(/\n$/, ''));
      done();
    },
  });
  return pino(options, pretty({ colorize: true, translateTime: 'SYS:HH:MM', singleLine: true, destination: lines, sync: true }));
}
