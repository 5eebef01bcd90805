/** Opens stores for tests, and takes their disk away. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts';
import { TestClock } from '../support/clock.ts';
import { Recorder } from '../support/host.ts';

/** An empty folder, which is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store, the clock it runs on, and what it logs. */
export interface TestStore {
  readonly store: Store;
  readonly clock: TestClock;
  /** The lines of its log: level, then message. */
  readonly lines: Recorder<string>;
  /** Opens the same database again. */
  reopen(options?: Partial<StoreOptions>): Promise<TestStore>;
}

/** Opens a store on a new, empty database. */
export type OpenTestStore = () => Promise<TestStore>;

/** A store in a folder of its own, unless one is given. It is closed at the end of the test. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore & { readonly dataDir: string }> {
  const dataDir = options.dataDir ?? newFolder();
  const clock = new TestClock();
  const lines = new Recorder<string>();
  const write = (line: string) => {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string };
    lines.add(`${pino.levels.labels[level]}: ${msg}`);
  };
  const store = await openStore({ clock, random: () => 0.5, log: pino({ level: 'info' }, { write }), ...options, dataDir });
  onTestFinished(() => closeNow(store, clock));
  const reopen = (others: Partial<StoreOptions> = {}) => openTestStore({ ...options, ...others, dataDir });
  return { store, dataDir, clock, lines, reopen };
}

/** Closes a store, though its clock stands still. */
export async function closeNow(store: Store, clock: TestClock): Promise<void> {
  const closed = store.close();
  await clock.advance(10_000);
  await closed;
}

/** Lets every write to a file by this process fail, as a disk that is broken does, until the returned function is called. */
export function breakDisk(): () => void {
  const limit = (soft: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${soft}:`]);
  limit('0');
  const mend = () => void limit('unlimited');
  onTestFinished(mend);
  return mend;
}

/** Whether this process may mount file systems. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A folder on a disk of its own, of so many KiB. It is gone after the test. */
export function smallDisk(kib: number): string {
  const folder = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder]);
  // Lazily, since libsql lets go of a file only when its statements are collected.
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Mounts a disk again with other options: `ro`, `rw`, `size=2m`. */
export function remount(folder: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, folder]);
}
