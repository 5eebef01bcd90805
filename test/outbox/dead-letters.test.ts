/** Dead letters, as the operator works with them beside a bridge that runs. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import { parseGiven } from '../../src/cli/arguments.ts';
import { deadLettersCommand, read, workOnDeadLetters } from '../../src/cli/dead-letters.ts';
import { openStore } from '../../src/store/store.ts';
import { openOutbox, Room, rounds, type TestOutbox } from './setup.ts';

let forbidden: string[];

/** A bridge whose room refused two of four messages. */
async function refusing(): Promise<{ room: Room; test: TestOutbox }> {
  const room = new Room();
  forbidden = ['b', 'd'];
  room.onSend = (event) => {
    if (forbidden.includes(event.id)) throw new DeliveryError('that word is forbidden', { passing: false });
  };
  const test = await openOutbox([room]);
  await test.say('a', 'b', 'c', 'd', 'e');
  await room.sees.waitFor((text) => text === 'e');
  await test.store.writer.flushed();
  return { room, test };
}

/** Runs the command as another process would. */
async function command({ dataDir, clock }: TestOutbox, ...args: string[]): Promise<{ code: number; lines: string[] }> {
  const store = await openStore({ dataDir, clock, random: () => 1, log: pino({ level: 'silent' }), beside: true });
  onTestFinished(() => store.close());
  const lines: string[] = [];
  const request = read(parseGiven(deadLettersCommand.options, args));
  const code = await workOnDeadLetters(request, store, (line) => void lines.push(line));
  await store.writer.flushed();
  return { code, lines };
}

test('they are listed with when, where, who, what and why', async () => {
  const { test } = await refusing();
  const { code, lines } = await command(test, 'list');
  expect(code).toBe(0);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^\d+ {2}2026-11-21 12:00 UTC {2}room\/matrix\/one {2}Alice \(Discord\): b {2}\(that word is forbidden\)$/,
  );
  const { lines: json } = await command(test, 'list', '--json', '--destination', 'room/matrix/one');
  expect(JSON.parse(json[1] ?? '')).toMatchObject({ reason: 'that word is forbidden', event: { id: 'd', kind: 'message' } });
  expect(await command(test, 'list', '--destination', 'room/matrix/two')).toMatchObject({
    lines: ['There is no such dead letter.'],
  });
});

test('a program is told how many were changed', async () => {
  const { test } = await refusing();
  expect(await command(test, 'retry', '99', '--json')).toEqual({ code: 1, lines: ['{"action":"retry","count":0}'] });
  const { code, lines } = await command(test, 'drop', '--all', '--json');
  expect([code, JSON.parse(lines[0] ?? '')]).toEqual([0, { action: 'drop', count: 2 }]);
});

test('one that is tried again comes after all that waits, without a restart', async () => {
  const { room, test } = await refusing();
  forbidden = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  room.onSend = () => held;
  await test.say('f', 'g');
  const { lines } = await command(test, 'list');
  const [id = ''] = lines[0]?.split(' ') ?? [];
  const { lines: said } = await command(test, 'retry', id);
  expect(said).toEqual(['1 dead letter will be tried again, after all that waits now.']);
  await test.clock.advance(2_000);
  release();
  await room.sees.waitFor((text) => text === 'b');
  expect(room.texts).toEqual(['a', 'c', 'e', 'f', 'g', 'b']);
  await test.store.writer.flushed();
  expect((await command(test, 'list')).lines.join()).toMatch(/^\d+ .* d {2}\(/);
  const [deed] = await test.store.audit.list(1);
  expect(deed).toMatchObject({ action: 'dead-letters retry', detail: 'Alice (Discord): b' });
});

test('one that is tried again after a long time is not too late by that', async () => {
  const { room, test } = await refusing();
  forbidden = [];
  await test.clock.advance(48 * 3_600_000);
  await command(test, 'retry', '--all');
  await test.clock.advance(2_000);
  await room.sees.waitFor((text) => text === 'd');
  expect(room.texts.slice(-2)).toEqual(['b', 'd']);
});

test('one that is refused again is a dead letter again', async () => {
  const { test } = await refusing();
  await command(test, 'retry', '--destination', 'room/matrix/one');
  expect((await command(test, 'list')).lines).toEqual(['There are no dead letters.']);
  await test.clock.advance(4_000);
  await test.store.writer.flushed();
  expect((await command(test, 'list')).lines).toHaveLength(2);
});

test('one that is dropped is gone', async () => {
  const { test } = await refusing();
  expect(await command(test, 'drop', '--all')).toEqual({ code: 0, lines: ['2 dead letters dropped.'] });
  expect((await command(test, 'drop', '--all')).code).toBe(1);
  expect((await command(test, 'list')).lines).toEqual(['There are no dead letters.']);
});

test('what is not understood is said, and nothing is done', async () => {
  const { test } = await refusing();
  await expect(command(test)).rejects.toThrow('dead-letters: say what to do: list, retry or drop.');
  await expect(command(test, 'lost')).rejects.toThrow('dead-letters: there is no "lost" (did you mean "list"?).');
  await expect(command(test, 'drop')).rejects.toThrow('say which: ids, --destination or --all');
  await expect(command(test, 'drop', 'everything')).rejects.toThrow('"everything" is no id');
  await expect(command(test, 'drop', '--all', '5')).rejects.toThrow('not both');
  await expect(command(test, 'retry', '--al')).rejects.toThrow(/Unknown option '--al'/);
  expect((await command(test, 'list')).lines).toHaveLength(2);
});

test('one that is tried again while the disk breaks comes in this process, in its place, and once', async () => {
  const { room, test } = await refusing();
  forbidden = [];
  await command(test, 'retry', '--all');
  // The next write fails, and those after it until there is room.
  const [row] = await test.store.database.all<{ page_count: number }>('PRAGMA page_count');
  const limit = (pages: number) => test.store.database.all(`PRAGMA max_page_count = ${pages}`);
  await limit(row?.page_count ?? 1);
  void test.say(`long ${'x'.repeat(50_000)}`);
  const looked = test.clock.advance(2_000);
  await looked;
  expect(test.store.writer.fault).toBeDefined();
  void test.say(`longer ${'y'.repeat(50_000)}`);
  await test.clock.advance(100);
  await limit(1_073_741_823);
  await test.clock.advance(120_000);
  await test.say('end');
  await room.sees.waitFor((text) => text === 'end');
  await test.clock.advance(10_000);
  const heard = room.texts.map((text) => text.split(' ')[0]);
  expect([...heard].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'end', 'long', 'longer']);
  await test.store.writer.flushed();
  expect(await test.store.database.all('SELECT * FROM delivery')).toEqual([]);
});

test('what was joined and shown in part only is said again as a whole', async () => {
  const room = new Room('room/matrix/one', 2_000);
  const opened = await openOutbox([room]);
  room.onSend = (event, attempt) => {
    if (event.id === 'first') return new Promise<void>((resolve) => opened.clock.after(20_000, resolve));
    attempt.done('half');
    throw new DeliveryError('the channel was deleted', { passing: false });
  };
  await opened.say('first', 'a', 'b', 'c');
  await opened.clock.advance(20_000);
  await rounds();
  room.onSend = (_event, attempt) => expect(attempt.shown).toEqual([]);
  await command(opened, 'retry', '--all');
  await opened.clock.advance(2_000);
  await room.sees.waitFor((text) => text.endsWith('c'));
  expect(room.texts).toEqual(['first', 'a\nb\nc']);
});
