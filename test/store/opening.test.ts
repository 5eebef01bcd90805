import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../src/store/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { Signal } from '../support/signal.ts';
import { breakDisk, canMount, closeNow, newFolder, openTestStore, remount, smallDisk } from './open.ts';

/** A folder with a database in which there is something. */
async function folderWithDatabase(rows = 2_000): Promise<string> {
  const { store, dataDir, clock } = await openTestStore();
  for (let index = 0; index < rows; index++) void store.memory('test').set(`n${index}`, 'x'.repeat(200));
  await store.memory('test').set('token', 's1');
  await store.writer.flushed();
  // All of it in the one file, as after a longer run.
  await store.database.all('PRAGMA wal_checkpoint(TRUNCATE)');
  await closeNow(store, clock);
  return dataDir;
}

const tokenIn = (store: Store) => store.memory('test').get('token');

describe('a damaged database is set aside, whole, and a new one is begun', () => {
  const damages: [what: string, damage: (file: string) => void][] = [
    ['another file', (file) => writeFileSync(file, 'these are my holiday pictures')],
    ['a garbled header', (file) => change(file, (bytes) => bytes.fill(0x41, 0, 100))],
    ['cut in half', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['cut within a page', (file) => truncateSync(file, statSync(file).size - 1_000)],
    ['pages overwritten', (file) => change(file, (bytes) => bytes.fill(0xff, 30 * 4_096, 40 * 4_096))],
    ['a page of nothing but zeros', (file) => change(file, (bytes) => bytes.fill(0, 4_096 * 50, 4_096 * 51))],
  ];
  test.each(damages)('%s', async (_what, damage) => {
    const dataDir = await folderWithDatabase();
    const file = join(dataDir, 'crosschat.db');
    damage(file);
    const bytes = readFileSync(file);
    const { store, lines } = await openTestStore({ dataDir });
    expect(await tokenIn(store)).toBeUndefined();
    await store.memory('test').set('token', 's2');

    const aside = readdirSync(dataDir).filter((name) => /^crosschat\.db\.corrupt-2026-11-21T12-00-00-000Z$/.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(dataDir, aside[0] ?? '')).equals(bytes)).toBe(true);
    expect(lines.all).toHaveLength(1);
    expect(lines.all[0]).toMatch(
      /^error: The database .*crosschat\.db .*(damaged|no database).*\. It was set aside as .*corrupt-2026/,
    );
  });

  test('twice in the same moment: the first one stays', async () => {
    const dataDir = newFolder();
    for (const content of ['first', 'second']) {
      writeFileSync(join(dataDir, 'crosschat.db'), content);
      const { store, clock } = await openTestStore({ dataDir });
      await closeNow(store, clock);
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `crosschat.db${suffix}`), { force: true });
    }
    const aside = readdirSync(dataDir).filter((name) => name.includes('corrupt'));
    expect(aside.map((name) => readFileSync(join(dataDir, name), 'utf8')).sort()).toEqual(['first', 'second']);
  });

  test('what is in its write-ahead log goes with it', async () => {
    const dataDir = await folderWithDatabase();
    const { store, clock } = await openTestStore({ dataDir });
    await store.memory('test').set('token', 'only in the log');
    await closeNow(store, clock);
    const log = readFileSync(join(dataDir, 'crosschat.db-wal'));
    expect(log.includes('only in the log')).toBe(true);
    change(join(dataDir, 'crosschat.db'), (bytes) => bytes.fill(0xff, 30 * 4_096, 40 * 4_096));
    await openTestStore({ dataDir });
    const name = readdirSync(dataDir).find((name) => name.includes('corrupt') && name.endsWith('-wal'));
    expect(name && readFileSync(join(dataDir, name)).equals(log)).toBe(true);
  });

  test('damage that is met while the bridge runs is a fault that is said, and the next start looks for it', async () => {
    // More than SQLite holds in memory.
    const dataDir = await folderWithDatabase(20_000);
    const { store, lines, clock } = await openTestStore({ dataDir });
    change(join(dataDir, 'crosschat.db'), (bytes) => bytes.fill(0xff, 100 * 4_096));
    void store.writer.add({ sql: "UPDATE memory SET value = 'y'", values: [] });
    await lines.waitFor((line) =>
      /^error: The database .* can't be written: it is damaged .*Restart the bridge: it sets/.test(line),
    );
    expect(existsSync(join(dataDir, 'crosschat.db.damaged'))).toBe(true);
    await closeNow(store, clock);
    const next = await openTestStore({ dataDir });
    expect(next.lines.all[0]).toMatch(/It was set aside as/);
    expect(existsSync(join(dataDir, 'crosschat.db.damaged'))).toBe(false);
  });
});

