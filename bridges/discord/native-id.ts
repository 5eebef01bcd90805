/** By which ids the core knows messages in a room: those in a thread of it have the thread's id before their own. */
import type { Place } from '../../src/event.ts';

/** A room of the adapter. */
export type RoomPlace = Extract<Place, { kind: 'room' }>;

/** A message, and the channel or thread where it stands. */
export interface Whereabouts {
  readonly channelId: string;
  readonly id: string;
}

/** The native id of a message in a room. */
export function nativeIdOf(room: string, { channelId, id }: Whereabouts): string {
  return channelId === room ? id : `${channelId}/${id}`;
}

/** What leads to the message with a native id, behind the id of its guild. */
export function linkPath(room: string, nativeId: string): string {
  const { channelId, id } = whereabouts(room, nativeId);
  return `${channelId}/${id}`;
}

/** Where the message with a native id stands. */
export function whereabouts(room: string, nativeId: string): Whereabouts {
  const [first = '', second] = nativeId.split('/');
  return second === undefined ? { channelId: room, id: first } : { channelId: first, id: second };
}
