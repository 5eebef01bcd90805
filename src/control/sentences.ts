/** What people are told who look at the channels and change them. */
import { excerpt } from '../text/excerpt.ts';
import { sanitizeName } from '../text/names.ts';
import { nearest } from '../text/nearest.ts';

/** The most names in one sentence. */
const MAX_NAMES = 20;

/** A room, as people call it. */
export function roomName(platform: string, room: string): string {
  return `${platform} room ${room}`;
}

/** A channel, as people call it. */
export function channelWords(name: string): string {
  return `the channel "${name}"`;
}

/** There is none of this name among these. @param kind `channel`, `adapter` */
export function noSuch(kind: string, name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  const hint = close === undefined ? '' : ` (did you mean "${close}"?)`;
  const there = known.length === 0 ? `there is no ${kind} at all` : `there ${known.length === 1 ? 'is' : 'are'} ${listed(known)}`;
  return `There is no ${kind} "${asTyped(name)}"${hint}; ${there}.`;
}

/** The room is in none of the channels. */
export function notInAny(platform: string, room: string): string {
  return `${roomName(platform, asTyped(room))} is in no channel.`;
}

/** A word that somebody typed, fit to be shown to them. */
export function asTyped(word: string): string {
  return sanitizeName(excerpt(word)) || '?';
}

/** `a, b and c`; of many, the first. */
export function listed(names: readonly string[]): string {
  if (names.length > MAX_NAMES) return `${names.slice(0, MAX_NAMES).join(', ')} and ${names.length - MAX_NAMES} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** At the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
