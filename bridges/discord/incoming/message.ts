/** What was said in Discord, in the words of the core. */
import type { Message as DiscordMessage } from 'discord.js';
import { type Edit, eventId, type Message, type Place, type Removal } from '../../../src/event.ts';
import { authorOfMessage } from './author.ts';
import { contentOf } from './content.ts';
import { type Ears, isHeard } from './heard.ts';
import { quoteOf } from './quote.ts';

/** A message; undefined when it is by nobody who is to be heard, or none of the kinds that are. */
export function toMessage(message: DiscordMessage<true>, place: Place, ears: Ears): Message | undefined {
  if (message.partial || !isHeard(message, ears)) return undefined;
  const { body, attachments, emote } = contentOf(message);
  const replyTo = quoteOf(message, place);
  return {
    kind: 'message',
    id: eventId(place, message.id),
    at: message.createdTimestamp,
    place,
    tag: 'Discord',
    author: authorOfMessage(message),
    body,
    attachments,
    ...(replyTo && { replyTo }),
    ...(emote && { emote }),
  };
}

/** An edit; undefined like {@link toMessage}, and for what was never edited. */
export function toEdit(message: DiscordMessage<true>, place: Place, ears: Ears): Edit | undefined {
  const at = message.editedTimestamp;
  const now = toMessage(message, place, ears);
  if (at === null || now === undefined) return undefined;
  // The time tells the edits of one message apart, however they are heard of.
  return { kind: 'edit', id: eventId(place, `${message.id}/edit/${at}`), at, place, message: now };
}

/** @param at when it was heard of, since Discord doesn't tell when it was: in milliseconds since the epoch */
export function toRemoval(messageId: string, place: Place, at: number): Removal {
  return { kind: 'removal', id: eventId(place, `${messageId}/removal`), at, place, target: eventId(place, messageId) };
}
