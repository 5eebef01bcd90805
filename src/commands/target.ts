/** Whom a moderator means, and how servers are told: the protocol knows two ways, see `crosschat/aowl.ts`. */
import type { AowlTarget, CrossChatUser } from '../crosschat/index.ts';
import type { Account } from '../store/accounts.ts';
import { sanitizeName } from '../text/names.ts';
import type { Given } from './command.ts';
import { findPerson, handleOf, nobodyCalled } from './people.ts';
import { parseSteamId } from './steam-id.ts';
import type { Person } from './view.ts';
import { serverName } from './words.ts';

/** A user of one of our platforms. */
type PlatformUser = Pick<Account, 'adapter' | 'userId' | 'name'>;

/** Somebody who is to be moderated. */
export interface Target {
  /** For people. */
  readonly name: string;
  /** Names them for ever, or, without a SteamID, as long as they are there. */
  readonly handle: string;
  /** How game servers are told; undefined for somebody who is on none. */
  readonly aowl: AowlTarget | undefined;
  /** Their SteamID, as their server tells it, or as they have shown. */
  readonly steamid64: string | undefined;
  /** They, where they are on a server that the moderator can see. */
  readonly person: Person | undefined;
  /** Who they are on our platforms: the bridge itself moderates them there. */
  readonly users: readonly PlatformUser[];
  /** Whether it is one of those users who is meant, and not the player that they are as well. */
  readonly isUser: boolean;
  is(user: CrossChatUser): boolean;
}

/** Everybody whom a caller can moderate: the players that they see, and those who speak where they hear it. */
export function moderated(given: Given): Person[] {
  return [...given.view.players(), ...given.view.speakers()];
}

/**
 * Whom a text means: a player, somebody on one of our platforms who spoke, or a SteamID in any notation, whoever has it.
 * @throws {Refusal} when that is nobody, or not clear
 */
export function targetCalled(text: string, given: Given): Target {
  const { accounts } = given.services.store;
  const players = given.view.players();
  const speakers = moderated(given).slice(players.length);
  // A SteamID means the player first, though they may speak from a platform as well.
  const steamid = parseSteamId(text);
  const person = steamid === undefined ? findPerson(text, [...players, ...speakers]) : findPerson(text, players);
  const user = person && userOf(person, given);
  const steamid64 = person?.user.steamid64 ?? steamid;
  if (person === undefined && steamid64 === undefined) throw nobodyCalled(text, [...players, ...speakers]);
  const linked = steamid64 === undefined ? [] : accounts.of(steamid64);
  const others = linked.filter(({ adapter, userId }) => adapter !== user?.adapter || userId !== user.userId);
  return {
    name: person?.name ?? steamid64 ?? '',
    handle: steamid64 ?? (person === undefined ? '' : handleOf(person)),
    aowl: steamid64 !== undefined ? { steamid64 } : user === undefined ? numbered(person) : undefined,
    steamid64,
    person,
    users: user === undefined ? others : [user, ...others],
    isUser: user !== undefined,
    is: ({ server, id, steamid64: other }) =>
      steamid64 === undefined ? server === person?.user.server && id === person.user.id : other === steamid64,
  };
}

/** `Gordon (76561197960287930, on alpha)` */
export function describeTarget({ name, handle, person, users: [user], isUser }: Target): string {
  const where = person === undefined ? '' : `on ${serverName(person.user.server.id)}`;
  const whom = isUser && user !== undefined ? [`${user.userId}, ${user.adapter}`] : [name === handle ? '' : handle, where];
  return `${name} (${whom.filter((words) => words !== '').join(', ')})`.replace(' ()', '');
}

function numbered(person: Person | undefined): AowlTarget | undefined {
  return person && { serverId: person.user.server.id, userId: person.user.id };
}

/** Who speaks as a user of one of our own servers. */
function userOf({ user: { server, id } }: Person, { services }: Given): PlatformUser | undefined {
  const found = services.servers.find(({ chat }) => chat.state.ownId === server.id)?.speaker(id);
  return found === undefined || found === 'bridge' ? undefined : { ...found, name: sanitizeName(found.name) };
}
