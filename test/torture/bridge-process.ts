/** The bridge as a process of its own, that is killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from './journal.ts';

export class BridgeProcess {
  readonly #program: string;
  readonly #folder: string;
  readonly #journal: Journal;
  #child: ChildProcess | undefined;
  #starts = 0;
  /** Runs that ended though nobody ended them. */
  readonly crashes: string[] = [];

  /**
   * @param program the built `main.js`
   * @param folder where it runs, with its configuration
   */
  constructor(program: string, folder: string, journal: Journal) {
    this.#program = program;
    this.#folder = folder;
    this.#journal = journal;
  }

  /** Where the log of the run that was started last is. */
  get log(): string {
    return join(this.#journal.folder, `bridge-${String(this.#starts).padStart(3, '0')}.log`);
  }

  start(): void {
    this.#starts += 1;
    const { log } = this;
    const child = spawn(process.execPath, [this.#program], {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = createWriteStream(log, { flags: 'a' });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.once('close', () => file.end());
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.crashes.push(`run ${this.#starts} ended by itself (${code ?? signal}): ${log}`);
      this.#journal.note(`the bridge ended by itself (${code ?? signal})`);
    });
    this.#child = child;
    this.#journal.note(`bridge started, run ${this.#starts}, pid ${child.pid}`);
  }

  /** Ends it with a signal. @returns its exit code; null when the signal killed it, or when it did not run */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    this.#child = undefined;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}
