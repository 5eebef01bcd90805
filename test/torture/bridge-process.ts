/** The bridge as a process of its own, that is killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from './journal.ts';

/** What it says of an end that left something undone. */
const UNFINISHED = /[^"]*(?:could not be kept before the end|the stop took too long)[^"]*/;

export class BridgeProcess {
  readonly #program: string;
  readonly #folder: string;
  readonly #journal: Journal;
  #child: ChildProcess | undefined;
  /** Resolves when all that it said is in its log. */
  #written: Promise<unknown> = Promise.resolve();
  #starts = 0;
  /** Runs that ended though nobody ended them, or that did not end in order when they were asked to. */
  readonly faults: string[] = [];

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
    this.#written = once(file, 'finish');
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.faults.push(`run ${this.#starts} ended by itself (${code ?? signal}): ${log}`);
      this.#journal.note(`the bridge ended by itself (${code ?? signal})`);
    });
    this.#child = child;
    this.#journal.note(`bridge started, run ${this.#starts}, pid ${child.pid}`);
  }

  /** Kills it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end, and sees whether it does so in order. */
  async stop(): Promise<void> {
    const { log } = this;
    const code = await this.#end('SIGTERM');
    const said = readFileSync(log, 'utf8');
    // Before it listens for signals, which is before it says anything, one kills it.
    if (code !== 0 && said !== '') this.faults.push(`asked to end, run ${this.#starts} ended with ${code}: ${log}`);
    const [unfinished] = UNFINISHED.exec(said) ?? [];
    if (unfinished !== undefined) this.faults.push(`asked to end, run ${this.#starts} said "${unfinished}": ${log}`);
  }

  /** @returns the exit code, once all that it said is in its log; null when the signal killed it */
  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child) return 0;
    this.#child = undefined;
    const ended = Promise.all([once(child, 'exit'), this.#written]);
    child.kill(signal);
    const [[code]] = (await ended) as [[number | null], unknown];
    return code;
  }
}
