/** Destinations that come, go and are paused while others are served. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import { deadLetters } from '../../src/store/dead-letters.ts';
import { storeInfo } from '../../src/store/info.ts';
import { killedNow, message, openOutbox, Room, rounds, type TestOutbox } from './setup.ts';

const down = () => {
  throw new DeliveryError('down', { passing: true });
};

async function lettersOf({ store }: TestOutbox): Promise<string[]> {
  await store.writer.flushed();
  const letters = [];
  for await (const { destination, event, reason } of deadLetters(store.database, {}))
    letters.push(`${destination} ${event?.id}: ${reason}`);
  return letters;
}

/** Removes a destination, with the time that it takes. */
async function remove({ outbox, clock }: TestOutbox, id: string): Promise<void> {
  let isGone = false;
  const gone = outbox.remove(id).then(() => {
    isGone = true;
  });
  for (let n = 0; n < 20 && !isGone; n++) await clock.advance(100);
  await gone;
}

test('what waits for a destination that is removed becomes dead letters, in any state; the others go on', async () => {
  const rooms = ['hangs', 'deaf', 'down', 'well'].map((name) => new Room(`room/matrix/${name}`));
  const [hangs, deaf, broken, well] = rooms;
  if (!hangs || !deaf || !broken || !well) throw new Error('there are four rooms');
  hangs.onSend = deaf.onSend = () => new Promise(() => {});
  deaf.isDeaf = true;
  broken.onSend = down;
  const opened = await openOutbox(rooms);
  await opened.say('a', 'b', 'c');
  for (const { id } of [hangs, deaf, broken]) {
    await remove(opened, id);
    expect(opened.outbox.report(id)).toBeUndefined();
  }
  await opened.say('d');
  await well.sees.waitFor((text) => text === 'd');
  expect(well.texts).toEqual(['a', 'b', 'c', 'd']);
  const all = [hangs, deaf, broken].flatMap(({ id }) =>
    ['a', 'b', 'c'].map((text) => `${id} ${text}: it is no longer configured`),
  );
  expect((await lettersOf(opened)).sort()).toEqual(all.sort());
  expect(
    (await storeInfo(opened.store.database)).destinations.filter(({ state }) => state !== 'unknown').map(({ id }) => id),
  ).toEqual([well.id]);
  expect(opened.outbox.health()).toEqual([]);
  // A restart finds nothing that waits for a place that is not there.
  const next = await openOutbox([well], { dataDir: killedNow(opened.dataDir), clock: opened.clock });
  expect(next.lines.join()).not.toContain('no longer configured');
  expect(await lettersOf(next)).toHaveLength(9);
});

test('what is on its way to a healthy destination that is removed still arrives, and nothing comes after', async () => {
  const room = new Room('room/matrix/one');
  let show = () => {};
  room.onSend = () =>
    new Promise<void>((resolve) => {
      show = resolve;
    });
  const opened = await openOutbox([room]);
  await opened.say('a');
  await rounds();
  const gone = opened.outbox.remove(room.id);
  await opened.say('too late');
  show();
  await gone;
  expect(room.texts).toEqual(['a']);
  expect(await lettersOf(opened)).toEqual([]);
  expect(await opened.store.database.all('SELECT id FROM event')).toEqual([{ id: 'a' }]);
});

test('one that is removed and added again shows what comes from then on; the others of its group still help it up', async () => {
  const [one, two] = [new Room('room/matrix/one'), new Room('room/matrix/two')];
  const opened = await openOutbox([one, two]);
  await opened.say('a');
  await two.sees.waitFor((text) => text === 'a');
  await remove(opened, two.id);
  await opened.say('b');
  await one.sees.waitFor((text) => text === 'b');
  opened.outbox.add(two.destination(opened.outbox));
  opened.outbox.release('matrix');
  one.onSend = two.onSend = down;
  await opened.say('c');
  await rounds();
  await opened.clock.advance(600);
  await opened.clock.advance(1_100);
  one.onSend = two.onSend = () => {};
  // Both wait for seconds; when the first is back, the second is tried at once.
  opened.outbox.retry('matrix');
  for (const room of [one, two]) await room.sees.waitFor((text) => text === 'c');
  expect([one.texts, two.texts]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'c'],
  ]);
});

test('a pause comes between two attempts, holds up nobody else, and outlives what was wrong', async () => {
  const [one, two] = [new Room('room/matrix/one'), new Room('room/discord/two')];
  one.onSend = down;
  const opened = await openOutbox([one, two]);
  const { outbox, clock } = opened;
  await opened.say('a', 'b');
  await two.sees.waitFor((text) => text === 'b');
  expect(outbox.report(one.id)).toMatchObject({ state: 'down', waiting: 2, oldest: clock.now(), fault: { reason: 'down' } });
  outbox.setPaused(one.id, true);
  expect(outbox.health()).toEqual([]);
  one.onSend = () => {};
  for (let n = 0; n < 10; n++) await clock.advance(60_000);
  expect(one.texts).toEqual([]);
  await opened.say('c');
  await two.sees.waitFor((text) => text === 'c');
  expect(outbox.report(one.id)).toMatchObject({ waiting: 3, oldest: clock.now() - 600_000 });
  outbox.setPaused(one.id, false);
  await one.sees.waitFor((text) => text === 'c');
  expect(one.texts).toEqual(['a', 'b', 'c']);
  await rounds();
  expect(outbox.report(one.id)).toMatchObject({ state: 'up', waiting: 0, oldest: undefined });
});

test('what waited for too long during a pause is summed up when it ends', async () => {
  const room = new Room('room/matrix/one');
  const opened = await openOutbox([room], { maxAge: 60_000 });
  opened.outbox.setPaused(room.id, true);
  await opened.say('a', 'b');
  await opened.clock.advance(120_000);
  await opened.say('c');
  opened.outbox.setPaused(room.id, false);
  await room.sees.waitFor((text) => text === 'c');
  expect(room.texts).toEqual([expect.stringMatching(/^2 messages from .* were not delivered\.$/), 'c']);
});

test('an event whose last destination went while it was looked up is done at once', async () => {
  const room = new Room('room/matrix/one');
  const opened = await openOutbox([room]);
  await remove(opened, room.id);
  await opened.outbox.take(message('a'), 'discord', [room.id]);
  await opened.outbox.takeNew(() => message('b'), [room.id]);
  expect(opened.outbox.kept()).toBeUndefined();
});
