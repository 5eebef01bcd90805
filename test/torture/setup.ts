/** What the tests that torture have in common. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';
import { Journal } from './journal.ts';
import { type Outcome, type TortureOptions, torture } from './torture.ts';

/** A folder for a run's logs. It is gone after the test, unless that failed. */
export function journalFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crosschat-torture-'));
  onTestFinished(({ task }) => {
    if (task.result?.state !== 'fail') rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Tortures the bridge, and expects that nothing was lost, doubled, out of order, under another name, or otherwise wrong. */
export async function survives(
  options: Pick<TortureOptions, 'seed' | 'duration' | 'kills' | 'cuts' | 'faults' | 'groups'> & Partial<TortureOptions>,
): Promise<Outcome> {
  const faults = inject('buildFaults');
  if (faults !== '') throw new Error(`The program can't be built:\n${faults}`);
  const journal = options.journal ?? new Journal(journalFolder());
  const outcome = await torture({
    slow: false,
    pace: 250,
    broker: 'embedded',
    program: resolve('dist/src/main.js'),
    patience: 20_000,
    ...options,
    journal,
  });
  const { lost, doubled, disordered, misnamed, remarks } = outcome;
  const nothing = { lost: [], doubled: [], disordered: [], misnamed: [], remarks: [] };
  expect({ lost, doubled, disordered, misnamed, remarks }, `the logs are in ${journal.folder}`).toEqual(nothing);
  return outcome;
}
