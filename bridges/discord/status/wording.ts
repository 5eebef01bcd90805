/** The game servers in words: as a message, as the topic of a channel, as what the bot is doing. Pure. */
import type { APIEmbed } from 'discord.js';
import { count } from '../../../src/text/count.ts';
import { excerpt } from '../../../src/text/excerpt.ts';
import { renderLiteral } from '../markdown/render.ts';
import type { ServerFacts, Sight } from './picture.ts';

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const MAX_EMBEDS = 10;
/** Of the 6,000 characters that all embeds may have together, for those of which nobody thought. */
const MAX_CHARACTERS = 5_800;
const MAX_DESCRIPTION = 1_000;
const MAX_SERVER_NAME = 40;
const MAX_PLAYER_NAME = 32;
/** https://discord.com/developers/docs/resources/channel#modify-channel */
const MAX_TOPIC = 1_024;

const GREEN = 0x3ba55d;
const GREY = 0x747f8d;

/** The text of a status message. */
export interface StatusText {
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
}

const LOST = 'The bridge has no connection to the game servers.';
const NOBODY = 'No game server is online.';

/** @param changed when a server changed last, in Unix seconds */
export function messageOf({ state, servers }: Sight, changed: (id: string) => number): StatusText {
  if (state === 'lost') return { content: LOST, embeds: [] };
  if (servers.length === 0) return { content: NOBODY, embeds: [] };
  const shown = [...servers].sort((a, b) => Number(b.isOnline) - Number(a.isOnline)).slice(0, MAX_EMBEDS);
  const budget = Math.floor(MAX_CHARACTERS / shown.length);
  const more = servers.length - shown.length;
  const content = servers.length === 1 ? '' : `**${totalOf(servers)}**${more > 0 ? `, of which ${more} are not shown` : ''}`;
  return { content, embeds: shown.map((facts) => embedOf(facts, changed(facts.id), budget)) };
}

/** At most {@link MAX_TOPIC} characters. */
export function topicOf({ state, servers }: Sight, changed: (id: string) => number): string {
  if (state === 'lost') return LOST;
  if (servers.length === 0) return NOBODY;
  const last = Math.max(...servers.map(({ id }) => changed(id)));
  const head = servers.length === 1 ? '' : `${totalOf(servers)} · `;
  const tail = ` · last change <t:${last}:R>`;
  const parts = servers.map((facts) => `${nameOf(facts)}: ${inShort(facts)}`);
  const { text } = joined(parts, ' · ', MAX_TOPIC - head.length - tail.length, (left) => ` · and ${left} more`);
  return `${head}${text}${tail}`;
}

/** What the bot is doing: at most 128 characters. */
export function presenceOf({ state, servers }: Sight): string {
  if (state === 'lost') return 'No connection to the game servers';
  const online = servers.filter(({ isOnline }) => isOnline);
  return online.length === 0 ? 'No game server is online' : `${playersOf(online)} on ${count(online.length, 'server')}`;
}

function totalOf(servers: readonly ServerFacts[]): string {
  const online = servers.filter(({ isOnline }) => isOnline).length;
  const where = online === servers.length ? count(online, 'server') : `${online} of ${count(servers.length, 'server')}`;
  return `${playersOf(servers)} on ${where}`;
}

function playersOf(servers: readonly ServerFacts[]): string {
  return count(
    servers.reduce((sum, { players }) => sum + players.length, 0),
    'player',
  );
}

/** @param budget characters */
function embedOf(facts: ServerFacts, changed: number, budget: number): APIEmbed {
  const { isOnline, players, link } = facts;
  const title = `${isOnline ? '🟢' : '⚫'} ${nameOf(facts)}`;
  const game = gameOf(facts);
  const head = isOnline ? `**${count(players.length, 'player')}**${game === '' ? '' : ` on ${game}`}` : '**Offline**';
  const foot = [...(link === undefined ? [] : [`Join: <${link}>`]), `Last change <t:${changed}:R>`].join('\n');
  const room = Math.min(MAX_DESCRIPTION, budget - title.length) - head.length - foot.length - 2;
  const names = players.map((name) => renderLiteral(excerpt(name, MAX_PLAYER_NAME)));
  const { text, left } = joined(names, ', ', room, (more) => ` and ${more} more`);
  const list = names.length === 0 || left === names.length ? [] : [text];
  return { title, color: isOnline ? GREEN : GREY, description: [head, ...list, foot].join('\n') };
}

function nameOf({ name }: ServerFacts): string {
  return renderLiteral(excerpt(name, MAX_SERVER_NAME));
}

/** `gm_construct (sandbox)` */
function gameOf({ map, gamemode }: ServerFacts): string {
  const [first = '', second] = [map, gamemode].filter((value) => value !== '').map(renderLiteral);
  return second === undefined ? first : `${first} (${second})`;
}

function inShort(facts: ServerFacts): string {
  if (!facts.isOnline) return 'offline';
  const game = gameOf(facts);
  const link = facts.link === undefined ? '' : ` <${facts.link}>`;
  return `${count(facts.players.length, 'player')}${game === '' ? '' : ` on ${game}`}${link}`;
}

/** As many items as there is room for, and how many are left. @param rest tells of those that are left */
function joined(items: readonly string[], between: string, room: number, rest: (left: number) => string) {
  let text = '';
  let fits = '';
  let left = items.length;
  for (const [index, item] of items.entries()) {
    text += `${index === 0 ? '' : between}${item}`;
    const after = items.length - index - 1;
    const whole = after === 0 ? text : text + rest(after);
    if (whole.length > room) continue;
    fits = whole;
    left = after;
  }
  return { text: fits, left };
}
