/** The message that another one is about. */
import { type Message as DiscordMessage, MessageType } from 'discord.js';
import { eventId, type Quote } from '../../../src/event.ts';
import { fileLabel } from '../../../src/text/context.ts';
import { excerpt } from '../../../src/text/excerpt.ts';
import { toPlain } from '../../../src/text/plain.ts';
import { nativeIdOf, type RoomPlace } from '../native-id.ts';
import { authorOfMessage } from './author.ts';
import { contentOf } from './content.ts';

/** The kinds of messages that are about another one in the same channel. */
const about: ReadonlySet<MessageType> = new Set([
  MessageType.Reply,
  MessageType.ContextMenuCommand,
  MessageType.ChannelPinnedMessage,
]);

/**
 * The message that this one answers, or pins. Discord sends an answered one along; undefined when it is gone, or not known.
 * @param place where both stand
 */
export function quoteOf({ type, reference, channel }: DiscordMessage<true>, place: RoomPlace): Quote | undefined {
  const answered = about.has(type) ? channel.messages.cache.get(reference?.messageId ?? '') : undefined;
  // A forwarded message is known without its author.
  if (answered === undefined || answered.partial || answered.author === null) return undefined;
  const { body, attachments } = contentOf(answered);
  // Of a bridged message that is a reply itself, only its own words.
  const own = answered.webhookId !== null && body[0]?.type === 'quote' ? body.slice(1) : body;
  const text = excerpt(toPlain(own)) || excerpt(attachments.map(fileLabel).join(' '));
  const { id: by, name: author } = authorOfMessage(answered);
  return { author, by, text, target: eventId(place, nativeIdOf(place.room, answered)) };
}
