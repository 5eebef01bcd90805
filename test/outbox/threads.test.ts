/** Which thread is which, over rooms and restarts. */
import { expect, test } from 'vitest';
import { roomId } from '../../src/channels.ts';
import type { AdapterId, EventId, Message, Place, RoomRef } from '../../src/event.ts';
import { killedNow, message, openOutbox, Room, type TestOutbox } from './setup.ts';

const matrix = { kind: 'room', adapter: 'matrix' as AdapterId, room: '!r' as RoomRef } as const;
const discord = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
const irc = { kind: 'room', adapter: 'irc' as AdapterId, room: '#c' as RoomRef } as const;

/** A message of a thread of a room. */
function said(place: Place & { kind: 'room' }, nativeThread: string, name?: string): Message {
  const id = `${place.adapter}/${place.room}/${nativeThread}` as EventId;
  return { ...message('text'), place, thread: { id, ...(name !== undefined && { name }) } };
}

/** How a room knows the thread of a message. */
async function at({ outbox: { threads } }: TestOutbox, what: Message, room: Place & { kind: 'room' }) {
  const thread = await threads.of(what, roomId(what.place.kind === 'room' ? what.place : room));
  if (!thread) throw new Error('it is in no thread');
  return threads.at(thread, roomId(room), room);
}

test('a thread is the same wherever it was opened, and is called as where it began', async () => {
  const opened = await openOutbox([]);
  const there = await at(opened, said(discord, '7', 'Raid'), matrix);
  expect(there).toMatchObject({ nativeId: undefined, name: 'Raid' });
  there.opened('$root');
  const back = said(matrix, '$root', 'Thread: Raid');
  expect(await at(opened, back, discord)).toMatchObject({ nativeId: '7', name: 'Raid' });
  const third = await at(opened, back, irc);
  expect(third).toMatchObject({ nativeId: undefined, name: 'Raid' });
  third.opened('t1');
  expect(await at(opened, said(irc, 't1'), discord)).toMatchObject({ nativeId: '7', name: 'Raid' });
  expect(await at(opened, said(irc, 't1'), matrix)).toMatchObject({ nativeId: '$root', name: 'Raid' });
});

test('a thread that was given another name is called by that', async () => {
  const opened = await openOutbox([]);
  (await at(opened, said(discord, '7', 'Raid'), matrix)).opened('$root');
  await at(opened, said(discord, '7', 'Raid at nine'), matrix);
  await opened.store.writer.flushed();
  expect(await at(opened, said(matrix, '$root', 'Thread: Raid'), irc)).toMatchObject({ name: 'Raid at nine' });
});

test('it is known after a kill, also where all of its messages were forgotten', async () => {
  const first = await openOutbox([]);
  (await at(first, said(discord, '7', 'Raid'), matrix)).opened('$root');
  await first.store.writer.flushed();
  const again = await openOutbox([], { dataDir: killedNow(first.dataDir) });
  expect(await at(again, said(matrix, '$root', 'x'), discord)).toMatchObject({ nativeId: '7', name: 'Raid' });
  expect(await at(again, said(discord, '7', 'Raid'), matrix)).toMatchObject({ nativeId: '$root' });
});

test('it hangs on what shows its first message, and is known by that', async () => {
  const room = new Room(roomId(matrix));
  const opened = await openOutbox([room]);
  const first = { ...message('first'), id: 'discord/1/7' as EventId, place: discord };
  await opened.outbox.take(first, 'discord', [room.id]);
  await room.sees.waitFor((text) => text === 'first');
  expect(await at(opened, said(discord, '7'), matrix)).toMatchObject({ nativeId: 'native 1' });
  expect(await at(opened, said(matrix, 'native 1', 'first'), discord)).toMatchObject({ nativeId: '7' });
  expect(await at(opened, said(matrix, 'native 1', 'first'), irc)).toMatchObject({ nativeId: undefined, name: 'first' });
});

test('names are bounded, whatever a platform says', async () => {
  const opened = await openOutbox([]);
  const { name } = await at(opened, said(discord, '7', `\u202e${'x '.repeat(50_000)}`), matrix);
  expect(name.length).toBeLessThanOrEqual(101);
  const [row] = await opened.store.database.all<{ size: number }>('SELECT MAX(LENGTH(name)) AS size FROM thread');
  expect(row?.size ?? 0).toBeLessThanOrEqual(101);
});

test('while the database can not be read, a thread is one that nobody knows', async () => {
  const opened = await openOutbox([]);
  (await at(opened, said(discord, '7', 'Raid'), matrix)).opened('$root');
  await opened.store.close();
  expect(await at(opened, said(discord, '7', 'Raid'), matrix)).toMatchObject({ nativeId: '$root' });
  expect(await at(opened, said(discord, '8', 'Other'), matrix)).toMatchObject({ nativeId: undefined, name: 'Other' });
});
