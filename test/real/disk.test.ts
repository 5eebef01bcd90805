/** The disk: full for a while, or with a database on it that is damaged. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Journal } from '../torture/journal.ts';
import { logLine } from '../torture/log-line.ts';
import { journalFolder, survives } from '../torture/setup.ts';

const CALM = { kills: 0, cuts: 0, faults: 0, groups: new Set([]), duration: 6_000 };

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stdout.write('The test with a full disk is left out: only root can make a small one.\n');

/** A small disk of its own; undefined where none may be mounted. */
function smallDisk(folder: string): string | undefined {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    process.stdout.write('The test with a full disk is left out: nothing may be mounted here.\n');
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', [disk]));
  return disk;
}

/** Writes until there is no room left. */
function fill(path: string): void {
  for (const size of [100_000, 1_000, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

test.skipIf(!isRoot)(
  'full for a while: the bridge says so, goes on in memory, says when it is over, and nothing is lost',
  async (context) => {
    const journal = new Journal(journalFolder());
    const dataDir = smallDisk(journal.folder);
    if (dataDir === undefined) return context.skip();
    await survives({
      ...CALM,
      seed: 4,
      journal,
      dataDir,
      async meanwhile({ bridge }) {
        const filler = join(dataDir, 'filler');
        await pause(1_500);
        fill(filler);
        journal.note('the disk is full');
        const complaint = JSON.parse(await logLine(bridge.log, /goes on and keeps what happens in memory/));
        expect(complaint).toMatchObject({ level: 'error', msg: expect.stringContaining(dataDir) });
        await pause(2_000);
        rmSync(filler);
        journal.note('the disk has room again');
        await logLine(bridge.log, /can be written again/, 60_000);
      },
    });
  },
);

test('a damaged database is set aside and not overwritten, the log says so, and the bridge runs', async () => {
  const journal = new Journal(journalFolder());
  const dataDir = join(journal.folder, 'data');
  mkdirSync(dataDir);
  const damaged = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8_000, 'damaged')]);
  writeFileSync(join(dataDir, 'crosschat.db'), damaged);
  await survives({ ...CALM, duration: 2_000, seed: 5, journal, dataDir });
  const aside = readdirSync(dataDir).filter((name) => name.startsWith('crosschat.db.corrupt-'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(dataDir, aside[0] ?? '')).equals(damaged)).toBe(true);
  const complaint = JSON.parse(await logLine(join(journal.folder, 'bridge-001.log'), /set aside/));
  expect(complaint).toMatchObject({ level: 'error', msg: expect.stringContaining(aside[0] ?? '') });
});
