/** The channel map: who hears what is said where. */
import { type AdapterId, type NoticeSubject, noticeSubjects, type Place, type RoomRef, type ServerId } from './event.ts';
import { anyGlob } from './text/glob.ts';

/** A room and the adapter it belongs to. */
export interface RoomAddress {
  readonly adapter: AdapterId;
  readonly room: RoomRef;
}

/** What is said in one member of a channel is heard in all the others. */
export interface Channel {
  readonly name: string;
  /** Ids of game servers; `*` stands for any characters, `?` for one. */
  readonly servers: readonly string[];
  readonly rooms: readonly RoomAddress[];
  /** What its rooms are told of its servers; everything, unless given. */
  readonly notices?: readonly NoticeSubject[];
}

/** Those who hear what is said at one place. */
export interface Hearers {
  readonly rooms: readonly RoomAddress[];
  /** Game servers hear each other over the network by themselves, so what a server said is for rooms only. */
  readonly servers: (server: ServerId) => boolean;
  /** The rooms that are told something of the server that this is about. */
  readonly told: (subject: NoticeSubject) => readonly RoomAddress[];
}

/** Makes the look-up from a place to its hearers. A place is never its own hearer, and none is named twice. */
export function channelMap(channels: readonly Channel[]): (place: Place) => Hearers {
  const known = channels.map((channel) => ({ ...channel, includes: anyGlob(channel.servers) }));
  return (place) => {
    const at = known.filter(({ rooms, includes }) =>
      place.kind === 'server' ? includes(place.server) : rooms.some((room) => isSameRoom(room, place)),
    );
    const roomsOf = (some: readonly Channel[]) => {
      const rooms = some.flatMap((channel) =>
        channel.rooms.filter((room) => place.kind === 'server' || !isSameRoom(room, place)),
      );
      return [...new Map(rooms.map((room) => [roomKey(room), room])).values()];
    };
    return {
      rooms: roomsOf(at),
      told: (subject) => roomsOf(at.filter(({ notices = noticeSubjects }) => notices.includes(subject))),
      servers: place.kind === 'server' ? () => false : (server) => at.some(({ includes }) => includes(server)),
    };
  };
}

/** One string for a room, unique over all adapters. */
export function roomKey(address: RoomAddress): string {
  return `${address.adapter}/${address.room}`;
}

/** The id of a room as a destination of deliveries. */
export function roomId(address: RoomAddress): string {
  return `room/${roomKey(address)}`;
}

function isSameRoom(a: RoomAddress, b: RoomAddress): boolean {
  return a.adapter === b.adapter && a.room === b.room;
}
