import { expect, test } from 'vitest';
import { ChannelMap } from '../src/channel-map.ts';
import { type Channel, roomKey } from '../src/channels.ts';
import type { AdapterId, Place, RoomRef, ServerId } from '../src/event.ts';

const address = (adapter: string, room: string) => ({ adapter: adapter as AdapterId, room: room as RoomRef });
const room = (adapter: string, name: string) => ({ kind: 'room', ...address(adapter, name) }) as const;
const server = (id: string): Place => ({ kind: 'server', server: id as ServerId });
const channel = (name: string, servers: string[], ...rooms: [string, string][]): Channel => ({
  name,
  servers,
  rooms: [...rooms, ['console', name] as const].map(([adapter, ref]) => address(adapter, ref)),
});

const made = () =>
  new ChannelMap(
    [channel('eu', ['eu-*'], ['discord', '1'], ['discord', '2']), channel('us', ['us-*'], ['discord', '2'], ['matrix', '#us'])],
    ['console' as AdapterId],
  );
const heardIn = (map: ChannelMap, place: Place) => map.hearersOf(place).rooms.map(roomKey);

test('a room that is added is heard and hears at once, though the place was looked up before', () => {
  const map = made();
  expect(heardIn(map, room('discord', '1'))).toEqual(['discord/2', 'console/eu']);
  expect(heardIn(map, room('matrix', '#eu'))).toEqual([]);
  map.add({ ...address('matrix', '#eu'), channel: 'eu' });
  expect(heardIn(map, room('discord', '1'))).toEqual(['discord/2', 'console/eu', 'matrix/#eu']);
  expect(heardIn(map, server('eu-1'))).toContain('matrix/#eu');
  expect(heardIn(map, room('matrix', '#eu'))).toEqual(['discord/1', 'discord/2', 'console/eu']);
  expect(map.hearersOf(room('matrix', '#eu')).servers('eu-1' as ServerId)).toBe(true);
  map.remove(address('matrix', '#eu'));
  expect([map.has(room('matrix', '#eu')), heardIn(map, room('discord', '1'))]).toEqual([false, ['discord/2', 'console/eu']]);
  // What it had said is still on its way.
  expect(map.hearersOfTaken(room('matrix', '#eu'))?.servers('eu-1' as ServerId)).toBe(true);
  expect(map.hearersOfTaken(room('matrix', '#never'))).toBeUndefined();
});

test('a channel that is made has all servers and a room of each adapter that is everywhere, as long as it has a room of its own', () => {
  const map = made();
  map.add({ ...address('matrix', '#new'), channel: 'new' });
  expect(map.channels.at(-1)).toEqual({
    name: 'new',
    servers: ['*'],
    rooms: [address('console', 'new'), address('matrix', '#new')],
  });
  expect(map.roomsOf('console' as AdapterId)).toEqual(['eu', 'us', 'new']);
  expect([map.isConfigured('new'), map.isConfigured('eu')]).toEqual([false, true]);
  map.remove(address('matrix', '#new'));
  expect(map.channels.map(({ name }) => name)).toEqual(['eu', 'us']);
});

test('a room in two channels, one of them paused, is carried in the other one only', () => {
  const map = made();
  map.setPaused('eu', true);
  expect(heardIn(map, room('discord', '2'))).toEqual(['matrix/#us', 'console/us']);
  expect(map.hearersOf(room('discord', '2')).servers('eu-1' as ServerId)).toBe(false);
  expect([map.isCarried(address('discord', '2')), map.isCarried(address('discord', '1'))]).toEqual([true, false]);
  expect(heardIn(map, server('eu-1'))).toEqual([]);
  expect(map.reachOf(room('discord', '1')).rooms.map(roomKey)).toEqual(['discord/2', 'console/eu']);
  expect(map.hearersOfTaken(room('discord', '1'))?.servers('eu-1' as ServerId)).toBe(true);
  map.setPaused(address('discord', '2'), true);
  expect([map.isCarried(address('discord', '2')), heardIn(map, server('us-1'))]).toEqual([false, ['matrix/#us', 'console/us']]);
  map.setPaused('eu', false);
  map.setPaused(address('discord', '2'), false);
  expect(heardIn(map, room('discord', '1'))).toEqual(['discord/2', 'console/eu']);
});
