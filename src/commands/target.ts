/** Whom a moderator means, and how servers are told: the protocol knows two ways, see `crosschat/aowl.ts`. */
import type { AowlTarget, CrossChatUser } from '../crosschat/index.ts';
import { findPerson, handleOf, nobodyCalled } from './people.ts';
import { parseSteamId } from './steam-id.ts';
import type { Person, View } from './view.ts';
import { serverName } from './words.ts';

/** Somebody who is to be moderated. */
export interface Target {
  /** For people. */
  readonly name: string;
  /** Names them for ever, or, without a SteamID, as long as they are there. */
  readonly handle: string;
  readonly aowl: AowlTarget;
  /** They, where they are on a server that the moderator can see. */
  readonly person: Person | undefined;
  is(user: CrossChatUser): boolean;
}

/**
 * Whom a text means: a player, or a SteamID in any notation, whoever has it.
 * @throws {Refusal} when that is nobody, or not clear
 */
export function targetCalled(text: string, view: View): Target {
  const people = view.players();
  const person = findPerson(text, people);
  const steamid64 = person === undefined ? parseSteamId(text) : person.user.steamid64;
  if (steamid64 !== undefined) {
    const is = (user: CrossChatUser) => user.steamid64 === steamid64;
    return { name: person?.name ?? steamid64, handle: steamid64, aowl: { steamid64 }, person, is };
  }
  if (person === undefined) throw nobodyCalled(text, people);
  const { server, id } = person.user;
  const is = (user: CrossChatUser) => user.server === server && user.id === id;
  return { name: person.name, handle: handleOf(person), aowl: { serverId: server.id, userId: id }, person, is };
}

/** `Gordon (76561197960287930, on alpha)` */
export function describeTarget({ name, handle, person }: Target): string {
  const where = person === undefined ? '' : `on ${serverName(person.user.server.id)}`;
  return `${name} (${[name === handle ? '' : handle, where].filter((words) => words !== '').join(', ')})`.replace(' ()', '');
}
