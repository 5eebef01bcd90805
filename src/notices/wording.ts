/** Notices in words. Names in them are other people's text: they are bold, so that nobody can be called "Gordon left alpha". */
import { count } from '../text/count.ts';
import { excerpt } from '../text/excerpt.ts';
import { sanitizeName } from '../text/names.ts';
import { literal, type RichText } from '../text/tree.ts';
import { unlinked } from '../text/unlinked.ts';

/** Somebody who came or went. */
export interface Person {
  readonly name: string;
  /** Why they went, where that is known. */
  readonly reason?: string | undefined;
}

/** The longest name, map and reason in a notice, in UTF-16 units. */
const MAX_NAME = 40;
const MAX_MAP = 60;
const MAX_REASON = 100;
/** Up to so many people are all named. */
const MAX_NAMED = 3;

/** What servers say of everybody who goes of their own accord: no news. */
const ORDINARY = /^(?:client )?(?:disconnect(?:ed)?|quit|left)(?: by user)?\.?$/i;
/** Servers put it into reasons; it is nobody's business. */
const IP_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|(?<![\w:])\[?(?:[\da-f]{0,4}:){3,7}[\da-f]{1,4}\]?(?![\w:])/gi;

/** `→ Gordon joined alpha`, `→ 12 players joined alpha (Gordon, Alyx, Barney, …)` @param count how many they are, the named ones included */
export function joinedText(people: readonly Person[], count: number, server: string): RichText {
  return [...literal('→ '), ...crowd(people, count, `joined ${unlinked(server)}`)];
}

/** `← Gordon left alpha (Kicked: spam)` @param count how many they are, the named ones included */
export function leftText(people: readonly Person[], count: number, server: string): RichText {
  return [...literal('← '), ...crowd(people, count, `left ${unlinked(server)}`)];
}

/** `▲ alpha is online (gm_construct, 12 players)` */
export function onlineText(server: string, map: string | undefined, players: number): RichText {
  const facts = [...(map === undefined ? [] : [mapName(map)]), ...(players === 0 ? [] : [count(players, 'player')])];
  return literal(`▲ ${unlinked(server)} is online${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`);
}

/** `▼ alpha is offline` */
export function offlineText(server: string): RichText {
  return literal(`▼ ${unlinked(server)} is offline`);
}

/** `▼ alpha is unstable: it was gone 4 times within 10 minutes` @param ms the time within which it was gone so many times */
export function unstableText(server: string, times: number, ms: number): RichText {
  return literal(`▼ ${unlinked(server)} is unstable: it was gone ${times} times within ${Math.round(ms / 60_000)} minutes`);
}

/** `↻ alpha changed the map to gm_construct (12 players)` */
export function mapText(server: string, map: string, players: number): RichText {
  const playing = players === 0 ? '' : ` (${count(players, 'player')})`;
  return literal(`↻ ${unlinked(server)} changed the map to ${mapName(map)}${playing}`);
}

function crowd(people: readonly Person[], size: number, verb: string): RichText {
  const named = people.slice(0, MAX_NAMED);
  const [first] = named;
  if (first !== undefined && size === 1) return [...nameOf(first), ...literal(` ${verb}${reasonOf(first)}`)];
  if (size > MAX_NAMED) {
    return [...literal(`${count(size, 'player')} ${verb} (`), ...list(named.map(nameOf), ', '), ...literal(', …)')];
  }
  const names = named.map((person) => [...nameOf(person), ...literal(reasonOf(person))]);
  return [...list(names, ' and '), ...literal(` ${verb}`)];
}

function list(names: readonly RichText[], last: string): RichText {
  return names.flatMap((name, index) => {
    const before = index === 0 ? '' : index === names.length - 1 ? last : ', ';
    return [...literal(before), ...name];
  });
}

function nameOf({ name }: Person): RichText {
  return [{ type: 'bold', children: literal(unlinked(excerpt(sanitizeName(name), MAX_NAME)) || 'somebody') }];
}

function reasonOf({ reason = '' }: Person): string {
  const shown = excerpt(reason.replace(IP_ADDRESS, '…'), MAX_REASON);
  return sanitizeName(shown) === '' || ORDINARY.test(shown) ? '' : ` (${unlinked(shown)})`;
}

function mapName(map: string): string {
  return unlinked(excerpt(map, MAX_MAP));
}
