import { expect, test } from 'vitest';
import { RoomStore, type StoredRoom } from '../../src/store/rooms.ts';
import type { OpenTestStore } from './open.ts';

const by = { name: 'Olga', id: '7', via: 'discord', at: 1_767_225_600_000 };
const room: StoredRoom = { adapter: 'discord', room: '123456789012345678', channel: 'late night', made: true, by };

/** Rooms that were added, and what is paused, on any database. */
export function roomStories(open: OpenTestStore): void {
  test('rooms that were added are known after a restart, the oldest first; one that is added again has a new consent', async () => {
    const first = await open();
    const rooms = new RoomStore(first.store);
    const later = { ...by, at: by.at + 1 };
    await rooms.add({ ...room, room: 'gone' });
    await rooms.add({ ...room, room: '!b:example.org', adapter: 'matrix', made: false, by: later });
    await rooms.add(room);
    await rooms.add({ ...room, channel: "o'clock", by: { ...later, name: 'Bob' } });
    await rooms.remove('discord', 'gone');
    await rooms.remove('matrix', 'gone');
    await first.store.close();
    const { store } = await first.reopen();
    expect(await new RoomStore(store).rooms()).toEqual([
      { ...room, channel: "o'clock", by: { ...later, name: 'Bob' } },
      { ...room, room: '!b:example.org', adapter: 'matrix', made: false, by: later },
    ]);
  });

  test('pauses are known after a restart, until they are ended', async () => {
    const first = await open();
    const rooms = new RoomStore(first.store);
    const channel = { channel: 'main', adapter: '', room: '', by: 'Olga', at: 1 };
    const one = { channel: '', adapter: 'discord', room: '1', by: 'Olga', at: 2 };
    for (const pause of [one, channel, { ...one, room: '2' }]) await rooms.pause(pause);
    await rooms.pause({ ...one, by: 'Bob', at: 3 });
    await rooms.resume({ ...one, room: '2' });
    await first.store.close();
    const { store } = await first.reopen();
    expect(await new RoomStore(store).pauses()).toEqual([channel, one]);
  });
}