test('a database of a newer version is left alone, and said', async () => {
  const { store, dataDir, clock } = await openTestStore();
  await store.writer.add({ sql: 'INSERT INTO migration VALUES (?)', values: [migrations.length + 1] });
  await closeNow(store, clock);
  await expect(openTestStore({ dataDir })).rejects.toThrow(
    /^The database .*crosschat\.db was written by a newer version of the bridge \(schema 2, this one knows 1\)\. Install that version/,
  );
  expect(readdirSync(dataDir).filter((name) => name.includes('corrupt'))).toEqual([]);
});

describe('a folder in which nothing can be written', () => {
  test('the bridge goes on without, and what happened is written as soon as it can be', async () => {
    const parent = newFolder();
    const dataDir = join(parent, 'data');
    writeFileSync(dataDir, 'in the way');
    const { store, lines, clock } = await openTestStore({ dataDir });
    expect(await tokenIn(store)).toBeUndefined();
    await store.memory('test').set('token', 's1');
    await lines.waitFor((line) => /^error: The database .* what should be its folder is a file\. Set DATA_DIR/.test(line));
    expect(store.writer.fault).toMatch(/Set DATA_DIR/);
    await clock.advance(60_000);
    rmSync(dataDir);
    await clock.advance(60_000);
    expect(store.writer.fault).toBeUndefined();
    await closeNow(store, clock);
    expect(await tokenIn((await openTestStore({ dataDir })).store)).toBe('s1');
  });

  test('but a database that appears there later, with a past of its own, is not mixed with what happened', async () => {
    const other = await folderWithDatabase();
    const parent = newFolder();
    const dataDir = join(parent, 'data');
    writeFileSync(dataDir, 'in the way');
    const { store, lines, clock } = await openTestStore({ dataDir });
    await store.memory('test').set('token', 's2');
    await lines.waitFor((line) => line.includes('Set DATA_DIR'));
    rmSync(dataDir);
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'crosschat.db'), readFileSync(join(other, 'crosschat.db')));
    await clock.advance(60_000);
    expect(store.writer.fault).toMatch(/appeared after the start\. Restart the bridge/);
  });

  test.runIf(canMount)('a read-only disk: what is there is read; it is used again when it can be written again', async () => {
    const dataDir = smallDisk(4_000);
    // By another process: libsql lets go of a file late, and a disk with open files can't become read-only.
    await inChild(dataDir, 'writes').ended;
    remount(dataDir, 'ro');
    const { store, lines, clock } = await openTestStore({ dataDir });
    expect(await tokenIn(store)).toBe('from the child');
    const kept = store.writer.add({ sql: "INSERT INTO memory VALUES ('test', 'new', 'x')", values: [] });
    await lines.waitFor((line) => /^error: The database .* is read-only\. Make it writable/.test(line));
    await clock.advance(60_000);
    remount(dataDir, 'rw');
    await clock.advance(60_000);
    await kept;
    expect(store.writer.fault).toBeUndefined();
  });

  test.runIf(canMount)('a full disk and no database yet: it is made when there is room', async () => {
    const dataDir = smallDisk(200);
    writeFileSync(join(dataDir, 'other'), Buffer.alloc(160_000));
    const { store, lines, clock } = await openTestStore({ dataDir });
    const kept = store.memory('test').set('token', 's1');
    await lines.waitFor((line) => line.includes('the disk'));
    await clock.advance(60_000);
    rmSync(join(dataDir, 'other'));
    remount(dataDir, 'size=4m');
    await clock.advance(60_000);
    await kept;
    expect(store.writer.fault).toBeUndefined();
    expect(await store.database.all('SELECT * FROM memory')).toHaveLength(1);
  });

  test('a database that is there and can not be opened stops the start with a sentence', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'crosschat.db'));
    await expect(openTestStore({ dataDir })).rejects.toThrow(
      /^The database .* can't be opened: the folder or the file is missing/,
    );
  });
});

