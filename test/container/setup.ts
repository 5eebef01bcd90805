/** Builds the image `crosschat-bridge` once, as the guide says, from a copy of the project that also holds what must not get into an image. */
import { spawnSync } from 'node:child_process';
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

/** Vitest calls it before the first test. */
export async function setup({ provide }: TestProject): Promise<void> {
  const { status } = spawnSync('docker', ['version'], { stdio: 'ignore' });
  provide('hasDocker', status === 0);
  provide('hasNats', false);
  if (status !== 0) {
    process.stdout.write('Skipped: the tests of the container, since there is no docker (docs/testing.md).\n');
    return;
  }
  const folder = freshCopy();
  putSecrets(folder);
  await succeed('docker build -t crosschat-bridge .', { cwd: folder });
  await succeed('docker pull docker.io/library/eclipse-mosquitto:2', { cwd: folder });
  provide('hasNats', (await shell('docker pull docker.io/library/nats:2-alpine', { cwd: folder })).code === 0);
  rmSync(folder, { recursive: true });
}
