/** The disk is full: messages go out all the same, and nobody is told that they are kept. */
import { expect, test } from 'vitest';
import { killedNow, message, openOutbox, Room, rounds, type TestOutbox } from './setup.ts';

/** Lets no page be added to the database; undone by the returned function. */
async function fillDisk({ store }: TestOutbox): Promise<() => Promise<void>> {
  const [row] = await store.database.all<{ page_count: number }>('PRAGMA page_count');
  await store.database.all(`PRAGMA max_page_count = ${row?.page_count ?? 1}`);
  return async () => {
    await store.database.all('PRAGMA max_page_count = 1073741823');
  };
}

/** Too long for any page that there is. */
const long = (text: string) => `${text} ${'x'.repeat(20_000)}`;
const first = (text: string) => text.split(' ')[0];

test('what comes while the disk is full is shown, taken when it is shown, and kept when there is room', async () => {
  const room = new Room();
  const opened = await openOutbox([room]);
  await opened.say('before');
  await room.sees.waitFor((text) => text === 'before');
  await opened.store.writer.flushed();
  const empty = await fillDisk(opened);

  let release = () => {};
  room.onSend = () =>
    new Promise<void>((resolve) => {
      release = resolve;
    });
  let taken = 0;
  for (const text of ['a', 'b']) void opened.say(long(text)).then(() => taken++);
  await rounds();
  expect(opened.store.writer.fault).toBeDefined();
  let isSafe = false;
  void opened.outbox.kept()?.then(() => {
    isSafe = true;
  });
  await rounds();
  expect([taken, isSafe]).toEqual([0, false]);
  release();
  await rounds();
  expect([taken, isSafe]).toEqual([1, false]);
  release();
  await rounds();
  expect([taken, isSafe]).toEqual([2, true]);
  // Handed over again, it is known although it is nowhere on disk.
  await opened.say(long('a'));

  await empty();
  await opened.clock.advance(60_000);
  expect(opened.store.writer.fault).toBeUndefined();
  room.onSend = () => {};
  await opened.say('after');
  await room.sees.waitFor((text) => text === 'after');
  expect(room.texts.map(first)).toEqual(['before', 'a', 'b', 'after']);
  await opened.store.writer.flushed();
  expect(opened.outbox.kept()).toBeUndefined();
  expect(await opened.store.database.all('SELECT * FROM delivery')).toEqual([]);
  expect(await opened.store.database.all('SELECT seq FROM event')).toHaveLength(4);
});

test('order holds across a fault, with a long line before it and another behind it', async () => {
  const room = new Room();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  room.onSend = () => held;
  const opened = await openOutbox([room]);
  const names = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`);
  await opened.say(...names(0, 500));
  const empty = await fillDisk(opened);
  void opened.say(...names(500, 800).map(long));
  await rounds();
  expect(opened.store.writer.fault).toBeDefined();
  await empty();
  await opened.clock.advance(60_000);
  await opened.say(...names(800, 1_200));
  release();
  await room.sees.waitFor((text) => text === '1199');
  expect(room.texts.map(first)).toEqual(names(0, 1_200));
});

test('what was not kept and not shown comes again from its source after a crash', async () => {
  const room = new Room();
  room.onSend = () => new Promise(() => {});
  const opened = await openOutbox([room]);
  await fillDisk(opened);
  let taken = false;
  void opened.outbox.take(message(long('a')), 'discord', [room.id]).then(() => {
    taken = true;
  });
  await rounds();
  expect(taken).toBe(false);
  const after = new Room();
  const again = await openOutbox([after], { dataDir: killedNow(opened.dataDir) });
  await again.say(long('a'));
  await after.sees.waitFor((text) => first(text) === 'a');
});
