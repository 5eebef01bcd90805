/** What an operator sees of the store at the command line. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from '../store/open.ts';
import { newFolder, runToEnd } from './program.ts';

const DAY = 86_400_000;

/** A folder whose store has events: an old one that arrived, one that waits, one that was given up, a new one. */
async function folderWithEvents(): Promise<{ folder: string; store: Store }> {
  const folder = newFolder();
  const { store } = await openTestStore({ dataDir: join(folder, 'data') });
  const now = Date.now();
  for (const [seq, age] of [60, 50, 2, 0].entries()) {
    await store.writer.add({
      sql: 'INSERT INTO event (seq, id, stored_at, body) VALUES (?, ?, ?, ?)',
      values: [seq, `e${seq}`, now - age * DAY, JSON.stringify({ kind: 'message', id: `e${seq}` })],
    });
  }
  const delivery = `INSERT INTO delivery (destination, event, position, queued_at, state, joined, reason, failed_at)
    VALUES (?, ?, ?, ?, ?, 1, ?, ?)`;
  await store.writer.add(
    { sql: delivery, values: ['room/discord/1', 1, 1, now - 50 * DAY, 'waiting', null, null] },
    { sql: delivery, values: ['room/matrix/!a:b', 2, 2, now, 'dead', 'the room is gone', now] },
    {
      sql: 'INSERT INTO shown (event, destination, part, native_id) VALUES (?, ?, ?, ?)',
      values: [0, 'room/discord/1', 0, '77'],
    },
    {
      sql: 'INSERT INTO destination (id, name, state, since, reason) VALUES (?, ?, ?, ?, ?)',
      values: ['room/discord/1', 'Discord 1', 'down', now - 90 * 60_000, 'HTTP 500'],
    },
  );
  return { folder, store };
}

