/** A room as a person in it sees it. */
import { type Content, type RoomEvent, relationOf } from './event.ts';
import type { Room } from './room.ts';

/** One event, with its sender's name as it was then. */
export interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly sender: string;
  /** The sender's display name in this room at that time; their id where they have none. */
  readonly displayname: string;
  /** An `mxc://` URI. */
  readonly avatar: string | undefined;
  /** Present for state events. */
  readonly stateKey: string | undefined;
  readonly content: Content;
  readonly isRedacted: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A message that stands in the room, after all edits. */
export interface SeenMessage extends SeenEvent {
  readonly msgtype: string;
  readonly body: string;
  readonly formatted_body: string | undefined;
  /** What `m.mentions` says, if it is there. */
  readonly mentions: Content | undefined;
  /** What `m.relates_to` says, if it is there: a reply or a thread. */
  readonly relation: Content | undefined;
  readonly isEdited: boolean;
}

/** All events of a room, oldest first. */
export function seenEvents(room: Room): SeenEvent[] {
  return room.timeline.map((event) => seenEvent(room, event));
}

/** The messages of a room, oldest first: edited where they were edited, gone where they were redacted. */
export function seenMessages(room: Room): SeenMessage[] {
  return room.timeline.flatMap((event) => seenMessage(room, event) ?? []);
}

/** An event as the message that it is now; undefined, if it isn't one. */
function seenMessage(room: Room, event: RoomEvent): SeenMessage | undefined {
  if (event.type !== 'm.room.message' || event.redactedBecause || relationOf(event.content)?.type === 'm.replace')
    return undefined;
  const edit = room.replacement(event);
  const content = asContent(edit?.content['m.new_content']) ?? event.content;
  return {
    ...seenEvent(room, event),
    content,
    msgtype: String(content['msgtype']),
    body: String(content['body']),
    formatted_body: typeof content['formatted_body'] === 'string' ? content['formatted_body'] : undefined,
    mentions: asContent(content['m.mentions']),
    relation: asContent(event.content['m.relates_to']),
    isEdited: edit !== undefined,
  };
}

/** What is new in a room, or reads otherwise, since so many events: with thousands of them, nobody looks at all of them each time. */
export function changedMessages(room: Room, since: number): SeenMessage[] {
  return room.timeline.slice(since).flatMap((event) => {
    const relation = relationOf(event.content);
    const changed = relation?.type === 'm.replace' ? room.event(relation.eventId) : event;
    return (changed && seenMessage(room, changed)) ?? [];
  });
}

function seenEvent(room: Room, event: RoomEvent): SeenEvent {
  const { displayname, avatar_url: avatar } = room.state('m.room.member', event.sender, event.position)?.content ?? {};
  return {
    id: event.id,
    type: event.type,
    sender: event.sender,
    displayname: typeof displayname === 'string' ? displayname : event.sender,
    avatar: typeof avatar === 'string' ? avatar : undefined,
    stateKey: event.stateKey,
    content: event.content,
    isRedacted: event.redactedBecause !== undefined,
    at: event.at,
  };
}

function asContent(value: unknown): Content | undefined {
  return typeof value === 'object' && value !== null ? (value as Content) : undefined;
}
