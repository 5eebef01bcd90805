/** Kick, slap and ban: of players by their servers, and of those who speak from our platforms by the bridge itself. */

import type { CommandOption } from '../command.ts';
import type { AowlAction } from '../crosschat/index.ts';
import { STEAM } from '../event.ts';
import type { Ban } from '../store/bans.ts';
import { toLine } from '../text/line.ts';
import { inWords, moment, parseDuration } from '../text/time.ts';
import { literal, type RichText } from '../text/tree.ts';
import { mayChange, NUMBERED } from './bans.ts';
import { type Command, type Given, optionOf, placeOf } from './command.ts';
import { type Departure, watchDeparture } from './departure.ts';
import { give, NOBODY } from './order.ts';
import { candidatesOf } from './people.ts';
import { record, recordLater } from './record.ts';
import { Refusal } from './refusal.ts';
import { assertAbove } from './standing.ts';
import { describeTarget, moderated, type Target, targetCalled } from './target.ts';
import { serverName } from './words.ts';

/** Milliseconds that a departure is waited for. */
const PATIENCE = 5_000;
/** UTF-16 units of a reason. */
const MAX_REASON = 500;

const player: CommandOption = {
  name: 'player',
  description: 'Their name, or a SteamID in any notation',
  required: true,
  suggests: true,
};
const forWhat: CommandOption = { name: 'reason', description: 'Why', required: false, isText: true };
const candidates: NonNullable<Command['candidates']> = (_option, given) => candidatesOf(moderated(given));

/** Throws somebody off their server, or off the network. */
export const kick: Command = {
  name: 'kick',
  description: 'Throw a player off their server, or somebody on a platform off the network',
  rank: 'moderator',
  needsNetwork: true,
  isDeed: true,
  options: [player, forWhat],
  run: (given) => moderate(given, 'kick'),
  candidates,
};

/** Slaps somebody. */
export const slap: Command = {
  name: 'slap',
  description: 'Slap a player, or somebody on a platform',
  rank: 'moderator',
  needsNetwork: true,
  isDeed: true,
  options: [player, forWhat],
  run: (given) => moderate(given, 'slap'),
  candidates,
};

/** Bans somebody from all servers. @param needsReason whether it takes a reason */
export function banCommand(needsReason: boolean): Command {
  return {
    name: 'ban',
    description: 'Ban a player from the servers, or somebody on a platform from the network',
    rank: 'moderator',
    needsNetwork: true,
    isDeed: true,
    options: [
      player,
      { ...forWhat, required: needsReason, isText: false },
      { name: 'duration', description: 'For how long, like 30m, 2h or 7d; for ever without it', required: false },
    ],
    run: (given) => moderate(given, 'ban', durationIn(given)),
    candidates,
  };
}

function durationIn(given: Given): number | undefined {
  const text = optionOf(given, 'duration');
  if (text === '') return undefined;
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new Refusal(`${toLine(text)} is no duration. Write it like 30m, 2h, 7d or 1w; a reason of several words needs quotes.`);
}

