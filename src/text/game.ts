/** A message of a platform as the players of a game read it: plain lines, for a chat that knows no markup, no files and no replies. */
import type { Attachment, Message } from '../event.ts';
import { fileLabel, replyWords, threadWords } from './context.ts';
import { count } from './count.ts';
import { toLine } from './line.ts';
import { toPlain } from './plain.ts';
import { splitText } from './split.ts';

/** So much of one text may stand in a game's chat, in its own lines and in UTF-16 units: a paste shall not push away all that others say. */
const MAX_TEXT_LINES = 8;
export const MAX_TEXT = 900;
/** What stands for a line break on one line. */
const LINE_SIGN = ' / ';
/** So many of the files of one message are named. */
const MAX_FILES = 3;

/** What a message says. */
type Said = Pick<Message, 'body' | 'attachments' | 'replyTo' | 'emote' | 'thread'>;

/**
 * The chat lines that stand for a message, in order, each of at most `max` UTF-16 units and without a line break: a player who could
 * send one could fake another player's line. Of a long text, the lines hold the beginning and say how much more there is. Empty when
 * the message says nothing.
 */
export function forGame(message: Said, max: number): string[] {
  const files = message.attachments.slice(0, MAX_FILES).map(fileLine);
  const more = message.attachments.length - files.length;
  const line = lineOf(message, beginning(toPlain(message.body)), more > 0 ? [...files, `[${count(more, 'more file')}]`] : files);
  return splitText(line, max);
}

/** The whole message on one line; `''` when it says nothing. */
export function onOneLine(message: Message): string {
  return lineOf(message, toLine(toPlain(message.body)), message.attachments.map(fileLine));
}

function lineOf({ replyTo, emote, thread }: Said, text: string, files: readonly string[]): string {
  const content = [text, ...files].filter((piece) => piece !== '').join(' ');
  if (content === '') return '';
  const reply = replyTo === undefined ? '' : `${replyWords(replyTo)} `;
  const where = thread === undefined ? '' : `${threadWords(thread)} `;
  return `${where}${reply}${emote === true ? '* ' : ''}${content}`;
}

/** A text on one line, or its beginning with a note of how much more there is. */
function beginning(text: string): string {
  const lines = text.split(/[\n\v\f\r\u0085\u2028\u2029]/).filter((line) => toLine(line) !== '');
  const whole = toLine(text);
  const [start = ''] = splitText(toLine(lines.slice(0, MAX_TEXT_LINES).join('\n')), MAX_TEXT);
  if (start.length === whole.length) return whole;
  const hidden = Math.max(0, lines.length - MAX_TEXT_LINES);
  const where = hidden > 0 ? ` on ${count(hidden, 'more line')}` : '';
  return `${start}… (${count(whole.length - start.length - hidden * LINE_SIGN.length, 'more character')}${where})`;
}

function fileLine(attachment: Attachment): string {
  const label = fileLabel(attachment);
  return attachment.url === undefined ? label : `${label} ${toLine(attachment.url)}`;
}

/** `1 more file`, `1,200 more files` */
