/** What was said in Discord, in the words of the core. */
import {
  type Message as DiscordMessage,
  type GuildMember,
  MessageType,
  type PartialMessage,
  StickerFormatType,
  type User,
} from 'discord.js';
import {
  type Attachment,
  type Author,
  type Edit,
  eventId,
  type Message,
  type Place,
  type Quote,
  type Removal,
} from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { toPlain } from '../../src/text/plain.ts';
import type { RichText } from '../../src/text/tree.ts';
import { type Names, parseMarkdown } from './markdown/parse.ts';

/** A message by a person; undefined for those of bots, webhooks and Discord itself, and for those that show nothing. */
export function toMessage(message: DiscordMessage<true>, place: Place): Message | undefined {
  const spoken = message.type === MessageType.Default || message.type === MessageType.Reply;
  if (!spoken || message.author.bot || message.webhookId !== null) return undefined;
  const body = bodyOf(message);
  const attachments = attachmentsOf(message);
  if (body.length === 0 && attachments.length === 0) return undefined;
  const replyTo = quoteOf(message);
  return {
    kind: 'message',
    id: eventId(place, message.id),
    at: message.createdTimestamp,
    place,
    tag: 'Discord',
    author: authorOf(message.author, message.member),
    body,
    attachments,
    ...(replyTo && { replyTo }),
  };
}

/** Whether its author changed a message: Discord tells of added previews, pins and the like in the same way. */
export function isEdit(
  old: DiscordMessage | PartialMessage,
  message: DiscordMessage | PartialMessage,
): message is DiscordMessage {
  if (message.partial || message.editedTimestamp === null) return false;
  return old.partial || old.editedTimestamp !== message.editedTimestamp;
}

/** An edit by a person; undefined like {@link toMessage}, and for what was never edited. */
export function toEdit(message: DiscordMessage<true>, place: Place): Edit | undefined {
  const at = message.editedTimestamp;
  const now = toMessage(message, place);
  if (at === null || now === undefined) return undefined;
  // The time tells the edits of one message apart, however they are heard of.
  return { kind: 'edit', id: eventId(place, `${message.id}/edit/${at}`), at, place, message: now };
}

/** @param at when it was heard of, since Discord doesn't tell when it was: in milliseconds since the epoch */
export function toRemoval(messageId: string, place: Place, at: number): Removal {
  return { kind: 'removal', id: eventId(place, `${messageId}/removal`), at, place, target: eventId(place, messageId) };
}

/** A user as they appear in a guild, or, where their membership isn't known, everywhere. */
export function authorOf(user: User, member: GuildMember | null): Author {
  const color = member?.roles.color?.hexColor;
  return {
    id: user.id,
    name: member?.displayName ?? user.displayName,
    avatar: (member ?? user).displayAvatarURL({ extension: 'png', size: 128 }),
    link: `https://discord.com/users/${user.id}`,
    ...(color !== undefined && { color }),
  };
}

function bodyOf(message: DiscordMessage<true>): RichText {
  return parseMarkdown(message.content, namesIn(message));
}

function namesIn({ mentions, guild }: DiscordMessage<true>): Names {
  return {
    user: (id) => (mentions.members.get(id) ?? guild.members.cache.get(id) ?? mentions.users.get(id))?.displayName,
    role: (id) => guild.roles.cache.get(id)?.name,
    channel: (id) => guild.channels.cache.get(id)?.name,
  };
}

function attachmentsOf(message: DiscordMessage<true>): Attachment[] {
  const files = message.attachments.map((file) => ({
    name: file.name.replace(spoilerMark, ''),
    url: file.url,
    size: file.size,
    ...(file.contentType !== null && { mimeType: file.contentType }),
    ...(spoilerMark.test(file.name) && { spoiler: true }),
  }));
  const stickers = message.stickers.map((sticker) => ({
    name: sticker.name,
    url: sticker.url,
    mimeType: stickerTypes[sticker.format],
  }));
  return [...files, ...stickers];
}

/** How Discord's clients mark a file that is hidden until somebody looks. */
const spoilerMark = /^SPOILER_/;

const stickerTypes: Record<StickerFormatType, string> = {
  [StickerFormatType.PNG]: 'image/png',
  [StickerFormatType.APNG]: 'image/apng',
  [StickerFormatType.Lottie]: 'application/json',
  [StickerFormatType.GIF]: 'image/gif',
};

/** The message that this one answers. Discord sends it along; it is gone when it was deleted. */
function quoteOf({ type, reference, channel }: DiscordMessage<true>): Quote | undefined {
  const answered = type === MessageType.Reply ? channel.messages.cache.get(reference?.messageId ?? '') : undefined;
  if (answered === undefined) return undefined;
  const author = authorOf(answered.author, answered.webhookId === null ? answered.member : null).name;
  // Of a bridged message that is a reply itself, only its own words.
  const body = bodyOf(answered);
  const own = answered.webhookId !== null && body[0]?.type === 'quote' ? body.slice(1) : body;
  return { author, text: excerpt(toPlain(own)) || '\u{1F4CE}' };
}
