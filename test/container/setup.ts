/** Builds the image `crosschat-bridge` once, as the guide says, from a copy of the project that also holds what must not get into an image. */
import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { freshCopy, putSecrets } from './copy.ts';
import { shell, succeed } from './docker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether the tests of the container can run here. */
    readonly hasDocker: boolean;
    /** Whether there is an image of NATS as well. */
    readonly hasNats: boolean;
  }
}

/** What there has to be before anything can be built and tried; who has no Docker, or no registry of images, is no worse for it. */
const REQUIRED = [
  'docker version',
  'docker pull docker.io/library/node:24-bookworm-slim',
  'docker run --rm docker.io/library/node:24-bookworm-slim node --version',
  'docker pull docker.io/library/eclipse-mosquitto:2',
  'docker compose version',
];

/** Vitest calls it before the first test. */
export async function setup({ provide }: TestProject): Promise<void> {
  const folder = freshCopy();
  const fails = async (line: string) => (await shell(line, { cwd: folder })).code !== 0;
  try {
    let missing: string | undefined;
    for (const line of REQUIRED) if (missing === undefined && (await fails(line))) missing = line;
    provide('hasDocker', missing === undefined);
    provide('hasNats', missing === undefined && !(await fails('docker pull docker.io/library/nats:2-alpine')));
    if (missing !== undefined) {
      process.stdout.write(`Skipped: the tests of the container, since "${missing}" fails here (docs/testing.md).\n`);
      return;
    }
    putSecrets(folder);
    await succeed('docker build -t crosschat-bridge .', { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
