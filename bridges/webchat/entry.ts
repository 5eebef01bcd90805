/** Messages and notices → what stands in the log of a page. Pure. */
import { createHash } from 'node:crypto';
import {
  type AdapterId,
  type Attachment,
  type Author,
  BRIDGE_ID,
  isBridge,
  type Message,
  type Notice,
  type Place,
  SEVERAL_ID,
} from '../../src/event.ts';
import { excerpt } from '../../src/text/excerpt.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { toPlain } from '../../src/text/plain.ts';
import { literal, type RichText, type TextNode } from '../../src/text/tree.ts';
import type { File, Node, Person } from '../../web/chat/wire.ts';
import { ownFile, pictureFor } from './pictures.ts';
import type { Draft, Kept } from './room-log.ts';

/** The web chat's own name for where something was said. */
export const TAG = 'Web';

/** The longest tree that is shown as it is, in UTF-16 units of JSON; what is longer is plain text, of so many units at most. */
const MAX_TREE = 12_000;
const MAX_PLAIN = 8_000;
/** The longest quote. */
const MAX_QUOTE = 160;
const MAX_FILES = 10;
/** Below this, relative to the page, lies what was sent from it. */
export const FILE_PREFIX = 'file/';

/** A message as an entry. @param own the web chat @param base where the bridge serves: what lies below is shown, and nothing else is loaded */
export function entryOf(message: Message, own: AdapterId, base: string | undefined): Draft {
  const { id, at, place, tag, author, thread } = message;
  return {
    kind: 'message',
    event: id,
    at,
    tag: sanitizeName(tag),
    game: place.kind === 'server',
    author: personOf(author, place, base),
    ...contentOf(message, own, base),
    ...(thread && { thread: sanitizeName(excerpt(thread.name ?? '', 40)) || 'thread' }),
  };
}

/** What an edit can change of a message. */
export function contentOf(
  { body, attachments, replyTo, emote }: Message,
  own: AdapterId,
  base: string | undefined,
): Pick<Draft, 'body' | 'files' | 'quote' | 'emote'> {
  const files = filesOf(attachments, own, base);
  const here = replyTo?.here?.nativeId;
  return {
    body: nodesOf(body, base),
    ...(files.length > 0 && { files }),
    ...(replyTo && {
      quote: {
        author: sanitizeName(replyTo.author) || 'somebody',
        text: excerpt(replyTo.text, MAX_QUOTE),
        ...(here !== undefined && { id: here }),
      },
    }),
    ...(emote === true && { emote }),
  };
}

/** A notice as an entry. */
export function noticeEntryOf({ id, at, tag, body }: Notice, base: string | undefined): Draft {
  return { kind: 'notice', event: id, at, tag: sanitizeName(tag), game: true, body: nodesOf(body, base) };
}

/** What is left of an entry that was taken back. */
export function goneOf({ id, room, place, change, event, at, tag, game }: Kept): Kept {
  return { id, kind: 'gone', room, place, change, event, at, tag, game, body: [] };
}

/** Somebody, as everybody may see them. */
export function personOf(author: Author, place: Place, base: string | undefined): Person {
  const { id, name, avatar, link } = author;
  const picture = pictureFor(avatar, base);
  const isPlayer = place.kind === 'server' && /^\d{1,15}$/.test(id);
  return {
    key: keyOf(author, place),
    name: sanitizeName(name) || 'Somebody',
    ...(picture && { picture }),
    ...(link && isWebAddress(link) && { link }),
    ...(isPlayer && { player: { server: place.server, user: Number(id) } }),
  };
}

/** What stands for a person. A player gets another number with each visit, so that is made of the name. */
export function keyOf(author: Author, place: Place): string {
  if (isBridge(author)) return author.id === SEVERAL_ID ? SEVERAL_ID : BRIDGE_ID;
  const who = place.kind === 'server' ? `server/${place.server}/${author.name}` : `${place.adapter}/${author.id}`;
  return createHash('sha256').update(who).digest('base64url').slice(0, 12);
}

/** Rich text without addresses that lead nowhere good. What is too long is cut, and says so. */
export function nodesOf(tree: RichText, base: string | undefined): readonly Node[] {
  const nodes = tree.map((node) => nodeOf(node, base));
  if (JSON.stringify(nodes).length <= MAX_TREE) return nodes;
  const plain = toPlain(tree);
  return literal(plain.length <= MAX_PLAIN ? plain : `${plain.slice(0, MAX_PLAIN)}… (there is more than fits here)`);
}

function nodeOf(node: TextNode, base: string | undefined): Node {
  switch (node.type) {
    case 'link':
      if (isWebAddress(node.href)) return { ...node, children: nodesIn(node.children, base) };
      return { type: 'text', text: toPlain([node]) };
    case 'emoji': {
      const url = pictureFor(node.url, base);
      return { type: 'emoji', name: node.name, ...(url && { url }) };
    }
    case 'list':
      return { ...node, items: node.items.map((item) => nodesIn(item, base)) };
    default:
      return 'children' in node ? { ...node, children: nodesIn(node.children, base) } : node;
  }
}

function nodesIn(tree: RichText, base: string | undefined): Node[] {
  return tree.map((node) => nodeOf(node, base));
}

/** The files of a message. @param own the web chat: what was sent from its page is served below it */
export function filesOf(attachments: readonly Attachment[], own: AdapterId, base: string | undefined): File[] {
  return attachments.slice(0, MAX_FILES).map((file) => fileOf(file, own, base));
}

function fileOf(file: Attachment, adapter: AdapterId, base: string | undefined): File {
  const { name, media, url, mimeType = '', width, height, description, spoiler } = file;
  const sent = media?.adapter === adapter ? `${FILE_PREFIX}${media.uri}/${encodeURIComponent(name)}` : undefined;
  const own = sent ?? (url === undefined ? undefined : ownFile(url, base));
  const elsewhere = url !== undefined && isWebAddress(url) ? url : undefined;
  const address = own ?? elsewhere;
  return {
    name: sanitizeName(name) || 'file',
    ...(address && { url: address }),
    ...(own && /^image\/(?:png|jpeg|gif|webp|avif|apng)$/.test(mimeType) && { shown: true }),
    ...(isSide(width) && { width }),
    ...(isSide(height) && { height }),
    ...(description && { description: excerpt(description, 500) }),
    ...(spoiler === true && { spoiler }),
  };
}

function isSide(pixels: number | undefined): boolean {
  return pixels !== undefined && Number.isInteger(pixels) && pixels > 0 && pixels <= 20_000;
}

function isWebAddress(url: string): boolean {
  return url.length <= 2_048 && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
