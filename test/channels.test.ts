import { expect, test } from 'vitest';
import { type Channel, channelMap, roomKey } from '../src/channels.ts';
import type { AdapterId, NoticeSubject, Place, RoomRef, ServerId } from '../src/event.ts';

const room = (adapter: string, name: string) => ({ adapter: adapter as AdapterId, room: name as RoomRef });
const inRoom = (adapter: string, name: string): Place => ({ kind: 'room', ...room(adapter, name) });
const onServer = (server: string): Place => ({ kind: 'server', server: server as ServerId });

const channels: Channel[] = [
  { name: 'eu', servers: ['eu-*', 'lobby'], rooms: [room('discord', '1'), room('matrix', '#eu:hs')] },
  { name: 'all', servers: ['*'], rooms: [room('discord', '2'), room('matrix', '#eu:hs')] },
  { name: 'odd', servers: ['a.b', 'x?z', '(.*)+$'], rooms: [room('discord', '3')] },
];
const hearersOf = channelMap(channels);
const heardIn = (place: Place) => hearersOf(place).rooms.map(roomKey);
const heardBy = (place: Place, ...servers: string[]) => servers.filter((server) => hearersOf(place).servers(server as ServerId));

test('a message is heard in the other rooms of all channels that its room is in, once in each, and never where it was said', () => {
  expect(heardIn(inRoom('discord', '1'))).toEqual(['matrix/#eu:hs']);
  expect(heardIn(inRoom('matrix', '#eu:hs'))).toEqual(['discord/1', 'discord/2']);
  expect(heardIn(onServer('eu-1'))).toEqual(['discord/1', 'matrix/#eu:hs', 'discord/2']);
});

test('a room is heard by the servers of its channels only', () => {
  expect(heardBy(inRoom('discord', '1'), 'eu-1', 'lobby', 'us-1', 'xeu-1')).toEqual(['eu-1', 'lobby']);
  expect(heardBy(inRoom('discord', '2'), 'eu-1', 'us-1')).toEqual(['eu-1', 'us-1']);
  expect(heardBy(inRoom('discord', '3'), 'a.b', 'axb', 'xyz', 'xz', '(.*)+$', '(.foo)+$', 'b')).toEqual([
    'a.b',
    'xyz',
    '(.*)+$',
    '(.foo)+$',
  ]);
});

test('an unmapped room is heard nowhere', () => {
  expect(heardIn(inRoom('discord', '9'))).toEqual([]);
  expect(heardBy(inRoom('discord', '9'), 'eu-1')).toEqual([]);
  expect(heardIn(inRoom('matrix', '1'))).toEqual([]);
});

test('the rooms of a channel are told of its servers what they want to know; all of it, unless the channel says so', () => {
  const told = channelMap([
    { name: 'all', servers: ['*'], rooms: [room('discord', '1'), room('matrix', '1')] },
    { name: 'some', servers: ['eu-*'], rooms: [room('discord', '2'), room('discord', '1')], notices: ['servers', 'maps'] },
    { name: 'none', servers: ['*'], rooms: [room('discord', '3'), room('matrix', '1')], notices: [] },
  ]);
  const of = (server: string, subject: NoticeSubject) => told(onServer(server)).told(subject).map(roomKey);
  expect(of('eu-1', 'joins')).toEqual(['discord/1', 'matrix/1']);
  expect(of('eu-1', 'maps')).toEqual(['discord/1', 'matrix/1', 'discord/2']);
  expect(of('us-1', 'servers')).toEqual(['discord/1', 'matrix/1']);
});

test('servers hear each other over the network, so the bridge carries nothing from one to another', () => {
  expect(heardBy(onServer('eu-1'), 'eu-1', 'eu-2', 'us-1')).toEqual([]);
});