describe('store', () => {
  test('info says what there is, while a bridge has it open, and though the rest of the configuration is wrong', async () => {
    const { folder } = await folderWithEvents();
    writeFileSync(join(folder, 'config.yaml'), 'mqtt: {url: nonsense}\nsever_id: x\n');
    const { code, out, err } = await runToEnd(['store', 'info'], { folder });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^data\/crosschat\.db: 0\.\d MB, of which 0\.\d MB in use; schema 1\n/);
    expect(out).toContain('4 events, 1 waiting to be delivered, 1 given up; 0 speakers, 0 bans\n');
    expect(out).toContain('The oldest has waited for 50 d.\n');
    expect(out).toContain('  Discord 1: down for 1 h 30 min (HTTP 500), 1 waiting, 0 given up\n');
    expect(out).toContain('  room/matrix/!a:b: unknown, 0 waiting, 1 given up');

    const json = JSON.parse((await runToEnd(['store', 'info', '--json'], { folder })).out) as Record<string, unknown>;
    const pruned = JSON.parse((await runToEnd(['store', 'prune', '--json'], { folder })).out);
    expect(pruned).toEqual({ events: expect.any(Number), bytes: expect.any(Number) });
    expect(json).toMatchObject({ schema: 1, events: 4, waiting: 1, dead: 1, speakers: 0 });
    expect(json['destinations']).toHaveLength(2);
  });

  test('export prints each event as a line, with what became of it', async () => {
    const { folder } = await folderWithEvents();
    const { code, out } = await runToEnd(['store', 'export'], { folder });
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ seq, event }) => [seq, event])).toEqual(
      [0, 1, 2, 3].map((seq) => [seq, { kind: 'message', id: `e${seq}` }]),
    );
    expect(lines[0]?.['shown']).toEqual([{ destination: 'room/discord/1', nativeId: '77' }]);
    expect(lines[1]?.['deliveries']).toMatchObject([{ destination: 'room/discord/1', state: 'waiting', reason: null }]);
    expect(lines[2]?.['deliveries']).toMatchObject([{ state: 'dead', reason: 'the room is gone' }]);
  });

  test('prune deletes what is too old, says how much, and leaves a note', async () => {
    const { folder, store } = await folderWithEvents();
    const { code, out } = await runToEnd(['store', 'prune'], { folder, env: { STORE_KEEP_DAYS: '1' } });
    expect([code, out]).toEqual([0, '1 event deleted; the database is 0.0 MB smaller.']);
    expect(await store.database.all('SELECT seq FROM event ORDER BY seq')).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
    expect(await store.audit.list(10)).toMatchObject([{ action: 'store prune', detail: out }]);
  });

  test('without a database there is a sentence, and none is made', async () => {
    const folder = newFolder();
    const { code, out, err } = await runToEnd(['store', 'info'], { folder, env: { DATA_DIR: 'elsewhere' } });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^There is no database elsewhere\/crosschat\.db: no bridge has run with this DATA_DIR yet/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('audit prints who did what, the newest first, on one line each', async () => {
    const { folder, store } = await folderWithEvents();
    await store.audit.note({ who: 'Mona (2, discord 1)', action: 'ban', target: 'Eve', detail: 'spam\nand more' });
    await store.audit.note({ who: 'Olga (4, matrix)', action: 'unban', target: 'Eve', detail: '' });
    const { out } = await runToEnd(['store', 'audit'], { folder });
    expect(out).toMatch(/^\S+Z Olga \(4, matrix\): unban Eve\n\S+Z Mona \(2, discord 1\): ban Eve: spam \/ and more$/);
    const json = (await runToEnd(['store', 'audit', '--json'], { folder })).out.split('\n');
    expect(json.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['unban', 'ban']);
  });

  test('audit prints all that is kept, also of a long time', async () => {
    const { folder, store } = await folderWithEvents();
    const deeds = Array.from({ length: 10_001 }, (_, number) => ({
      who: 'Mona',
      action: 'kick',
      target: `${number}`,
      detail: '',
    }));
    await Promise.all(deeds.map((deed) => store.audit.note(deed)));
    const { out } = await runToEnd(['store', 'audit'], { folder });
    expect(out.split('\n')).toHaveLength(10_001);
  });

  test('what is not understood is said', async () => {
    const { folder } = await folderWithEvents();
    const said = async (...args: string[]) => {
      const { code, err } = await runToEnd(args, { folder });
      expect(code).toBe(1);
      return err;
    };
    expect(await said('store')).toBe('store: say what to do: info, prune, export or audit.');
    expect(await said('store', 'inof')).toBe('store: there is no "inof" (did you mean "info"?).');
    expect(await said('store', 'prune', 'now')).toMatch(/^store prune: now means nothing here/);
    expect(await said('store', 'info', '--jsno')).toMatch(/^Unknown option '--jsno'/);
    expect(await said('stroe', 'info')).toMatch(/^There is no command "stroe" \(did you mean "store"\?\)/);
    expect(await said('store', 'info', '--config', 'nowhere.yaml')).toMatch(/^--config: there is no file ".*nowhere\.yaml"/);
    writeFileSync(join(folder, 'config.yaml'), 'store: {keep_days: never}');
    expect(await said('store', 'info')).toBe('store.keep_days: must be a number of days.');
  });
});

test('a bridge that finds its database in use, or of a newer version, says so and does not start', async () => {
  const { folder } = await folderWithEvents();
  const env = { MQTT_URL: 'mqtt://127.0.0.1:1', MQTT_ALLOW_ANONYMOUS: 'true', DISCORD_TOKEN: 'x', DISCORD_CHANNEL: '1' };
  const inUse = await runToEnd([], { folder, env });
  expect(inUse.code).toBe(1);
  expect(inUse.out).toMatch(/Another bridge is using data\/crosschat\.db\. Stop it first/);
  const other = newFolder();
  mkdirSync(join(other, 'data'));
  const { store } = await openTestStore({ dataDir: join(other, 'data') });
  await store.writer.add({ sql: 'INSERT INTO migration VALUES (99)', values: [] });
  await store.close();
  const newer = await runToEnd([], { folder: other, env });
  expect(newer.code).toBe(1);
  expect(newer.out).toMatch(/was written by a newer version of the bridge \(schema 99, this one knows 1\)/);
  rmSync(join(other, 'data'), { recursive: true });
});
