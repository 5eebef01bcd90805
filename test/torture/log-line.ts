/** Waiting for the bridge to say something in a log that it writes to a file. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The first line of a log that fits, once it is there.
 * @param timeout in milliseconds
 * @throws {Error} when it doesn't come
 */
export async function logLine(path: string, fits: RegExp, timeout = 30_000): Promise<string> {
  for (const end = Date.now() + timeout; Date.now() < end; await pause(100)) {
    const line = read(path)
      .split('\n')
      .find((candidate) => fits.test(candidate));
    if (line !== undefined) return line;
  }
  throw new Error(`There is no line like ${fits} in ${path}:\n${read(path).slice(-2_000)}`);
}

/** Empty as long as there is no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
