/** The bans that this bridge holds. */
import { sameBans } from '../moderation/same-bans.ts';
import type { Bans } from '../store/bans.ts';
import { sanitizeName } from '../text/names.ts';
import { moment } from '../text/time.ts';
import { literal } from '../text/tree.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { record } from './record.ts';
import { Refusal } from './refusal.ts';
import { parseSteamId } from './steam-id.ts';
import { bold, listed, listUpTo } from './words.ts';

type Ban = ReturnType<Bans['list']>[number];

const MAX_SHOWN = 30;
/** As whose the bans of players are kept who are known by their number on a server only. */
export const NUMBERED = 'server';

/** Which bans there are. */
export const bans: Command = {
  name: 'bans',
  description: 'The bans that this bridge holds',
  rank: 'moderator',
  options: [],
  run(given) {
    const all = heldBans(given);
    if (all.length === 0) return literal('This bridge holds no bans.');
    return listUpTo(
      MAX_SHOWN,
      all.map((ban) => [...bold(nameOf(ban)), ...literal(wordsOf(ban))]),
    );
  },
};

/** Lifts one. */
export const unban: Command = {
  name: 'unban',
  description: 'Lift a ban that this bridge holds',
  rank: 'moderator',
  isDeed: true,
  options: [{ name: 'who', description: 'Their SteamID, or the name of the ban', required: true, suggests: true, isText: true }],
  async run(given) {
    const ban = banCalled(optionOf(given, 'who'), heldBans(given));
    await record(given, { action: 'unban', target: `${nameOf(ban)} (${ban.userId})`, detail: `was banned for: ${ban.reason}` });
    const { services } = given;
    const { identities, store, clock } = services;
    const lifted = sameBans(ban, identities, heldBans(given));
    await Promise.all(lifted.map(({ adapter, userId }) => store.bans.lift(adapter, userId)));
    const others = sameBans(ban, identities, store.bans.list(clock.now()));
    return literal(
      [
        `Lifted the ban of ${nameOf(ban)} here. Crosschat has no message that lifts a ban: where a game server keeps one of its own, lift it there too.`,
        ...(others.some((other) => other !== ban) ? ['Another ban of theirs, from another place, still holds.'] : []),
      ].join(' '),
    );
  },
  candidates: (_option, given) => heldBans(given).map((ban) => ({ value: ban.userId, label: `${ban.name} (${ban.userId})` })),
};

/** The bans that a caller has a say in. */
function heldBans(given: Given): readonly Ban[] {
  const { store, clock } = given.services;
  return store.bans.list(clock.now()).filter((ban) => mayChange(ban, given));
}

/**
 * Whether a caller has a say in a ban, as they have in what it bans: it was made where they hear it, by a game server that they see, or
 * it is of somebody who is known by their number on one. An operator has a say in all.
 */
export function mayChange({ adapter, userId, place }: Ban, { invocation, view }: Given): boolean {
  if (invocation.caller.isOperator) return true;
  if (adapter === NUMBERED && view.includes(userId.slice(0, userId.lastIndexOf('/')))) return true;
  return place?.kind === 'room' ? view.hears(place) : place !== undefined && view.includes(place.server);
}

/** @throws {Refusal} when there is none, or several */
function banCalled(text: string, all: readonly Ban[]): Ban {
  const steamid64 = parseSteamId(text);
  const byId = all.find(({ userId }) => userId === (steamid64 ?? text));
  if (byId !== undefined) return byId;
  const name = sanitizeName(text).toLowerCase();
  const [only, ...others] = all.filter((ban) => nameOf(ban).toLowerCase() === name);
  if (only === undefined) throw new Refusal(`This bridge holds no ban of ${sanitizeName(text) || 'that'}.`);
  if (others.length === 0) return only;
  throw new Refusal(
    `There are several bans of ${nameOf(only)}. Say which: ${listed([only, ...others].map(({ userId }) => userId))}.`,
  );
}

function nameOf({ name, userId }: Ban): string {
  return sanitizeName(name) || userId;
}

function wordsOf({ userId, reason, by, at, until }: Ban): string {
  const end = until === undefined ? 'for ever' : `until ${moment(until)}`;
  return ` (${userId}), ${end}: ${reason}. By ${sanitizeName(by)}, ${moment(at)}`;
}
