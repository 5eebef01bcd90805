/** What users do to each other and to themselves, in the events that a homeserver makes of it. */

import { badState, forbidden, MatrixError, malformed } from './error.ts';
import type { Content, RoomEvent } from './event.ts';
import { vouchedFor } from './restricted.ts';
import { membershipOf, type Room } from './room.ts';
import type { User, World } from './world.ts';

/** A user's own membership shows their name and avatar. */
function profileContent(world: World, userId: string): Content {
  const user = world.users.get(userId);
  return {
    ...(user?.displayName !== undefined && { displayname: user.displayName }),
    ...(user?.avatar !== undefined && { avatar_url: user.avatar }),
  };
}

function setMembership(world: World, room: Room, sender: string, target: string, content: Content): RoomEvent {
  return world.send(room, { type: 'm.room.member', sender, stateKey: target, content });
}

/** @throws {MatrixError} 403, also for each of the following */
export function join(world: World, room: Room, user: string, extra: Content = {}): void {
  if (room.membership(user) === 'join') return;
  const content = { ...profileContent(world, user), ...vouchedFor(world, room, user), ...extra };
  setMembership(world, room, user, user, { membership: 'join', ...content });
  world.users.get(user)?.forgotten.delete(room.id);
}

/** Asks to be let in. */
export function knock(world: World, room: Room, user: string, extra: Content = {}): void {
  setMembership(world, room, user, user, { membership: 'knock', ...profileContent(world, user), ...extra });
}

export function invite(world: World, room: Room, sender: string, target: string, extra: Content = {}): void {
  if (!/^@[^:]+:.+$/.test(target)) throw new MatrixError(400, 'M_INVALID_PARAM', "Expected UserID string to start with '@'");
  setMembership(world, room, sender, target, { membership: 'invite', ...profileContent(world, target), ...extra });
  world.users.get(target)?.forgotten.delete(room.id);
}

export function leave(world: World, room: Room, user: string, extra: Content = {}): void {
  if (room.members.has(user) && room.membership(user) === 'leave') return;
  setMembership(world, room, user, user, { membership: 'leave', ...extra });
}

export function kick(world: World, room: Room, sender: string, target: string, extra: Content = {}): void {
  const current = room.membership(target);
  if (current === 'ban') throw badState('Cannot kick user who was banned');
  if (current === 'leave') throw forbidden('The target user is not in the room');
  setMembership(world, room, sender, target, { membership: 'leave', ...extra });
}

export function ban(world: World, room: Room, sender: string, target: string, extra: Content = {}): void {
  setMembership(world, room, sender, target, { membership: 'ban', ...extra });
}

export function unban(world: World, room: Room, sender: string, target: string, extra: Content = {}): void {
  const current = room.membership(target);
  if (current !== 'ban') throw badState(`Cannot unban user who was not banned (membership=${current})`);
  setMembership(world, room, sender, target, { membership: 'leave', ...extra });
}

/** Takes a room that was left out of a user's sight. */
export function forget(world: World, room: Room, user: User): void {
  if (room.membership(user.id) === 'join') throw malformed(`User ${user.id} in room ${room.id}`);
  user.forgotten.add(room.id);
  world.changed.notify();
}

/** Changes a user's name or avatar, which each of their rooms is told; nothing that stays as it is makes an event. */
export function setProfile(
  world: World,
  user: User,
  change: { readonly displayName: string } | { readonly avatar: string },
): void {
  if ('displayName' in change) user.displayName = change.displayName || undefined;
  else user.avatar = change.avatar || undefined;
  for (const room of world.roomsOf(user)) {
    if (membershipOf(room.state('m.room.member', user.id)) !== 'join') continue;
    setMembership(world, room, user.id, user.id, { membership: 'join', ...profileContent(world, user.id) });
  }
}

/** Says that a user types, for so many milliseconds or, with 0, no more. */
export function setTyping(world: World, room: Room, user: string, duration: number): void {
  const running = room.typing.get(user);
  running?.();
  room.typing.delete(user);
  if (duration > 0) {
    room.typing.set(
      user,
      world.clock.after(duration, () => setTyping(world, room, user, 0)),
    );
  }
  if ((running !== undefined) === duration > 0) return;
  room.typingPosition = world.advance();
  for (const appservice of world.appservices) appservice.hearTyping(room);
  world.changed.notify();
}

/** Says how far a user has read. */
export function setReceipt(world: World, room: Room, user: string, eventId: string): void {
  if (room.receipts.get(user)?.eventId === eventId) return;
  room.receipts.set(user, { eventId, at: world.clock.now(), position: world.advance() });
  world.changed.notify();
}
