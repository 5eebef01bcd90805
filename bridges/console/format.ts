/** What happens, as lines for the operator. Everything in them that others wrote is on one line and without control characters. */
import type { OocEvent, PmEvent, ServerEvent, StateEvent, UserEvent } from '../../src/crosschat/index.ts';
import type { Edit, Message } from '../../src/event.ts';
import { onOneLine } from '../../src/text/game.ts';
import { toLine } from '../../src/text/line.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { splitText } from '../../src/text/split.ts';

/** UTF-16 units of a text that the operator is shown. */
const MAX_SHOWN = 8_000;
/** UTF-16 units of a text that go to the log, which is kept, searched and sent on: enough for most messages. */
export const MAX_LOGGED = 1_000;

/** `[tag] name: text`, or what it is marked as behind the name. Says how much was cut off. */
export function messageLine(message: Message, { max = MAX_SHOWN, mark = '' } = {}): string {
  const text = onOneLine(message);
  const [start = '', ...more] = splitText(text, max);
  const cut = more.length === 0 ? '' : `… (${(text.length - start.length).toLocaleString('en')} more characters)`;
  return `[${sanitizeName(message.tag)}] ${sanitizeName(message.author.name)}${mark}: ${start}${cut}`;
}

/** What was said now reads otherwise. */
export function editLine(edit: Edit, options: { max?: number } = {}): string {
  return messageLine(edit.message, { ...options, mark: ' (edited)' });
}

/** What was said is taken back; `line` is how it was shown, as far as that is known. */
export function removalLine(line: string | undefined): string {
  return line === undefined ? '* a message from before was taken back' : `* taken back: ${line}`;
}

/** The time of day where the operator sits: `HH:MM`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A server came, went or restarted; undefined when that is no news. */
export function serverNotice({ server, change, quiet }: ServerEvent): string | undefined {
  if (quiet) return undefined;
  return `* ${server.id} ${change === 'restart' ? 'restarted' : `is ${change}`}`;
}

/** A player joined or left; undefined when that is no news. */
export function userNotice({ user, change, burst, reason }: UserEvent): string | undefined {
  // Lua servers say so of who was there before the map changed.
  const stayed = user.extra['connected_this_map'] === false;
  if (burst || change === 'update' || (change === 'add' && stayed)) return undefined;
  const why = reason === undefined || reason === '' ? '' : ` (${toLine(reason)})`;
  return `* ${shownName(user.name)} ${change === 'add' ? 'joined' : 'left'} ${user.server.id}${why}`;
}

/** A server changed its map; undefined for any other state. */
export function stateNotice({ server, key, value }: StateEvent): string | undefined {
  return key === 'map' && value !== '' ? `* ${server.id} is on ${toLine(value)}` : undefined;
}

/** Somebody whispered to a user of ours. */
export function whisperNotice({ from, server, text }: PmEvent, to: string): string {
  const who = from === undefined ? `somebody on ${server.id}` : `${shownName(from.name)} on ${server.id}`;
  return `* ${who} whispers to ${shownName(to)}: ${toLine(text)}`;
}

/** A server says that it goes down; undefined for any other out-of-character message. */
export function shutdownNotice({ server, type, payload }: OocEvent): string | undefined {
  if (type !== 'shutdown') return undefined;
  const why = typeof payload === 'string' ? toLine(payload) : '';
  return `* ${server.id} goes down${why === '' ? '' : ` (${why})`}`;
}

function shownName(name: string): string {
  return sanitizeName(name) || 'somebody';
}
