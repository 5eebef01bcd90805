/** Opens stores for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts';
import { TestClock } from '../support/clock.ts';

/** An empty folder, which is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in a folder of its own, unless one is given. It is closed at the end of the test. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<{ store: Store; dataDir: string }> {
  const dataDir = options.dataDir ?? newFolder();
  const store = await openStore({
    dataDir,
    clock: new TestClock(),
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    ...options,
  });
  onTestFinished(() => store.close());
  return { store, dataDir };
}
