/** What the adapter tells the operator: what is, and what to do about it. */
import type { RoomRef } from '../../src/event.ts';

export function open(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} is in it and may speak`;
}

export function noRoomName(room: RoomRef): string {
  return `Matrix room ${room}: this is neither a room id (!abc:example.org) nor an alias (#name:example.org). Correct it.`;
}

export function noSuchAlias(room: RoomRef): string {
  return `Matrix room ${room}: there is no room with this alias. Correct it, or give the room this alias.`;
}

export function notConnected(room: RoomRef): string {
  return `Matrix room ${room}: there was no contact with the homeserver yet`;
}

export function willJoin(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} is not in it yet and may join: it does so at the start`;
}

export function notJoined(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} is not in it. If the room is public it joins at the start; else invite it: type "/invite ${userId}" in the room.`;
}

export function mayNotJoin(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} could not join (${reason}). Invite it: type "/invite ${userId}" in the room.`;
}

export function notReached(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: the homeserver could not say how it stands (${reason}). It is tried again.`;
}

export function notOpened(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: the homeserver could not be asked about it (${reason}). Try again later.`;
}

export function sameRoom(room: RoomRef, other: RoomRef): string {
  return `Matrix room ${room}: it is the same room as ${other}. Call it by one name everywhere.`;
}

export function encrypted(room: RoomRef): string {
  return `Matrix room ${room}: it is encrypted, and end-to-end encryption is not supported yet. Nothing is read from it or sent to it. Use a room without encryption.`;
}

export function mayNotSpeak(room: RoomRef, userId: string, reason = ''): string {
  return `Matrix room ${room}: ${userId} may not speak there${reason && ` (${reason})`}. Raise its power level in the room's settings under "Roles & Permissions".`;
}

export function removed(room: RoomRef, userId: string, by: string, how: 'kicked' | 'banned', reason: string): string {
  const because = reason === '' ? '' : ` (${reason})`;
  const remedy = how === 'banned' ? 'Unban it, then invite it' : 'Invite it again';
  return `Matrix room ${room}: ${userId} was ${how} by ${by}${because}. ${remedy}: type "/invite ${userId}" in the room.`;
}

export function notSent(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: a message could not be sent (${reason})`;
}

export function tokenRefused(url: string, reason: string): string {
  return `Matrix homeserver ${url} does not accept the access token (${reason}). Put a valid one into access_token.`;
}

export function unreachable(url: string, reason: string): string {
  return `Matrix homeserver ${url} can't be reached (${reason}). Check homeserver_url, and whether the homeserver runs.`;
}

export function answers(url: string, versions: readonly string[]): string {
  return `Matrix homeserver ${url} answers (specification ${versions.at(-1) ?? 'unknown'})`;
}

export function loggedIn(userId: string): string {
  return `Matrix: logged in as ${userId}`;
}

export function interrupted(url: string, reason: string): string {
  return `Matrix: nothing comes through from ${url} (${reason}). It is tried again.`;
}

export function resumed(url: string): string {
  return `Matrix: ${url} is followed again`;
}

export function notIn(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} is not in it any more (${reason}). Invite it again: type "/invite ${userId}" in the room.`;
}

export function notChanged(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: a message that stands there could not be changed (${reason})`;
}

export function notReacted(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: a reaction could not be shown or taken away (${reason})`;
}

export function mayNotReact(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} may not react there (${reason}). Lower the level for "Send reactions" in the room's settings under "Roles & Permissions", or set reactions to "note".`;
}

export function mayNotRemove(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} may not take back its own messages there (${reason}). Lower the level for that ("Remove messages sent by me") in the room's settings under "Roles & Permissions".`;
}

export function replaced(room: RoomRef, successor: string | undefined): string {
  const where = successor === undefined ? 'another room' : successor;
  return `Matrix room ${room}: it was upgraded and continues as ${where}. Bridge that room in place of this one, and invite the bridge there.`;
}

export function positionForgotten(reason: string): string {
  return `Matrix: the homeserver does not know any more where we were (${reason}). What was said since then is read from the history of each room.`;
}

export function tooMuchMissed(room: string, since: number | undefined): string {
  const from = since === undefined ? '' : ` before ${new Date(since).toISOString()}`;
  return `Matrix room ${room}: more was said while the bridge was away than it fetches. What was said${from} is missing elsewhere.`;
}

export function missedUnreadable(room: string, reason: string): string {
  return `Matrix room ${room}: what was said there while the bridge was away can't be read (${reason}). It is missing elsewhere.`;
}

export function changeUnreadable(room: string, reason: string): string {
  return `Matrix room ${room}: an edit or a deletion is not passed on, since the message that it is about can't be had (${reason})`;
}
