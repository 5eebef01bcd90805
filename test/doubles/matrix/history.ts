/** Tokens that name a place in the stream, pages of a room's past, and who may read it. */

import { forbidden, malformed } from './error.ts';
import { type ClientEvent, clientEvent, type RoomEvent, type Viewer } from './event.ts';
import { passes, type RoomEventFilter } from './filter.ts';
import { membershipOf, type Room } from './room.ts';
import type { World } from './world.ts';

/** Names the place right after the event at this position. */
export const tokenAt = (position: number): string => `s${position}`;

/** @throws {MatrixError} 400 when it isn't one of our tokens */
export function positionOf(token: string, complaint: string): number {
  const digits = /^s(\d{1,15})$/.exec(token)?.[1];
  if (digits === undefined) throw malformed(complaint);
  return Number(digits);
}

/** A room, and the position up to which somebody sees its state: the end, or the moment when they left. */
export interface ReadableRoom {
  readonly room: Room;
  readonly until: number;
}

/** @throws {MatrixError} 403 when the user isn't and wasn't in the room */
export function readableRoom(world: World, roomId: string, user: string): ReadableRoom {
  const room = world.rooms.get(roomId);
  const own = room?.state('m.room.member', user);
  if (room && own && !world.users.get(user)?.forgotten.has(roomId)) {
    const membership = membershipOf(own);
    if (membership === 'join') return { room, until: Number.POSITIVE_INFINITY };
    if (membership === 'leave') return { room, until: own.position };
  }
  throw forbidden(`User ${user} not in room ${roomId}, and room previews are disabled`);
}

/** An event as its reader gets it outside of `/sync`: with its room, and with the latest edit of it. */
export function fullEvent(room: Room, event: RoomEvent, viewer: Viewer): ClientEvent {
  return { ...syncedEvent(room, event, viewer, true), room_id: room.id };
}

/** An event in the timeline of `/sync`, which tells of edits only where there may be a gap. */
export function syncedEvent(room: Room, event: RoomEvent, viewer: Viewer, withEdits: boolean): ClientEvent {
  const edit = withEdits ? room.replacement(event) : undefined;
  return clientEvent(event, viewer, {
    membership: room.membership(viewer.user, event.position),
    ...(edit && { 'm.relations': { 'm.replace': { ...clientEvent(edit, viewer), room_id: room.id } } }),
  });
}

export interface PageRequest {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly backwards: boolean;
  readonly limit: number;
  readonly filter: RoomEventFilter | undefined;
}

/** One page of a room's past, in the order of reading. https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidmessages */
export function page(room: Room, viewer: Viewer, request: PageRequest): object {
  const { backwards, limit, to } = request;
  const last = room.timeline.at(-1)?.position ?? 0;
  const from = request.from ?? (backwards ? last : 0);
  const range = backwards ? room.backwards(from, to ?? 0) : room.between(from, to);
  const fits = (event: RoomEvent) => room.isVisible(event, viewer.user) && passes(request.filter, event, room.id);
  const events = first(range, limit, fits);
  const end = events.at(-1)?.position;
  const senders = request.filter?.lazy_load_members ? sendersOf(room, events) : [];
  return {
    chunk: events.map((event) => fullEvent(room, event, viewer)),
    ...(senders.length > 0 && { state: senders.map((event) => fullEvent(room, event, viewer)) }),
    start: tokenAt(from),
    ...(end !== undefined && { end: tokenAt(backwards ? end - 1 : end) }),
  };
}

/** Who the senders of some events are, as it stands at the first of them. */
function sendersOf(room: Room, events: readonly RoomEvent[]): RoomEvent[] {
  const ids = [...new Set(events.map(({ sender }) => sender))];
  return ids.flatMap((id) => room.state('m.room.member', id, events[0]?.position) ?? []);
}

/** An event with what was said around it. https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidcontexteventid */
export function context(
  room: Room,
  event: RoomEvent,
  viewer: Viewer,
  limit: number,
  filter: RoomEventFilter | undefined,
): object {
  const fits = (other: RoomEvent) => room.isVisible(other, viewer.user) && passes(filter, other, room.id);
  const half = Math.floor(limit / 2);
  const before = first(room.backwards(event.position - 1), half, fits);
  const after = first(room.between(event.position), limit - half, fits);
  const end = after.at(-1) ?? event;
  return {
    events_before: before.map((other) => fullEvent(room, other, viewer)),
    event: fullEvent(room, event, viewer),
    events_after: after.map((other) => fullEvent(room, other, viewer)),
    state: room.stateAt(end.position).map((other) => ({ ...clientEvent(other, viewer), room_id: room.id })),
    start: tokenAt((before.at(-1) ?? event).position - 1),
    end: tokenAt(end.position),
  };
}

/** The first so many that fit; nothing behind them is looked at. */
export function first(events: Iterable<RoomEvent>, count: number, fits: (event: RoomEvent) => boolean): RoomEvent[] {
  const found: RoomEvent[] = [];
  for (const event of events) {
    if (found.length === count) break;
    if (fits(event)) found.push(event);
  }
  return found;
}