/** @param duration of a ban, in milliseconds; undefined for ever */
async function moderate(given: Given, action: AowlAction, duration?: number): Promise<RichText> {
  const { view, origin, services } = given;
  const target = targetCalled(optionOf(given, 'player'), given);
  const reason = toLine(optionOf(given, 'reason')).slice(0, MAX_REASON);
  await assertAbove(given, target);
  if (target.users.length === 0 && view.servers().length === 0) throw new Refusal(NOBODY);
  const whom = describeTarget(target);
  const detail = [reason || 'no reason given', ...(duration === undefined ? [] : [`for ${inWords(duration)}`])].join('; ');
  await record(given, { action, target: whom, detail });
  const departure = watchDeparture(origin.server.chat, target.is, { clock: services.clock, ms: PATIENCE });
  const headline = headlineOf(given, action, target, duration);
  try {
    const outcome = await carryOut(given, { action, reason, duration }, target, departure);
    recordLater(given, { action: `${action} result`, target: whom, detail: outcome });
    return literal(`${headline} ${outcome}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    recordLater(given, { action: `${action} result`, target: whom, detail: error.message });
    throw new Refusal(error.message, { isNoted: true });
  } finally {
    departure.stop();
  }
}

interface Sentence {
  readonly action: AowlAction;
  readonly reason: string;
  readonly duration: number | undefined;
}

/** What came of it, in words. @throws {Refusal} when nobody could act */
async function carryOut(given: Given, sentence: Sentence, target: Target, departure: Departure): Promise<string> {
  const own = moderateUsers(given, sentence, target);
  const { aowl } = target;
  if (aowl === undefined || (own !== '' && given.view.servers().length === 0)) return `${own}.`;
  const sent = await give(given, { ...sentence, target: aowl }).catch((error: unknown) => {
    if (own === '' || !(error instanceof Refusal)) throw error;
    return error.message;
  });
  if (typeof sent === 'string') return `${own}. ${sent}`;
  const { servers, but } = sent;
  const stays = sentence.action === 'ban' ? keepBan(given, sentence, target) : '';
  const outcome = await outcomeOf(sentence.action, target, departure);
  return `${own === '' ? '' : `${own}; `}sent to ${servers}; ${outcome}.${but}${stays}`;
}

/** Moderates whoever the target is on our platforms; a ban by SteamID holds for them all by itself. */
function moderateUsers(given: Given, { action, reason, duration }: Sentence, { users, steamid64, isUser }: Target): string {
  const { services, invocation } = given;
  const { author } = invocation.caller;
  const until = duration === undefined ? undefined : services.clock.now() + duration;
  const isMeant = (index: number) => isUser && index === 0;
  return users
    .filter((user, index) => {
      if (isMeant(index)) return true;
      const isThere = services.moderation.memberOf(user)?.server.isPresent(user.adapter, user.userId) === true;
      return action === 'kick' && isThere && steamid64 !== undefined;
    })
    .map((user) => {
      const order = {
        action,
        by: author.name,
        place: placeOf(given),
        reason,
        until,
        mayChange: (ban: Ban) => mayChange(ban, given),
      };
      const { words } = services.moderation.act(user, order);
      return `${user.name} on ${services.moderation.memberOf(user)?.adapter.platform ?? user.adapter}: ${words}`;
    })
    .join('; ');
}

/**
 * Bans of those without a SteamID on a game server are that server's own. A ban that others made is not taken from them.
 * @returns what else there is to say: a sentence with a blank before it, or nothing
 */
function keepBan(given: Given, { reason, duration }: Sentence, { handle, steamid64, name }: Target): string {
  const { services, invocation } = given;
  const at = services.clock.now();
  const by = invocation.caller.author.name;
  const until = duration === undefined ? undefined : at + duration;
  const [adapter, userId] = steamid64 === undefined ? [NUMBERED, handle] : [STEAM, steamid64];
  const held = services.store.bans.find(adapter, userId, at);
  if (held !== undefined && !mayChange(held, given))
    return ' The ban that the bridge holds of them is from another place, and stays as it is.';
  // That it is kept is not waited for: it holds already, and the audit log has it.
  services.store.bans.add({ adapter, userId, name, reason, by, place: placeOf(given), at, until }).catch(() => {});
  return '';
}

async function outcomeOf(action: AowlAction, { name, person, isUser }: Target, departure: Departure): Promise<string> {
  if (action === 'slap') return 'servers do not confirm a slap';
  if (isUser) return 'nothing confirms it';
  if (person === undefined) return 'nobody with this SteamID is there now, so nothing can confirm it';
  const left = await departure.seen;
  if (left !== undefined) return `confirmed: ${name} left ${serverName(left.server.id)}`;
  return `without confirmation: ${name} did not leave within ${PATIENCE / 1_000} seconds`;
}

function headlineOf({ services }: Given, action: AowlAction, { name }: Target, duration: number | undefined): string {
  if (action !== 'ban') return `${action === 'kick' ? 'Kick' : 'Slap'} ${name}:`;
  const until = duration === undefined ? 'for ever' : `until ${moment(services.clock.now() + duration)}`;
  return `Ban ${name} ${until}:`;
}
