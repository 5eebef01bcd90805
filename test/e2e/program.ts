/** The built program as a user runs it: a child process with arguments, an environment and a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import { Recorder } from '../support/host.ts';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface ProgramOptions {
  /** All that it finds in its environment, besides what any process needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; a new, empty one by default. */
  readonly folder?: string;
  /** Whether it has something to read from. */
  readonly stdin?: 'none' | 'pipe';
  /** What is started instead, with the arguments: npm, or a terminal. */
  readonly command?: string;
}

/** How a process ended. */
export interface End {
  /** Null when a signal killed it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What came of a program that ended by itself. */
export interface Outcome extends End {
  /** Its standard output. */
  readonly out: string;
  /** Its standard error output. */
  readonly err: string;
  readonly output: string;
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A running program. It is killed at the end of the test, should it still run then. */
export class Program {
  /** Lines on its standard output. */
  readonly out = new Recorder<string>();
  /** Lines on its standard error output. */
  readonly err = new Recorder<string>();
  /** Milliseconds on the clock of `performance`. */
  readonly startedAt = performance.now();
  readonly ended: Promise<End>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[] = [], options: ProgramOptions = {}) {
    const faults = inject('buildFaults');
    if (faults !== '') throw new Error(`The program can't be built:\n${faults}`);
    const { env = {}, folder = newFolder(), stdin = 'none', command = process.execPath } = options;
    this.#child = spawn(command, command === process.execPath ? [PROGRAM, ...args] : args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: [stdin === 'pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    record(this.#child.stdout, this.out);
    record(this.#child.stderr, this.err);
    // A pipe whose reader is gone is the reader's business.
    this.#child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
    onTestFinished(async () => {
      this.#child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Everything that it wrote so far. */
  get output(): string {
    return [...this.out.all, ...this.err.all].join('\n');
  }

  /** The lines of its log so far. @throws {SyntaxError} when one is no JSON object */
  get log(): LogLine[] {
    return this.out.all.map((line) => JSON.parse(line) as LogLine);
  }

  /** The first line on its standard output, past or future, that fits. */
  waitFor(fits: string | RegExp | ((line: string) => boolean)): Promise<string> {
    const test =
      typeof fits === 'function' ? fits : (line: string) => (typeof fits === 'string' ? line.includes(fits) : fits.test(line));
    return Promise.race([this.out.waitFor(test, 12_000), this.#endedBefore(fits)]);
  }

  /** Types a line, or anything else. */
  types(text: string | Buffer): void {
    this.#child.stdin?.write(typeof text === 'string' ? `${text}\n` : text);
  }

  /** Its standard input ends. */
  stopsTyping(): void {
    this.#child.stdin?.end();
  }

  /** Sends it a signal that does not end it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends it a signal. @returns how it ended, and after how many milliseconds */
  async kill(signal: NodeJS.Signals): Promise<End & { readonly after: number }> {
    const from = performance.now();
    this.#child.kill(signal);
    return { ...(await this.ended), after: performance.now() - from };
  }

  async #endedBefore(fits: unknown): Promise<never> {
    const { code, signal } = await this.ended;
    throw new Error(`It ended (${code ?? signal}) before there was ${String(fits)}:\n${this.output}`);
  }
}

/** Runs the program to its end. */
export async function runToEnd(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const program = new Program(args, options);
  const end = await program.ended;
  return { ...end, out: program.out.all.join('\n'), err: program.err.all.join('\n'), output: program.output };
}

/** An empty folder, which is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function record(stream: ChildProcess['stdout'], lines: Recorder<string>): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...others] = text.split('\n');
    const all = [rest + first, ...others];
    rest = all.pop() ?? '';
    for (const line of all) lines.add(line.replace(/\r$/, ''));
  });
  stream?.once('end', () => {
    if (rest !== '') lines.add(rest);
  });
}
