/** Reactions in words. */
import type { Emoji, Message, Reaction } from '../event.ts';
import { fileLabel } from './context.ts';
import { qualifiedEmoji } from './emoji.ts';
import { excerpt } from './excerpt.ts';
import { toPlain } from './plain.ts';
import { literal, type RichText } from './tree.ts';

/** The longest excerpt of a message that was reacted to, in UTF-16 units. */
const MAX_EXCERPT = 40;

/** Whether two are the same to people: some platforms add a mark that asks for a colored emoji, others don't. */
export function isSameEmoji(one: Emoji, other: Emoji): boolean {
  return one.url === other.url && qualifiedEmoji(one.name) === qualifiedEmoji(other.name);
}

/**
 * A reaction as a message of the one who reacted: `* reacted with 👍 to “hello”`.
 * @param target what they reacted to, where that is known
 */
export function reactionNote(reaction: Reaction, target: Message | undefined): Message {
  const { id, at, place, tag, author, emoji } = reaction;
  const words =
    target &&
    (excerpt(toPlain(target.body), MAX_EXCERPT) || excerpt(target.attachments.map(fileLabel).join(' '), 2 * MAX_EXCERPT));
  const to = words ? literal(` to “${words}”`) : [];
  return {
    kind: 'message',
    id,
    at,
    place,
    tag,
    author,
    emote: true,
    body: [...literal('reacted with '), ...shown(emoji), ...to],
    attachments: [],
  };
}

function shown({ name, url }: Emoji): RichText {
  return url === undefined ? literal(name) : [{ type: 'emoji', name, url }];
}
