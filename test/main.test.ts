import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

test('who stops reading what check says (check | head) does not make it crash', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-main-'));
  const env = { MQTT_URL: 'mqtt://127.0.0.1:1', MQTT_ALLOW_ANONYMOUS: 'true' };
  const child = spawn(process.execPath, [PROGRAM, 'check'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(complaints).toBe('');
  rmSync(folder, { recursive: true });
});
