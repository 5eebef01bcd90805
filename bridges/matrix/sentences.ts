/** What the adapter tells the operator: what is, and what to do about it. */
import type { RoomRef } from '../../src/event.ts';
import type { Removed } from './room-state.ts';

export function open(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} is in it and may speak`;
}

/** @param lacking kick, ban, or both */
export function mayNotSanction(room: RoomRef, userId: string, lacking: readonly string[]): string {
  return `Matrix room ${room}: to do there what is done to people elsewhere (mirror_kick, mirror_ban), ${userId} lacks the power to ${lacking.join(' and to ')}: give it a higher power level`;
}

export function mayNotPublish(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} may not change its settings, so they do not tell that it is bridged. That hurts nothing; to have it, give it the power level for changing settings.`;
}

export function notWithdrawn(room: RoomRef, reason: string): string {
  return `Matrix room ${room}: its settings still tell that it is bridged (${reason})`;
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
  return `Matrix room ${room}: ${userId} is not in it. If the room is public it joins at the start; else invite it: type "/invite ${userId}" in the room, or in the space whose members may join it.`;
}

export function mayNotJoin(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} could not join (${reason}). Invite it: type "/invite ${userId}" in the room, or in the space whose members may join it.`;
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
  return `Matrix room ${room}: it is encrypted, and end-to-end encryption is not supported (docs/matrix-encryption.md tells why). Nothing is read from it or sent to it. Use a room without encryption.`;
}

export function mayNotSpeak(room: RoomRef, userId: string, reason = ''): string {
  return `Matrix room ${room}: ${userId} may not speak there${reason && ` (${reason})`}. Raise its power level in the room's settings under "Roles & Permissions".`;
}

export function removed(room: RoomRef, userId: string, { by, how, reason }: Removed): string {
  const because = reason === '' ? '' : ` (${reason})`;
  const remedy = how === 'banned' ? 'Unban it, then invite it' : 'Invite it again';
  return `Matrix room ${room}: ${userId} was ${how} by ${by}${because}. ${remedy}: type "/invite ${userId}" in the room.`;
}

export function left(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} has left it. Invite it again: type "/invite ${userId}" in the room.`;
}

export function mayNotJoinBanned(room: RoomRef, userId: string, reason: string): string {
  return `Matrix room ${room}: ${userId} is banned there (${reason}). Unban it, then invite it: type "/invite ${userId}" in the room.`;
}

export function knocked(room: RoomRef, userId: string): string {
  return `Matrix room ${room}: ${userId} has knocked and waits to be let in. Accept that in the room, or type "/invite ${userId}" there.`;
}

export function aliasMoved(room: RoomRef, target: string, id: string): string {
  const where = target === '' ? 'to no room any more' : `to another room, ${target}`;
  return `Matrix room ${room}: this alias leads ${where}. The bridge stays in ${id}, where it was. If another room is meant, configure that by its id.`;
}

export function notAccepted(room: string, by: string): string {
  return `Matrix: ${by} has invited the bridge to ${room}, which is no room of the configuration. To let them do so, add them to invites_from.`;
}

export function accepted(room: string, by: string): string {
  return `Matrix: joined ${room}, as ${by} wanted. To bridge it, type "!bridge add <channel>" there.`;
}

export function couldNotAccept(room: string, by: string, reason: string): string {
  return `Matrix: ${by} has invited the bridge to ${room}, but it could not join (${reason})`;
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

export function notAnswered(url: string): string {
  return `Matrix: ${url} has not answered yet.`;
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
  if (successor === undefined)
    return `Matrix room ${room}: it was upgraded, but does not say where it goes on. Bridge the new room in its place.`;
  return `Matrix room ${room}: it was upgraded and continues as ${successor}. The bridge goes there by itself as soon as it may: invite it there. If that room does not name this one as its predecessor, bridge it in place of this one.`;
}

export function positionForgotten(reason: string): string {
  return `Matrix: the homeserver does not know any more where we were (${reason}). What was said since then is read from the history of each room.`;
}

export function tooMuchMissed(room: string, since: number | undefined): string {
  const from = since === undefined ? '' : ` before ${new Date(since).toISOString()}`;
  return `Matrix room ${room}: more was said while the bridge was away than it fetches. What was said${from} is missing elsewhere. catch_up_messages sets the limit.`;
}

export function leftOut(room: string, count: number): string {
  return `Matrix room ${room}: ${count} messages were said while the bridge was away that are too old or too many; they are missing elsewhere. catch_up_messages and catch_up_hours set the limits.`;
}

export function missedUnreadable(room: string, reason: string): string {
  return `Matrix room ${room}: what was said there while the bridge was away can't be read (${reason}). It is missing elsewhere.`;
}

export function changeUnreadable(room: string, reason: string): string {
  return `Matrix room ${room}: an edit or a deletion is not passed on, since the message that it is about can't be had (${reason})`;
}
