/** Finding somebody on the network by what a person types, or chooses from suggestions. */
import { sanitizeName } from '../text/names.ts';
import { nearest } from '../text/nearest.ts';
import { Refusal } from './refusal.ts';
import { isVanityUrl, parseSteamId } from './steam-id.ts';
import type { Candidate } from './suggest.ts';
import type { Person } from './view.ts';
import { listed, serverName } from './words.ts';

/** So many names are looked through for one that was meant. */
const MAX_COMPARED = 2_000;

/** What names exactly one person: their SteamID, which goes with them from server to server, or their number on their server. */
export function handleOf({ user }: Person): string {
  return user.steamid64 ?? numberOf({ user });
}

/** People to choose from. */
export function candidatesOf(people: readonly Person[]): Candidate[] {
  return people.map((person) => ({
    value: handleOf(person),
    label: `${person.user.name.slice(0, 64)} (${person.user.server.id})`,
  }));
}

/**
 * The one person that a text names: by SteamID in any notation, by `server/number`, or by their whole name. A part of a name is not
 * enough: nobody shall be kicked for having a name that begins like another one.
 * @returns undefined when nobody is called so
 * @throws {Refusal} when several people are
 */
export function findPerson(text: string, people: readonly Person[]): Person | undefined {
  const steamid64 = parseSteamId(text);
  const byHandle = people.find(({ user }) =>
    steamid64 === undefined ? numberOf({ user }) === text : user.steamid64 === steamid64,
  );
  if (byHandle !== undefined || steamid64 !== undefined) return byHandle;
  const name = folded(text);
  const [only, ...others] = name === '' ? [] : people.filter((person) => folded(person.name) === name);
  if (others.length === 0 || only === undefined) return only;
  const handles = [only, ...others].map((person) => `${handleOf(person)} on ${serverName(person.user.server.id)}`);
  throw new Refusal(`Several people are called ${only.name}. Say which one: ${listed(handles)}.`);
}

/** What to say when {@link findPerson} found nobody. */
export function nobodyCalled(text: string, people: readonly Person[]): Refusal {
  if (isVanityUrl(text))
    return new Refusal('Only Steam knows whose profile that is. Give the SteamID, or the address with /profiles/ in it.');
  const names = people.slice(0, MAX_COMPARED).map(({ name }) => name);
  const close = nearest(text, names);
  const shown = sanitizeName(text) || 'that';
  return new Refusal(`There is nobody called ${shown} on the servers${close === undefined ? '.' : `; did you mean ${close}?`}`);
}

/** As {@link findPerson}, for one who has to be there. @throws {Refusal} */
export function personCalled(text: string, people: readonly Person[]): Person {
  const found = findPerson(text, people);
  if (found === undefined) throw nobodyCalled(text, people);
  return found;
}

function numberOf({ user }: Pick<Person, 'user'>): string {
  return `${user.server.id}/${user.id}`;
}

/** A name as it is compared. */
export function folded(name: string): string {
  return sanitizeName(name).toLowerCase();
}
