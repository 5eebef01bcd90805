/** Who may do what in a room. https://spec.matrix.org/v1.13/rooms/v11/#authorization-rules, with the creators of version 12. */

import { badState, forbidden, malformed, notFound } from './error.ts';
import type { Draft } from './event.ts';
import type { Room } from './room.ts';

type Levels = Readonly<Record<string, unknown>>;

const levelsOf = (room: Room): Levels => room.state('m.room.power_levels')?.content ?? {};

function level(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function entry(levels: Levels, key: 'events' | 'users', name: string): unknown {
  const map = levels[key];
  return typeof map === 'object' && map !== null && Object.hasOwn(map, name) ? (map as Levels)[name] : undefined;
}

/** A user's power level; infinite for the room's creators. */
export function powerLevel(room: Room, user: string): number {
  if (room.creators.includes(user)) return Number.POSITIVE_INFINITY;
  const levels = levelsOf(room);
  return level(entry(levels, 'users', user), level(levels['users_default'], 0));
}

/** The level that one of the room's own actions needs. */
function actionLevel(room: Room, action: 'ban' | 'invite' | 'kick' | 'redact'): number {
  return level(levelsOf(room)[action], action === 'invite' ? 0 : 50);
}

/** The level that an event of a type needs. */
export function eventLevel(room: Room, type: string, isState: boolean): number {
  const levels = levelsOf(room);
  return level(entry(levels, 'events', type), isState ? level(levels['state_default'], 50) : level(levels['events_default'], 0));
}

/** @throws {MatrixError} as Synapse does when the sender may not add this event */
export function authorise(room: Room, draft: Draft): void {
  const { sender, type, stateKey } = draft;
  if (type === 'm.room.member' && stateKey !== undefined) {
    authoriseMembership(room, draft, stateKey);
    return;
  }
  requireJoined(room, sender);
  const needed = eventLevel(room, type, stateKey !== undefined);
  const own = powerLevel(room, sender);
  if (own < needed) {
    throw forbidden(`You don't have permission to post that to the room. user_level (${own}) < send_level (${needed})`);
  }
  if (stateKey?.startsWith('@') && stateKey !== sender) throw forbidden('You are not allowed to set others state');
  if (type === 'm.room.power_levels') authoriseLevels(room, draft, own);
  if (type === 'm.room.redaction') authoriseRedaction(room, draft, own);
}

function requireJoined(room: Room, user: string): void {
  if (room.membership(user) !== 'join') throw forbidden(`User ${user} not in room ${room.id}`);
}

function authoriseRedaction(room: Room, draft: Draft, own: number): void {
  if (own >= actionLevel(room, 'redact')) return;
  const id = String(draft.content['redacts']);
  const target = room.event(id);
  if (!target) throw notFound(`Could not find event ${id}`);
  if (target.sender !== draft.sender) throw forbidden("You don't have permission to redact events");
}

function authoriseMembership(room: Room, draft: Draft, target: string): void {
  const { sender } = draft;
  const current = room.membership(target);
  const power = powerLevel(room, sender);
  switch (draft.content['membership']) {
    case 'join': {
      if (sender !== target) throw forbidden('Cannot force another user to join.');
      if (room.timeline.length === 1 && room.creators[0] === sender) return;
      if (current === 'ban') throw badState('Cannot join user who was banned');
      const rule = room.state('m.room.join_rules')?.content['join_rule'];
      const isOpen = rule === 'public' || draft.content['join_authorised_via_users_server'] !== undefined;
      if (!isOpen && current !== 'join' && current !== 'invite') throw forbidden('You are not invited to this room.');
      return;
    }
    case 'invite':
      requireJoined(room, sender);
      if (current === 'ban') throw badState('Cannot invite user who was banned');
      if (current === 'join') throw forbidden(`${target} is already in the room.`);
      if (!mayInvite(room, sender)) throw forbidden("You don't have permission to invite users");
      return;
    case 'leave':
      if (sender === target) {
        if (current !== 'join' && current !== 'invite' && current !== 'knock')
          throw forbidden(`${target} not in room ${room.id}.`);
        return;
      }
      requireJoined(room, sender);
      if (power < actionLevel(room, current === 'ban' ? 'ban' : 'kick') || power <= powerLevel(room, target)) {
        throw forbidden(`You cannot ${current === 'ban' ? 'unban' : 'kick'} user ${target}.`);
      }
      return;
    case 'knock':
      if (sender !== target) throw forbidden('You cannot knock for other users.');
      if (!isKnockable(room)) {
        throw forbidden("You don't have permission to knock");
      }
      if (current === 'join' || current === 'ban' || current === 'invite') throw forbidden('You cannot knock on this room.');
      return;
    case 'ban':
      requireJoined(room, sender);
      if (power < actionLevel(room, 'ban') || power <= powerLevel(room, target)) {
        throw forbidden("You don't have permission to ban");
      }
      return;
    default:
      throw malformed('Unknown membership');
  }
}

/** Whether somebody may let others in. */
export function mayInvite(room: Room, user: string): boolean {
  return powerLevel(room, user) >= actionLevel(room, 'invite');
}

/** Whether anybody may ask to be let in. */
export function isKnockable(room: Room): boolean {
  return ['knock', 'knock_restricted'].includes(String(room.state('m.room.join_rules')?.content['join_rule']));
}

/** Nobody gives or takes a level above their own, nor changes the level of an equal. */
function authoriseLevels(room: Room, draft: Draft, own: number): void {
  const before = levelsOf(room);
  const after = draft.content;
  for (const creator of room.creators) {
    if (entry(after, 'users', creator) !== undefined) {
      throw malformed(`Creator user ${creator} must not appear in content.users`);
    }
  }
  const names = (key: 'events' | 'users') => [...Object.keys(before[key] ?? {}), ...Object.keys(after[key] ?? {})];
  const changes = [
    ...['ban', 'events_default', 'invite', 'kick', 'redact', 'state_default', 'users_default'].map((key) => ({
      user: undefined,
      was: before[key],
      becomes: after[key],
    })),
    ...names('events').map((name) => ({
      user: undefined,
      was: entry(before, 'events', name),
      becomes: entry(after, 'events', name),
    })),
    ...names('users').map((name) => ({ user: name, was: entry(before, 'users', name), becomes: entry(after, 'users', name) })),
  ].filter(({ was, becomes }) => was !== becomes);
  for (const { user, was, becomes } of changes) {
    const equal = user !== undefined && user !== draft.sender && level(was, Number.NEGATIVE_INFINITY) === own;
    if (level(was, Number.NEGATIVE_INFINITY) > own || level(becomes, Number.NEGATIVE_INFINITY) > own || equal) {
      throw forbidden("You don't have permission to add ops level greater than your own");
    }
  }
}
