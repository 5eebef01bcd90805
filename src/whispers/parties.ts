/** Who whispers, and who is whispered to. */
import type { CrossChatServer, CrossChatState, CrossChatUser } from '../crosschat/index.ts';
import { type Author, BRIDGE_ID, type Party, type PlayerParty, type ServerId } from '../event.ts';
import { playerOf } from '../incoming.ts';
import { sanitizeName } from '../text/names.ts';

/** The bridge itself. */
export const BRIDGE: Party = { kind: 'bridge', author: { id: BRIDGE_ID, name: 'Bridge' } };

/** A player as one side of a whisper. @param author how they look */
export function partyOf(user: CrossChatUser, author: Author = playerOf(user)): PlayerParty {
  const since = user.placeholder ? {} : { since: user.firstSeen };
  return { kind: 'player', server: user.server.id as ServerId, number: user.id, ...since, author };
}

/** Somebody on a server that does not say who it is: the Python library puts its own id where the sender's number belongs. */
export function somebodyOn({ id }: CrossChatServer): PlayerParty {
  return { kind: 'player', server: id as ServerId, author: { id: '?', name: 'Somebody' } };
}

/**
 * What tells one from another for as long as they are the same person. A SteamID goes with its player from server to server; without
 * one, a number means nobody else only together with the time since when it is theirs.
 */
export function keyOf(party: Party): string {
  if (party.kind === 'bridge') return 'bridge';
  if (party.kind === 'user') return `user/${party.adapter}/${party.author.id}`;
  const { server, number, since, author } = party;
  if (author.steamid64 !== undefined) return `steam/${author.steamid64}`;
  return number === undefined ? `server/${server}` : `server/${server}/${number}/${since ?? '?'}`;
}

/** Whether two are the same person. */
export function isSame(one: Party, other: Party): boolean {
  return keyOf(one) === keyOf(other);
}

/** `Gordon on alpha`, or the name of a platform's user. */
export function nameOf(party: Party): string {
  return party.kind === 'player' ? `${party.author.name} on ${sanitizeName(party.server) || 'a server'}` : party.author.name;
}

/** Where a player is now: on the same server or, by their SteamID, on another one. Undefined when they are gone. */
export function whereIs({ server, number, since, author }: PlayerParty, state: CrossChatState): CrossChatUser | undefined {
  const { steamid64 } = author;
  const there = state.online().find(({ id }) => id === server);
  const user = number === undefined ? undefined : there?.users.get(number);
  if (steamid64 === undefined) return user && (since === undefined || user.firstSeen === since) ? user : undefined;
  if (user?.steamid64 === steamid64) return user;
  for (const { users } of [...(there ? [there] : []), ...state.online()]) {
    for (const one of users.values()) if (one.steamid64 === steamid64) return one;
  }
  return undefined;
}
