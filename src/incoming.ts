/** What comes in, made fit for everybody else. */
import { z } from 'zod';
import type { CrossChatEvents, CrossChatUser } from './crosschat/index.ts';
import { type Author, eventId, type Message, type Place, type Reaction, type ServerId } from './event.ts';
import { excerpt } from './text/excerpt.ts';
import { sanitizeName } from './text/names.ts';
import { toPlain } from './text/plain.ts';
import { moment } from './text/time.ts';
import { literal } from './text/tree.ts';

const origin = z.object({ platform: z.string().max(64), room: z.string().max(256) });
/** The longest emoji, in UTF-16 units: on some platforms any text can be one. */
const MAX_EMOJI = 32;
const webAddress = z.url({ protocol: /^https?$/ }).max(2_048);

/** What was said so long ago, in milliseconds, was missed at first: readers are told when it was said. */
const LATE = 5 * 60_000;
/** From here on, the time of day alone could be that of another day. */
const DAY = 24 * 3_600_000;

/** The room that a `say` of another bridge was said in, where it tells. */
export function originIn(extra: Readonly<Record<string, unknown>>): z.infer<typeof origin> | undefined {
  return 'origin' in extra ? origin.safeParse(extra['origin']).data : undefined;
}

/** What a player said, as a message. @param seq its number among events: the network gives it no id */
export function saidByPlayer({ server, user, text }: CrossChatEvents['say'][0], seq: number, at: number): Message {
  const place: Place = { kind: 'server', server: server.id as ServerId };
  return {
    kind: 'message',
    id: eventId(place, String(seq)),
    at,
    place,
    tag: sanitizeName(server.id) || 'server',
    author: playerOf(user),
    body: literal(text),
    attachments: [],
  };
}

/** A message of a platform with a name that can be shown; undefined when there is nothing in it that anybody could see. */
export function presentable(message: Message): Message | undefined {
  if (message.attachments.length === 0 && isBlank(toPlain(message.body))) return undefined;
  return { ...message, author: presentableAuthor(message.author) };
}

/** A message that begins with the time when it was said, `(14:32 UTC)`, or with its day as well, where that was a while ago. @param now in ms since the epoch */
export function dated(message: Message, now: number): Message {
  const { at, body } = message;
  if (now - at < LATE) return message;
  const when = moment(at);
  const time = literal(`(${now - at < DAY ? when.slice(-'14:32 UTC'.length) : when})`);
  return { ...message, body: body.length === 0 ? time : [...time, ...literal(' '), ...body] };
}

/** A reaction with a name and an emoji that can be shown; undefined when there is nothing in it that anybody could see. */
export function presentableReaction(reaction: Reaction): Reaction | undefined {
  const { emoji, author } = reaction;
  if (isBlank(emoji.name)) return undefined;
  return { ...reaction, emoji: { ...emoji, name: excerpt(emoji.name, MAX_EMOJI) }, author: presentableAuthor(author) };
}

/** Somebody with a name that can be shown. */
export function presentableAuthor(author: Author): Author {
  return { ...author, name: sanitizeName(author.name) || 'Somebody' };
}

/** Whether there is nothing in a text that anybody could see. */
export function isBlank(text: string): boolean {
  return !/[^\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u.test(text);
}

/** A player as the author of a message. Their extras are their server's word: only what is well-formed is taken. */
export function playerOf(user: CrossChatUser): Author {
  const avatar = webAddressIn(user.extra['avatar']);
  const link = webAddressIn(user.extra['link']) ?? (user.steamid64 && `https://steamcommunity.com/profiles/${user.steamid64}`);
  return {
    id: String(user.id),
    name: sanitizeName(user.name) || `Player ${user.id}`,
    ...(avatar && { avatar }),
    ...(link && { link }),
    ...(user.steamid64 !== undefined && { steamid64: user.steamid64 }),
  };
}

/** Most players have none, and zod takes its time to say so. */
function webAddressIn(extra: unknown): string | undefined {
  return extra === undefined ? undefined : webAddress.safeParse(extra).data;
}
