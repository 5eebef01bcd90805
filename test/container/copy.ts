/** The project as somebody has it who has just cloned it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { project } from '../docs/markdown.ts';

/** Copies what is under version control or is going to be, as it stands here now, to a new folder. @returns the folder */
export function freshCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-copy-'));
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: project,
    encoding: 'utf8',
  }).split('\0');
  for (const file of files.filter((one) => one !== '' && existsSync(join(project, one)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(project, file), join(folder, file));
  }
  return folder;
}

/** What stands in every secret of {@link putSecrets}. */
export const SECRET = 'secret-of-the-operator-7f3a';

/** Puts an operator's secrets where they lie in a checkout that is in use. */
export function putSecrets(folder: string): void {
  for (const file of [
    '.env',
    'config/.env',
    'config.yaml',
    'registration.yaml',
    'data/crosschat.db',
    'src/.env',
    '.git/config',
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `DISCORD_TOKEN=${SECRET}\n`);
  }
}