test('a file that vanishes while the bridge runs is a fault, and is not begun anew behind its back', async () => {
  const { store, dataDir, clock, lines } = await openTestStore();
  const mend = breakDisk();
  void store.memory('test').set('token', 's1');
  await lines.waitFor((line) => line.includes('the disk reports'));
  rmSync(join(dataDir, 'crosschat.db'));
  mend();
  await clock.advance(60_000);
  expect(store.writer.fault).toMatch(/is gone\. Restart the bridge/);
  expect(existsSync(join(dataDir, 'crosschat.db'))).toBe(false);
});

describe('two bridges on one folder', () => {
  test('the second is refused with a sentence; a command may look beside it; a killed one leaves no lock behind', async () => {
    const dataDir = newFolder();
    const first = inChild(dataDir, 'stays');
    await first.ready();
    await expect(openTestStore({ dataDir })).rejects.toThrow(
      /^Another bridge is using .*crosschat\.db\. Stop it first, or set another DATA_DIR for this one\.$/,
    );
    const beside = await openTestStore({ dataDir, beside: true });
    expect(await tokenIn(beside.store)).toBe('from the child');
    await beside.store.memory('test').set('token', 'from beside');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await tokenIn((await openTestStore({ dataDir })).store)).toBe('from beside');
  });

  test('one that waits takes over when the first one ends, however it ends', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const dataDir = newFolder();
      const first = inChild(dataDir, 'stays');
      await first.ready();
      const second = inChild(dataDir, 'waits');
      await second.waiting();
      first.child.kill(signal);
      await second.ready();
      second.child.kill('SIGKILL');
    }
  });

  test('one that waits gives up when it is told to', async () => {
    const { dataDir } = await openTestStore();
    const end = new AbortController();
    const waiting = openTestStore({ dataDir, wait: end.signal });
    end.abort();
    await expect(waiting).rejects.toThrow(/^Another bridge was using/);
  });

  test('closing lets the next one in, and a look from beside makes no database', async () => {
    const { store, dataDir, clock } = await openTestStore();
    await closeNow(store, clock);
    await openTestStore({ dataDir });
    const empty = newFolder();
    await expect(openTestStore({ dataDir: empty, beside: true })).rejects.toThrow(/^There is no database .*crosschat\.db:/);
    expect(readdirSync(empty)).toEqual([]);
  });
});

test('what counted as kept is there after kill -9 at any moment, without a gap before it', async () => {
  const dataDir = newFolder();
  for (let round = 0; round < 5; round++) {
    const folder = join(dataDir, String(round));
    const { child, ended, lastLine, saysNumber } = inChild(folder, 'counts');
    await saysNumber(1 + round * 777);
    child.kill('SIGKILL');
    await ended;
    const { store } = await openTestStore({ dataDir: folder });
    const [row] = await store.database.all<{ count: number; last: number }>(
      'SELECT COUNT(*) AS count, MAX(seq) AS last FROM audit',
    );
    expect(row?.count).toBe(row?.last);
    expect(row?.last).toBeGreaterThanOrEqual(Number(lastLine()));
    expect(Number(lastLine())).toBeGreaterThan(0);
  }
});

function change(file: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  edit(bytes);
  writeFileSync(file, bytes);
}

/** A process that opens the store of a folder and writes a token. */
function inChild(dataDir: string, mode: 'writes' | 'stays' | 'waits' | 'counts') {
  const script = fileURLToPath(new URL('child.js', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, dataDir, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const signal = new Signal();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    signal.notify();
  });
  const says = (word: string) => signal.until(() => output.includes(word), `"${word}" from the child`, 10_000);
  /** The last line that it wrote to its end. */
  const lastLine = () => output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1);
  const saysNumber = (number: number) => signal.until(() => Number(lastLine()) >= number, `${number} from the child`, 10_000);
  return { child, ready: () => says('ready'), waiting: () => says('waiting'), ended: once(child, 'close'), lastLine, saysNumber };
}
