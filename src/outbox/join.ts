/** Joining messages into one, for a room that takes fewer messages than are said. Nothing that was said is left out. */
import { type Attachment, type Author, type Message, type Place, SEVERAL_ID } from '../event.ts';
import { fileLabel, replyWords } from '../text/context.ts';
import { extent } from '../text/extent.ts';
import { asLines } from '../text/lines.ts';
import { isBlock, literal, type RichText, type TextNode } from '../text/tree.ts';

/** Who is joined: only what one speaker said without a break, or whoever spoke. */
export type JoinMode = 'speaker' | 'digest';

/** Several messages as one. */
export interface Joined {
  /** It has the id and the time of the first one. */
  readonly message: Message;
  /** How many it stands for, from the head on. */
  readonly count: number;
}

/**
 * How many files a joined message has at most.
 * https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
const MAX_FILES = 10;
/**
 * UTF-16 units of what may stand behind a name in a digest: less than half a message of any platform, so that one that turns out too
 * long after all is cut between two lines, and no part of it begins with words of a speaker who is not named.
 */
const MAX_LINE = 200;
const LINE_BREAK = literal('\n');

/**
 * Joins as many whole messages of one thread from the head as fit, in order, always the same for the same messages. One that fits nowhere
 * comes
 * alone and as it is, for the adapter to split.
 * @param messages at least one
 * @param room about how many UTF-16 units fit into one message of the platform
 */
export function join(messages: readonly Message[], mode: JoinMode, room: number): Joined {
  const [first, ...others] = messages;
  if (first === undefined) throw new RangeError('there is no message to join');
  const joined = [first];
  let size = sizeOf(first, mode);
  let files = first.attachments.length;
  for (const message of others) {
    size += extent(LINE_BREAK) + sizeOf(message, mode);
    files += message.attachments.length;
    const fits = size <= room && files <= MAX_FILES && message.thread?.id === first.thread?.id;
    if (!fits || (mode === 'speaker' && !sameSpeaker(first, message))) break;
    joined.push(message);
  }
  return { message: joined.length === 1 ? first : merged(first, joined), count: joined.length };
}

function merged(first: Message, messages: readonly Message[]): Message {
  const turns = turnsOf(messages);
  const { kind, id, at, place, thread } = first;
  const attachments = messages.flatMap((message) => message.attachments);
  const common = { kind, id, at, place, attachments, ...(thread && { thread }) };
  if (turns.length === 1) {
    return { ...common, tag: first.tag, author: first.author, body: asLines(messages.map(lineOf)) };
  }
  return { ...common, tag: tagOf(messages), author: authorOf(messages), body: asLines(turns.map(turnOf)) };
}

/** What each speaker said before the next one spoke. */
function turnsOf(messages: readonly Message[]): Message[][] {
  const turns: Message[][] = [];
  for (const message of messages) {
    const turn = turns.at(-1);
    if (turn?.[0] !== undefined && sameSpeaker(turn[0], message)) turn.push(message);
    else turns.push([message]);
  }
  return turns;
}

/**
 * A speaker's turn: on the line of their name if it is one short line, else in a quote below. A line break never leaves the quote: whoever
 * could begin a line of the digest could fake another's.
 */
function turnOf(turn: readonly Message[]): RichText {
  const [only, ...more] = turn;
  if (only === undefined) return [];
  const name = nameOf(only);
  if (more.length > 0 || !isShortLine(only)) {
    return [...name, ...literal(':'), { type: 'quote', children: asLines(turn.map(lineOf)) }];
  }
  if (only.emote === true) return [...literal('* '), ...name, ...literal(' '), ...contentOf(only)];
  return [...name, ...literal(': '), ...contentOf(only)];
}

function nameOf({ author, tag }: Message): RichText {
  return [{ type: 'bold', children: literal(author.name) }, ...literal(` (${tag})`)];
}

/** A message among others of its speaker. */
function lineOf(message: Message): RichText {
  return message.emote === true ? [...literal(`* ${message.author.name} `), ...contentOf(message)] : contentOf(message);
}

/** What was said, with what it answers before it and its files named behind it. */
function contentOf({ replyTo, body, attachments }: Message): RichText {
  const answered = replyTo === undefined ? [] : [`${replyWords(replyTo)} `];
  const last = body.at(-1);
  const gap = last === undefined || isBlock(last) ? '' : ' ';
  const named = attachments.length === 0 ? [] : [`${gap}${attachments.map(fileLabel).join(' ')}`];
  return [...answered.flatMap(literal), ...body, ...named.flatMap(literal)];
}

function isShortLine(message: Message): boolean {
  return !message.body.some(hasLines) && extent(contentOf(message)) <= MAX_LINE;
}

/** Whether a node has more than one line, or may be shown so. */
function hasLines(node: TextNode): boolean {
  const words = 'text' in node ? node.text : 'name' in node ? node.name : 'href' in node ? node.href : '';
  return isBlock(node) || /[\n\v\f\r\u0085\u2028\u2029]/.test(words) || ('children' in node && node.children.some(hasLines));
}

/** What a message takes among others, or a little more: in a digest with its speaker's name, in a quote. */
function sizeOf(message: Message, mode: JoinMode): number {
  const line = lineOf(message);
  const whole: RichText =
    mode === 'speaker' ? line : [{ type: 'quote', children: [...nameOf(message), ...literal(': '), ...line] }];
  return extent(whole) + message.attachments.reduce((sum, file) => sum + fileSize(file), 0);
}

/** Many platforms show a file by its name and address. */
function fileSize({ name, url = '' }: Attachment): number {
  return extent([{ type: 'link', href: url, children: literal(name) }]);
}

function sameSpeaker(one: Message, other: Message): boolean {
  const { id, name } = one.author;
  return samePlace(one.place, other.place) && id === other.author.id && name === other.author.name;
}

function samePlace(one: Place, other: Place): boolean {
  if (one.kind === 'server') return other.kind === 'server' && one.server === other.server;
  return other.kind === 'room' && one.adapter === other.adapter && one.room === other.room;
}

/** Nobody in particular, and nobody's name. */
function authorOf(messages: readonly Message[]): Author {
  const players = messages.every(({ place }) => place.kind === 'server');
  return { id: SEVERAL_ID, name: players ? 'Several players' : 'Several people' };
}

function tagOf([first, ...others]: readonly Message[]): string {
  const tag = first?.tag ?? '';
  return others.every((message) => message.tag === tag) ? tag : 'several places';
}
