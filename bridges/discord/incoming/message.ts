/** What was said in Discord, in the words of the core. */
import { type Message as DiscordMessage, MessageType } from 'discord.js';
import { type Edit, type EventId, eventId, type Message, type Removal, type Thread } from '../../../src/event.ts';
import { nativeIdOf, type RoomPlace, type Whereabouts } from '../native-id.ts';
import { authorOfMessage } from './author.ts';
import { withMedia } from './cdn-path.ts';
import { contentOf } from './content.ts';
import { type Ears, isHeard } from './heard.ts';
import { quoteOf } from './quote.ts';

/** A message; undefined when it is by nobody who is to be heard, or none of the kinds that are. */
export function toMessage(message: DiscordMessage<true>, place: RoomPlace, ears: Ears): Message | undefined {
  if (message.partial || !isHeard(message, ears)) return undefined;
  const { body, attachments, emote } = contentOf(message);
  const replyTo = quoteOf(message, place);
  const thread = threadOf(message, place);
  return {
    kind: 'message',
    id: idOf(message, place, ears),
    at: message.createdTimestamp,
    place,
    tag: 'Discord',
    author: authorOfMessage(message),
    body,
    attachments: withMedia(attachments, place.adapter),
    ...(replyTo && { replyTo }),
    ...(emote && { emote }),
    ...(thread && { thread }),
  };
}

/**
 * The notice that a thread was started has the thread's id, which is no message's: so it is what the thread hangs on elsewhere. Of a
 * thread that was started from an old message, that one has this id, and shows the thread by itself.
 */
function idOf(message: DiscordMessage<true>, place: RoomPlace, { threads }: Ears): EventId {
  const { type, reference } = message;
  const started = type === MessageType.ThreadCreated && threads === 'mirror' ? reference?.channelId : undefined;
  return eventId(place, started ?? nativeIdOf(place.room, message));
}

function threadOf({ channel }: DiscordMessage<true>, place: RoomPlace): Thread | undefined {
  return channel.id === place.room ? undefined : { id: eventId(place, channel.id), name: channel.name };
}

/** An edit; undefined like {@link toMessage}, and for what was never edited. */
export function toEdit(message: DiscordMessage<true>, place: RoomPlace, ears: Ears): Edit | undefined {
  const at = message.editedTimestamp;
  const now = toMessage(message, place, ears);
  if (at === null || now === undefined) return undefined;
  // The time tells the edits of one message apart, however they are heard of.
  return { kind: 'edit', id: eventId(place, `${nativeIdOf(place.room, message)}/edit/${at}`), at, place, message: now };
}

/** @param at when it was heard of, since Discord doesn't tell when it was: in milliseconds since the epoch */
export function toRemoval(message: Whereabouts, place: RoomPlace, at: number): Removal {
  const target = eventId(place, nativeIdOf(place.room, message));
  return { kind: 'removal', id: `${target}/removal` as EventId, at, place, target };
}
