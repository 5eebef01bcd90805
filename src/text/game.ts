/** A message of a platform as the players of a game read it: plain lines, for a chat that knows no markup, no files and no replies. */
import type { Attachment, Message, Quote } from '../event.ts';
import { excerpt } from './excerpt.ts';
import { toLine } from './line.ts';
import { sanitizeName } from './names.ts';
import { toPlain } from './plain.ts';
import { splitText } from './split.ts';

/** The longest excerpt of a message that is answered, in UTF-16 units. */
const MAX_EXCERPT = 40;

/**
 * The chat lines that stand for a message, in order, each of at most `max` UTF-16 units and without a line break: a player who could
 * send one could fake another player's line. Empty when the message says nothing.
 */
export function forGame(message: Message, max: number): string[] {
  const said = toLine(toPlain(message.body));
  const content = [said, ...message.attachments.map(attachmentLine)].filter((piece) => piece !== '').join(' ');
  if (content === '') return [];
  const reply = message.replyTo === undefined ? '' : `${replyLine(message.replyTo)} `;
  return splitText(`${reply}${message.emote === true ? '* ' : ''}${content}`, max);
}

function replyLine({ author, text }: Quote): string {
  return `(re ${sanitizeName(author) || 'somebody'}: ${excerpt(text, MAX_EXCERPT)})`;
}

function attachmentLine({ name, url, mimeType, spoiler }: Attachment): string {
  const kind = /^(image|video|audio)\//.exec(mimeType ?? '')?.[1] ?? 'file';
  const label = [spoiler === true ? 'spoiler' : '', kind, sanitizeName(name)].filter((word) => word !== '').join(' ');
  return url === undefined ? `[${label}]` : `[${label}] ${toLine(url)}`;
}
