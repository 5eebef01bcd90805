/** The store on a real PostgreSQL: `eval "$(test/real/postgres env)"` after `test/real/postgres start`. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { StoreOptions } from '../../src/store/store.ts';
import { accountStories } from '../store/account-stories.ts';
import { memoryStories } from '../store/memory-stories.ts';
import { openTestStore, type TestStore } from '../store/open.ts';
import { pruneStories } from '../store/prune-stories.ts';
import { reactionStories } from '../store/reaction-stories.ts';
import { recordStories } from '../store/record-stories.ts';
import { roomStories } from '../store/room-stories.ts';
import { threadStories } from '../store/thread-stories.ts';
import { traceStories } from '../store/trace-stories.ts';
import { names, put, writerStories } from '../store/writer-stories.ts';
import { type Tap, TcpProxy } from '../support/proxy.ts';

const url = process.env['DATABASE_URL'];

describe.runIf(url)('the store on PostgreSQL', () => {
  const admin = postgres(url ?? '', { max: 1, onnotice: () => {} });
  afterAll(() => admin.end());

  /** A store in a schema of its own, which is gone after the test. */
  async function open(options: Partial<StoreOptions> = {}): Promise<TestStore> {
    return openIn(await newSchema(), options);
  }

  async function newSchema(): Promise<string> {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    await admin.unsafe(`CREATE SCHEMA ${schema}`);
    onTestFinished(async () => {
      await admin.unsafe(`DROP SCHEMA ${schema} CASCADE`);
    });
    return schema;
  }

  async function openIn(schema: string, options: Partial<StoreOptions> = {}): Promise<TestStore> {
    const at = new URL(options.databaseUrl ?? url ?? '');
    at.searchParams.set('search_path', schema);
    const opened = await openTestStore({ ...options, databaseUrl: at.href });
    return { ...opened, reopen: (others = {}) => openIn(schema, { ...options, ...others }) };
  }

  async function openThroughProxy(schema: string, tap?: Tap): Promise<TestStore & { readonly proxy: TcpProxy }> {
    const through = new URL(url ?? '');
    const proxy = await TcpProxy.start({ host: through.hostname, port: Number(through.port || 5432) }, tap);
    onTestFinished(() => proxy.cut());
    through.host = `127.0.0.1:${proxy.port}`;
    return { ...(await openIn(schema, { databaseUrl: through.href })), proxy };
  }

  accountStories(open);
  memoryStories(open);
  reactionStories(open);
  recordStories(open);
  roomStories(open);
  threadStories(open);
  traceStories(open);
  pruneStories(open);
  writerStories(open);

  test('numbers beyond 32 bits, and texts that are no UTF-8, come back as they can', async () => {
    const { store } = await open();
    await store.writer.add({
      sql: 'INSERT INTO event (seq, id, stored_at, body) VALUES (?, ?, ?, ?)',
      values: [Number.MAX_SAFE_INTEGER, 'a\0b\ud800c🎮', 1_800_000_000_000, 'what\'s \\ "up" ? $1'],
    });
    expect(await store.database.all('SELECT seq, id, stored_at, target, body FROM event')).toEqual([
      {
        seq: Number.MAX_SAFE_INTEGER,
        id: 'ab\ufffdc🎮',
        stored_at: 1_800_000_000_000,
        target: null,
        body: 'what\'s \\ "up" ? $1',
      },
    ]);
  });

  test('a second bridge is refused, or waits until the first one is gone; a command may look beside it', async () => {
    const schema = await newSchema();
    const first = await openIn(schema);
    await first.store.writer.add(put('a'));
    await expect(openIn(schema)).rejects.toThrow(
      /^Another bridge is using postgres:\/\/127\.0\.0\.1:\d+\/postgres\. Stop it first/,
    );
    const beside = await openIn(schema, { beside: true });
    expect(await names(beside.store)).toEqual(['a']);
    await beside.store.writer.add(put('b'));
    const { TestClock } = await import('../support/clock.ts');
    const clock = new TestClock();
    const second = openIn(schema, { wait: new AbortController().signal, clock });
    await until(() => clock.next !== undefined);
    await first.store.close();
    await clock.advance(1_000);
    await until(async () => {
      await clock.advance(1_000);
      return await Promise.race([
        second.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20)),
      ]);
    });
    expect(await names((await second).store)).toEqual(['a', 'b']);
  });

  test('a transaction that was committed, though nobody came to hear of it, is not written again', async () => {
    const schema = await newSchema();
    let armed = false;
    const { store, clock, lines, proxy } = await openThroughProxy(schema, (direction, data) => {
      // The server's last word on a transaction.
      if (!armed || direction !== 'in' || !data.includes('COMMIT')) return;
      armed = false;
      proxy.drop();
    });
    armed = true;
    const kept = store.writer.add(put('a'));
    await lines.waitFor((line) => line.includes("can't be used"));
    expect(await admin.unsafe(`SELECT name FROM ${schema}.memory`)).toEqual([{ name: 'a' }]);
    await until(async () => {
      await clock.advance(30_000);
      return store.writer.flushed() === undefined;
    });
    await kept;
    expect(await names(store)).toEqual(['a']);
    expect(lines.all.filter((line) => line.includes('a fault in the bridge'))).toEqual([]);
  });

  test('a connection that breaks is a passing fault; what was added is written once, in order, when it is back', async () => {
    const schema = await newSchema();
    const { store, clock, lines, proxy } = await openThroughProxy(schema);
    await store.writer.add(put('a0'));
    const kept: Promise<void>[] = [];
    for (let round = 1; round <= 5; round++) {
      for (let index = 0; index < 20; index++) {
        kept.push(store.writer.add(put(`a${round * 100 + index}`)));
        // Somewhere in the middle of a transaction, or of its end.
        if (index === round * 3) proxy.drop();
        await new Promise(setImmediate);
      }
      await until(async () => {
        await clock.advance(30_000);
        return store.writer.fault === undefined && store.writer.flushed() === undefined;
      });
    }
    await Promise.all(kept);
    expect(await names(store)).toHaveLength(101);
    expect(lines.all.filter((line) => line.includes('a fault in the bridge'))).toEqual([]);
    expect(lines.all.some((line) => /^error: The database postgres:.* can't be used/.test(line))).toBe(true);
  });

  test('a transaction that takes long is written, as long as the database goes on answering', async () => {
    const { store, lines } = await open();
    const pause = { sql: 'SELECT pg_sleep(4)', values: [] };
    await store.writer.add(put('a'), pause, pause, pause, pause);
    expect(await names(store)).toEqual(['a']);
    expect(lines.all.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('an owner whose lock went to another one learns of it and writes nothing more', async () => {
    const schema = await newSchema();
    let lost = 0;
    const first = await openIn(schema, {
      onLost: () => {
        lost++;
      },
    });
    await first.store.writer.add(put('a'));
    // As when the server thinks that it is gone: its connections end, and the other one is quicker.
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'crosschat-bridge' AND pid <> pg_backend_pid()`;
    const second = await openIn(schema);
    await second.store.writer.add(put('b'));
    await until(async () => {
      await first.clock.advance(5_000);
      return lost > 0;
    });
    void first.store.writer.add(put('c'));
    await until(async () => {
      await first.clock.advance(5_000);
      return first.store.writer.fault !== undefined;
    });
    expect(first.store.writer.fault).toMatch(
      /^Another bridge has taken over postgres:.*: this one can't write to it any more\.$/,
    );
    expect(await names(second.store)).toEqual(['a', 'b']);
    expect(lost).toBe(1);
  });

  test('a database that can not be reached stops the start with a sentence that holds no password', async () => {
    const at = { databaseUrl: 'postgres://bridge:hunter22@127.0.0.1:1/postgres' };
    await expect(openTestStore(at)).rejects.toThrow(
      /^The database postgres:\/\/127\.0\.0\.1:1\/postgres can't be used: nothing answers there\. Start the server, or look at DATABASE_URL/,
    );
  });
});

/** Waits until something holds, looking again and again. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(holds, { timeout: 60_000, interval: 20 });
}
