/** What stands in a message. */
import { type Message as DiscordMessage, MessageFlags, type MessageSnapshot, MessageType } from 'discord.js';
import { asLines } from '../../../src/text/lines.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { type Names, parseMarkdown } from '../markdown/parse.ts';
import type { CdnAttachment } from './cdn-path.ts';
import { textsIn } from './components.ts';
import { embedsOf } from './embeds.ts';
import { fileOf, stickerOf } from './files.ts';
import { namesIn } from './names.ts';
import { pollOf, pollResultOf } from './poll.ts';
import { noticeIn } from './system.ts';

/** A message in text and files. Neither is ever missing: what can't be told is said to be there. */
export interface Content {
  readonly body: RichText;
  readonly attachments: readonly CdnAttachment[];
  /** Whether it is to be read after its author's name, like `/me`. */
  readonly emote: boolean;
}

export function contentOf(message: DiscordMessage): Content {
  const notice = noticeIn(message);
  if (notice !== undefined) return { body: notice.words, attachments: [], emote: true };
  const own = wordsOf(message, namesIn(message, message.mentions), byPerson(message));
  const forwards = [...message.messageSnapshots.values()].map((forwarded) =>
    wordsOf(forwarded, namesIn(message, forwarded.mentions), false),
  );
  const body = asLines([
    own.body,
    ...forwards.map((forwarded) => [...literal('forwarded: '), ...forwarded.body]),
    message.poll === null ? [] : pollOf(message.poll),
    message.type === MessageType.PollResult ? pollResultOf(message.embeds[0]?.fields ?? []) : [],
  ]);
  const attachments = [own, ...forwards].flatMap((part) => part.attachments);
  if (body.length > 0 || attachments.length > 0) return { body, attachments, emote: false };
  return { body: [...literal('something that only Discord can show: '), linkTo(message)], attachments, emote: false };
}

/** What a message says by itself. */
function wordsOf(message: DiscordMessage | MessageSnapshot, names: Names, byPerson: boolean): Omit<Content, 'emote'> {
  const { content, embeds, components, attachments, stickers, flags } = message;
  const texts = [content, ...textsIn(components.map((component) => component.toJSON()))];
  const written = embedsOf(
    embeds.map(({ data }) => data),
    content,
    { names, byPerson },
  );
  const voice = flags.has(MessageFlags.IsVoiceMessage);
  return {
    body: asLines([...texts.map((text) => parseMarkdown(text, names)), written.body]),
    attachments: [...attachments.map((file) => fileOf(file, voice)), ...stickers.map(stickerOf), ...written.attachments],
  };
}

function byPerson({ author, webhookId }: DiscordMessage): boolean {
  return !author.bot && webhookId === null;
}

function linkTo({ url }: DiscordMessage): RichText[number] {
  return { type: 'link', href: url, children: literal(url) };
}
