/** Naming rooms and channels in a command, and who may do something to them. */
import type { Invocation } from '../command.ts';
import type { RoomReport, Target } from '../control.ts';
import { toLine } from '../text/line.ts';
import { type Given, optionOf } from './command.ts';
import { Refusal } from './refusal.ts';
import type { Candidate } from './suggest.ts';

/** An adapter's room, as {@link Control} takes it. */
export interface RoomName {
  readonly adapter: string;
  readonly room: string;
}

/** The room that the option `room` names, or the one that the command is given in. @throws {Refusal} when the caller may not touch it */
export function roomMeant(given: Given): RoomName {
  const { invocation, origin } = given;
  const text = optionOf(given, 'room');
  const meant = text === '' ? { adapter: origin.id, room: invocation.room } : (knownRoom(text, given) ?? newRoom(text, given));
  if (mayTouch(meant, invocation, origin.id)) return meant;
  throw new Refusal(`You may do this to this room only. ${OPERATORS} may do it to others.`);
}

/** What `channel` or `room` names, or the room that the command is given in. @throws {Refusal} */
export function targetMeant(given: Given): Target {
  const channel = optionOf(given, 'channel');
  if (channel === '') return roomMeant(given);
  if (optionOf(given, 'room') !== '') throw new Refusal('Name a channel or a room, not both.');
  requireOperator(given, 'A whole channel');
  return { channel };
}

/** @param what is reserved @throws {Refusal} */
export function requireOperator({ invocation }: Given, what: string): void {
  if (!invocation.caller.isOperator) throw new Refusal(`${what} is for ${OPERATORS.toLowerCase()} only.`);
}

const OPERATORS = 'Those who run the bridge';

/** Rooms to choose from. */
export function roomCandidates({ view }: Given): Candidate[] {
  return view.channels.flatMap(({ name, rooms }) =>
    rooms.map((room) => ({ value: `${room.adapter}/${room.room}`, label: `${room.platform} ${room.room} (${toLine(name)})` })),
  );
}

/** Channels to choose from. */
export function channelCandidates({ view }: Given): Candidate[] {
  return view.channels.map(({ name }) => ({ value: name, label: name }));
}

/** An admin of a place may deal with the rooms of that place, and with the one where they are. */
function mayTouch({ adapter, room }: RoomName, { caller, rooms, room: here }: Invocation, own: string): boolean {
  return caller.isOperator || (adapter === own && (room === here || rooms.some((known) => known === room)));
}

function knownRoom(text: string, { view, origin }: Given): RoomName | undefined {
  const rooms = view.channels.flatMap((channel) => channel.rooms);
  const called = ({ adapter, room, nativeId }: RoomReport) => `${adapter}/${room}` === text || `${adapter}/${nativeId}` === text;
  const ofOwn = ({ adapter, room, nativeId }: RoomReport) => adapter === origin.id && (room === text || nativeId === text);
  const found = rooms.find(called) ?? rooms.find(ofOwn);
  return found && { adapter: found.adapter, room: found.room };
}

/** A room that is in no channel yet: `adapter/room`, or one of the platform where the command is given. */
function newRoom(text: string, { services, origin }: Given): RoomName {
  const adapter = services.adapters().find(({ id }) => text.startsWith(`${id}/`));
  return adapter === undefined
    ? { adapter: origin.id, room: text }
    : { adapter: adapter.id, room: text.slice(adapter.id.length + 1) };
}
