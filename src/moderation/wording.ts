/** What is said of moderation: to whom it hits, and in the audit log. */
import type { Ban } from '../store/bans.ts';
import { toLine } from '../text/line.ts';
import { sanitizeName } from '../text/names.ts';
import { inWords, moment } from '../text/time.ts';

/** UTF-16 units of a reason that somebody gave. */
const MAX_REASON = 300;

/** A reason in one line that harms nobody; empty where there is none. */
export function reasonIn(text: string): string {
  return toLine(text).trim().slice(0, MAX_REASON);
}

/** A person as the audit log names them. */
export function describePerson({ adapter, userId, name }: Pick<Ban, 'adapter' | 'userId' | 'name'>): string {
  return `${sanitizeName(name)} (${userId}, ${adapter})`;
}

/** What a person is told who was kicked or banned. @param name theirs */
export function toldOf({ by, reason, at, until, isMute }: Ban, name: string): string {
  const what = `${shown(name, 'You')}, ${shown(by, 'somebody')} ${isMute ? 'kicked' : 'banned'} you${inBrackets(reason)}.`;
  const notCarried = 'what you say is not carried to the other places';
  if (until === undefined) return `${what} From now on, ${notCarried}.`;
  return isMute ? `${what} For ${inWords(until - at)}, ${notCarried}.` : `${what} Until ${moment(until)}, ${notCarried}.`;
}

/** What a person is told who wants nothing of theirs to be carried. */
export const WANTED = 'You asked that nothing you say is carried to the other places; /privacy changes that.';

/** What a person is told who was kicked, where that has no consequences. */
export function toldOfKick(name: string, by: string, reason: string): string {
  return `${shown(name, 'You')}, ${shown(by, 'somebody')} kicked you${inBrackets(reason)}.`;
}

/** What is shown in the room of a person who was slapped. */
export function toldOfSlap(name: string, by: string, reason: string): string {
  return `${shown(by, 'Somebody')} slapped ${shown(name, 'somebody')}${inBrackets(reason)}: ow`;
}

/** Why somebody left, as game servers are told. */
export function departureOf({ reason, isMute }: Pick<Ban, 'reason' | 'isMute'>): string {
  return `${isMute ? 'kicked' : 'banned'}${reason === '' ? '' : `: ${reason}`}`;
}

/** Until when nothing of somebody is carried, for moderators. */
export function endOf({ at, until }: Pick<Ban, 'at' | 'until'>): string {
  if (until === undefined) return 'until the ban is lifted';
  return until - at < 3_600_000 ? `for ${inWords(until - at)}` : `until ${moment(until)}`;
}

function shown(name: string, otherwise: string): string {
  return sanitizeName(name) || otherwise;
}

function inBrackets(reason: string): string {
  return reason === '' ? '' : ` (${reason})`;
}
