/** What is in the image, and what is not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { SECRET } from './copy.ts';
import { docker, IMAGE } from './docker.ts';

const hasDocker = inject('hasDocker');

/** Runs a line of a shell in a new container of the image, as its own user. */
const within = (line: string, ...options: string[]) =>
  docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', ...options, IMAGE, '-c', line);

test.skipIf(!hasDocker)('nothing in it builds or installs anything', async () => {
  const tools = 'npm npx corepack yarn node-gyp tsc gcc g++ cc make python3 git curl wget';
  expect(await within(`for tool in ${tools}; do command -v $tool; done; true`)).toBe('');
  const packages = 'mqtt discord.js typescript vitest @biomejs/biome knip playwright-core';
  expect(await within(`cd /app/node_modules && for one in ${packages}; do [ ! -e $one ] || echo $one; done`)).toBe(
    'mqtt\ndiscord.js',
  );
  expect((await within('ls -A /app')).split('\n')).toEqual(['LICENSE', 'bridges', 'dist', 'node_modules', 'package.json', 'web']);
});

test.skipIf(!hasDocker)('it runs as somebody without rights, who owns nothing but the data', async () => {
  expect(await within('id -u')).toBe('1000');
  // Without --read-only as well.
  expect(await within("find / -xdev -writable -not -type l -not -path '/proc/*' 2>/dev/null | sort")).toMatch(
    /^\/data\n(\/dev\/\S+\n|\/home\/node\S*\n|\/run\/lock\n|\/tmp\n|\/var\/tmp\n?)*(\/var\/tmp)?$/,
  );
});

test.skipIf(!hasDocker)('no secret of the folder that it was built in is in any layer or in its history', async () => {
  const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', IMAGE);
  expect(history).toContain('ENTRYPOINT');
  expect(history).not.toMatch(/token|password|secret|registry=/i);
  const layers = spawn('docker', ['save', IMAGE], { stdio: ['ignore', 'pipe', 'ignore'] });
  let bytes = 0;
  let end = '';
  let found = 0;
  layers.stdout.setEncoding('latin1').on('data', (piece: string) => {
    bytes += piece.length;
    const text = end + piece;
    if (text.includes(SECRET)) found += 1;
    end = text.slice(-SECRET.length + 1);
  });
  await once(layers, 'close');
  expect(bytes).toBeGreaterThan(50_000_000);
  expect(found).toBe(0);
  process.stdout.write(`The image has ${Math.round(bytes / 1_000_000)} MB with its base.\n`);
});

test.skipIf(!hasDocker)('the command of the guides is there', async () => {
  const version = JSON.parse(await within('cat /app/package.json')) as { version: string };
  expect(await within('crosschat-bridge --version')).toBe(version.version);
  expect(await docker('run', '--rm', '--network', 'none', IMAGE, '--version')).toBe(version.version);
});

test.skipIf(!hasDocker)('a configuration that its user may not read is no reason to start without one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-config-'));
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, '.env'), 'SERVER_ID=bridge\n');
  const check = () => docker('run', '--rm', '--network', 'none', '--volume', `${folder}:/config:ro`, IMAGE, 'check');
  for (const [path, mode] of [
    [join(folder, '.env'), 0o000],
    [folder, 0o000],
  ] as const) {
    chmodSync(path, mode);
    await expect(check()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\/config\/\.env: can't be read \(EACCES\)/),
    });
  }
});
