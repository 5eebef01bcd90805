/** What nobody wants to read any more is summed up. */
import { expect, test } from 'vitest';
import type { EventId } from '../../src/event.ts';
import { killedNow, openOutbox, place, Room, rounds } from './setup.ts';

const HOUR = 3_600_000;

/** A room that shows nothing until it is told to. */
function closedRoom(): { room: Room; open: () => void } {
  const room = new Room();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  room.onSend = () => opened;
  return { room, open };
}

test('messages that waited for too long become one, with their time, and dead letters with their text', async () => {
  const before = closedRoom().room;
  const first = await openOutbox([before]);
  const { clock } = first;
  await first.say('first');
  await rounds();
  await first.say('a');
  await clock.advance(60_000);
  await first.say('b');
  await clock.advance(60_000);
  const removal = { kind: 'removal', id: 'removal' as EventId, at: 0, place, target: 'a' as EventId } as const;
  await first.outbox.take(removal, 'discord', [before.id]);
  await first.say('c');
  const dataDir = killedNow(first.dataDir);
  await clock.advance(23 * HOUR);

  const room = new Room();
  await openOutbox([room], { dataDir, clock, maxAge: 22 * HOUR });
  await room.sees.waitFor((text) => text.includes('not delivered'));
  expect(room.texts).toEqual(['4 messages from 2026-11-21 12:00 to 2026-11-21 12:02 UTC were not delivered.']);
});

test('times of today have no date, what is fresh follows, and the dead letters have the text', async () => {
  const { room: before } = closedRoom();
  const first = await openOutbox([before]);
  const { clock } = first;
  await first.say('a');
  await clock.advance(120_000);
  await first.say('b');
  await clock.advance(5 * HOUR);
  await first.say('fresh');
  const dataDir = killedNow(first.dataDir);

  const room = new Room();
  const second = await openOutbox([room], { dataDir, clock, maxAge: 3 * HOUR });
  await room.sees.waitFor((text) => text === 'fresh');
  expect(room.texts).toEqual(['2 messages from 12:00 to 12:02 UTC were not delivered.', 'fresh']);
  await rounds();
  const dead = await second.store.database.all(
    "SELECT e.id, d.state, d.reason FROM delivery d JOIN event e ON e.seq = d.event WHERE d.state = 'dead' ORDER BY position",
  );
  const reason = 'it waited for too long';
  expect(dead).toEqual([
    { id: 'a', state: 'dead', reason },
    { id: 'b', state: 'dead', reason },
  ]);
  expect(second.lines.join()).toContain('2 messages waited for too long');
});

test('a destination that has no place to say so is told nothing', async () => {
  const { room: before } = closedRoom();
  const first = await openOutbox([before]);
  await first.say('a');
  await first.clock.advance(5 * HOUR);
  await first.say('fresh');
  const room = new Room();
  const withoutPlace = {
    id: room.id,
    destination: (known: Parameters<Room['destination']>[0]) => {
      const { place: _, ...silent } = room.destination(known);
      return silent;
    },
  };
  await openOutbox([withoutPlace], { dataDir: killedNow(first.dataDir), clock: first.clock, maxAge: 3 * HOUR });
  await room.sees.waitFor((text) => text === 'fresh');
  expect(room.texts).toEqual(['fresh']);
});

test('the summary survives a crash before it is shown, and counts nothing twice', async () => {
  const { room: before } = closedRoom();
  const first = await openOutbox([before]);
  await first.say('a', 'b');
  await first.clock.advance(5 * HOUR);
  const { room: stuck } = closedRoom();
  const options = { clock: first.clock, maxAge: 3 * HOUR };
  const second = await openOutbox([stuck], { dataDir: killedNow(first.dataDir), ...options });
  await second.say('fresh');
  await rounds();
  const room = new Room();
  await openOutbox([room], { dataDir: killedNow(second.dataDir), ...options });
  await room.sees.waitFor((text) => text === 'fresh');
  expect(room.texts).toEqual(['2 messages from 12:00 UTC were not delivered.', 'fresh']);
});

test('what was begun is finished, however late', async () => {
  const before = new Room();
  before.onSend = async (_, attempt) => {
    attempt.done('part 1');
    await new Promise(() => {});
  };
  const first = await openOutbox([before]);
  await first.say('a', 'b');
  await rounds();
  await first.clock.advance(5 * HOUR);
  const room = new Room();
  await openOutbox([room], { dataDir: killedNow(first.dataDir), clock: first.clock, maxAge: 3 * HOUR });
  await room.sees.waitFor((text) => text.includes('not delivered'));
  expect(room.texts).toEqual(['a', '1 message from 12:00 UTC was not delivered.']);
});
