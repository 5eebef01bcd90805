/** A message of a platform as the players of a game read it: plain lines, for a chat that knows no markup, no files and no replies. */
import type { Attachment, Message } from '../event.ts';
import { fileLabel, replyWords } from './context.ts';
import { toLine } from './line.ts';
import { toPlain } from './plain.ts';
import { splitText } from './split.ts';

/**
 * The chat lines that stand for a message, in order, each of at most `max` UTF-16 units and without a line break: a player who could
 * send one could fake another player's line. Empty when the message says nothing.
 */
export function forGame(message: Message, max: number): string[] {
  const said = toLine(toPlain(message.body));
  const content = [said, ...message.attachments.map(attachmentLine)].filter((piece) => piece !== '').join(' ');
  if (content === '') return [];
  const reply = message.replyTo === undefined ? '' : `${replyWords(message.replyTo)} `;
  return splitText(`${reply}${message.emote === true ? '* ' : ''}${content}`, max);
}

function attachmentLine(attachment: Attachment): string {
  const label = fileLabel(attachment);
  return attachment.url === undefined ? label : `${label} ${toLine(attachment.url)}`;
}
