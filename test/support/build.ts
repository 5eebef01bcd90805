/** Builds the program once, before the tests that run it as a user does. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const project = fileURLToPath(new URL('../..', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

declare module 'vitest' {
  interface ProvidedContext {
    /** What the compiler complained about; empty if nothing. Only the tests that need the program fail because of it. */
    readonly buildFaults: string;
  }
}

/** Vitest calls it before the first test. */
export async function setup({ provide }: TestProject): Promise<void> {
  const compiler = join(typescript, 'bin/tsc');
  try {
    for (const part of ['tsconfig.build.json', 'web'])
      await promisify(execFile)(process.execPath, [compiler, '-p', part], { cwd: project });
    provide('buildFaults', '');
  } catch (error) {
    provide('buildFaults', error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
  }
}
