/** Docker, as the tests of the container use it: commands, and containers that are gone with the test. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

/** The tag of the image that is tested. */
export const IMAGE = 'crosschat-bridge';

const BIGGEST_OUTPUT = 64 * 1024 * 1024;

/** Runs `docker` with arguments. @returns what it printed @throws when it ends with another exit code than 0 */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: BIGGEST_OUTPUT });
  return stdout.trim();
}

/** How a line of a shell ended, and what it printed. */
export interface Said {
  readonly code: number;
  /** Its standard output alone. */
  readonly out: string;
  readonly output: string;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a line of a shell to its end. */
export function shell(line: string, options: ShellOptions): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces = { out: '', output: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      pieces.out += text;
      pieces.output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      pieces.output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...pieces }));
  });
}

/** Runs a line of a shell to its end. @returns its standard output @throws when it ends with another exit code than 0 */
export async function succeed(line: string, options: ShellOptions): Promise<string> {
  const { code, out, output } = await shell(line, options);
  if (code !== 0) throw new Error(`"${line}" ended with exit code ${code}:\n${output}`);
  return out.trim();
}

/** A name that no other container or volume of this machine has. */
export function ownName(of: string): string {
  return `crosschat-test-${process.pid}-${of}`;
}

/** A volume that is gone after the test. @returns its name */
export async function volume(of: string): Promise<string> {
  const name = ownName(of);
  await docker('volume', 'create', name);
  onTestFinished(async () => void (await docker('volume', 'rm', '--force', name)));
  return name;
}

/** A container of the test's own. */
export class Container {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Runs one in the background, with the options of `docker run`, an image and its command. */
  static async run(of: string, ...args: string[]): Promise<Container> {
    const container = new Container(ownName(of));
    // Before it starts, as one that can't start is there as well.
    onTestFinished(() => container.remove().catch(() => {}));
    await docker('run', '--detach', '--name', container.name, ...args);
    return container;
  }

  /** Runs a command in it. @returns how it ended, and what it printed */
  async exec(...command: string[]): Promise<{ code: number; output: string }> {
    try {
      const { stdout, stderr } = await promisify(execFile)('docker', ['exec', this.name, ...command]);
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  /** Waits until the image's own health command says that all is well; of these, Docker runs one every few seconds. */
  async healthy(): Promise<void> {
    const test = JSON.parse(await docker('inspect', '--format', '{{json .Config.Healthcheck.Test}}', this.name)) as string[];
    const [kind, ...command] = test;
    const words = kind === 'CMD-SHELL' ? ['sh', '-c', ...command] : command;
    await this.succeeds(...words);
  }

  /** Waits until a command in it ends well. */
  async succeeds(...command: string[]): Promise<void> {
    await this.#until(async () => (await this.exec(...command)).code === 0, `lets "${command.join(' ')}" fail`);
  }

  /** Waits until it has logged what fits, in any of its runs. @param timeout in milliseconds */
  async logs(fits: RegExp, timeout?: number): Promise<void> {
    await this.#until(async () => fits.test(await this.log()), `does not say ${fits}`, timeout);
  }

  /** All that it has logged. */
  async log(): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)('docker', ['logs', this.name], { maxBuffer: BIGGEST_OUTPUT });
    return stdout + stderr;
  }

  async start(): Promise<void> {
    await docker('start', this.name);
  }

  /** Ends it with SIGTERM. @returns its exit code, and after how many milliseconds it had ended */
  async stop(): Promise<{ code: number; after: number }> {
    const from = performance.now();
    await docker('stop', this.name);
    const after = performance.now() - from;
    return { code: Number(await docker('inspect', '--format', '{{.State.ExitCode}}', this.name)), after };
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    await docker('kill', this.name);
  }

  /** Ends it, and takes it away. */
  async remove(): Promise<void> {
    await docker('rm', '--force', '--volumes', this.name);
  }

  /** It is looked at again and again: Docker tells of no change by itself. */
  async #until(test: () => Promise<boolean>, fault: string, timeout = 30_000): Promise<void> {
    const end = performance.now() + timeout;
    while (!(await test())) {
      if (performance.now() > end) throw new Error(`${this.name} ${fault}: ${await this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
